import type { ServiceCell, ServiceRow } from "../../mesh/hops/overview.ts";

/** What a cell says in a few characters; `LEGEND` says what they mean. */
export const LEGEND =
  "E2 shares it, with 2 ready pods; I knows that of all others, I:a,b only of these; !4 broken at hop 4 (5, 6), !link over a link that does not work; ? not known; - nothing";

function importText({ imports }: ServiceCell): string {
  const linked = imports.filter(({ state }) => state !== "none");
  if (linked.length === 0) return "";
  const marks: string[] = [];
  const hops = new Set(linked.flatMap(({ state, hop }) => (state === "broken" ? (hop ?? 4) : [])));
  for (const hop of [...hops].toSorted((one, other) => one - other)) marks.push(`!${hop}`);
  if (linked.some(({ state }) => state === "blocked")) marks.push("!link");
  if (linked.some(({ state }) => state === "unknown")) marks.push("?");
  const known = linked.filter(({ state }) => state === "imported").map(({ from }) => from);
  if (known.length === imports.length) return "I";
  if (known.length > 0) marks.unshift(`I:${known.join(",")}`);
  return marks.join(" ");
}

function cellText(cell: ServiceCell): string {
  const ready = cell.ready === undefined ? "" : String(cell.ready);
  const parts = [cell.exported ? `E${ready}` : "", importText(cell)].filter((text) => text !== "");
  return parts.length > 0 ? parts.join(" ") : "-";
}

/** Some cluster does not get it that should, or nobody can tell. */
export function isBroken({ cells }: ServiceRow): boolean {
  return cells.some(({ imports }) =>
    imports.some(({ state }) => state === "broken" || state === "blocked" || state === "unknown"),
  );
}

/** The same without the number of pods, but for none. */
function kindText(cell: ServiceCell): string {
  const { ready, ...rest } = cell;
  return cellText(ready === 0 ? cell : rest);
}

/** What makes two services alike. */
function patternOf({ cells, segment }: ServiceRow): string {
  return JSON.stringify([segment, cells.map(kindText)]);
}

/** A line of the table: a service, or several that are alike. */
export interface Line {
  row: ServiceRow;
  more: number;
}

/** Fewer are not worth being folded into one line. */
const FEW = 3;

/** The lines to show: all, or of each kind of service the first. */
export function linesOf(rows: readonly ServiceRow[], all: boolean): Line[] {
  if (all) return rows.map((row) => ({ row, more: 0 }));
  return [...Map.groupBy(rows, patternOf).values()].flatMap((alike) =>
    alike.length <= FEW
      ? alike.map((row) => ({ row, more: 0 }))
      : alike.slice(0, 1).map((row) => ({ row, more: alike.length - 1 })),
  );
}

/** The cells of a line, of several services what they have in common. */
export function cellsOf({ row: { cells }, more }: Line): string[] {
  return cells.map(more === 0 ? cellText : kindText);
}

export function nameOf({ row: { host, service, segment }, more }: Line): string {
  const name = host ?? `${service.split("/").toReversed().join(".")} (segment ${segment})`;
  return more === 0 ? name : `${name} and ${more} alike`;
}
