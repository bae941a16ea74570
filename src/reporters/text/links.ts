import type { Cell, LinkMatrix } from "../../model/view.ts";
import type { Style } from "./style.ts";
import { columns } from "./table.ts";
import { displayWidth } from "./width.ts";

/** More clusters than this do not make a table that a person reads. */
const TABLE_UP_TO = 12;
/** Exceptions that are spelled out in place of a table. */
const EXCEPTIONS_SHOWN = 20;
const INDENT = "  ";
/** On wide terminals a table need not be as wide. */
const WIDEST = 120;

const LEGEND: readonly (readonly [Cell, string])[] = [
  ["one-way", "one-way"],
  ["unknown", "not known"],
  ["none", "blank: no link"],
];

/** What the symbols say that do not speak for themselves. */
function legend({ rows }: LinkMatrix, { symbols: { cell: symbol } }: Style): string[] {
  const present = new Set(rows.flat());
  const words = LEGEND.filter(([cell, text]) => present.has(cell) && symbol[cell] !== text).map(
    ([cell, text]) => `${symbol[cell]} ${text}`.trim(),
  );
  return words.length > 0 ? [`key: ${words.join(", ")}`] : [];
}

/** Who (rows) is linked to whom (columns): by name where that fits, else by number. */
function table(matrix: LinkMatrix, style: Style): string[] {
  const names = matrix.clusters.map(style.line);
  const numbers = names.map((_name, index) => String(index + 1));
  const under = (heads: readonly string[]): string[] =>
    columns(
      [
        ["from \\ to", ...heads],
        ...matrix.rows.map((row, index) => [
          heads[index] ?? "",
          ...row.map((cell) => style.symbols.cell[cell]),
        ]),
      ],
      2,
    );
  const named = under(names);
  const width = Math.min(style.width, WIDEST) - INDENT.length;
  if (named.every((line) => displayWidth(line) <= width)) return named;
  return [...under(numbers), ...names.map((name, index) => `${index + 1} = ${name}`)];
}

function exceptions({ clusters, rows }: LinkMatrix, style: Style): string[] {
  const cells = rows.flatMap((row, from) =>
    row.map((cell, to) => ({ cell, from: clusters[from] ?? "", to: clusters[to] ?? "" })),
  );
  const of = (...kinds: Cell[]): typeof cells => cells.filter(({ cell }) => kinds.includes(cell));
  const possible = clusters.length * (clusters.length - 1);
  const broken = of("broken");
  const oneWay = of("one-way");
  const counts = [
    `${of("connected", "one-way").length} of ${possible} possible links connected`,
    ...(broken.length > 0 ? [`${broken.length} broken`] : []),
    ...(oneWay.length > 0 ? [`${oneWay.length} one-way`] : []),
  ];
  const odd = [...broken, ...oneWay];
  const more = odd.length - EXCEPTIONS_SHOWN;
  return [
    counts.join(", "),
    ...odd
      .slice(0, EXCEPTIONS_SHOWN)
      .map(({ cell, from, to }) => `${style.symbols.cell[cell]} ${style.line(`${from} → ${to}`)}`),
    ...(more > 0 ? [`and ${more} more (see -o json)`] : []),
  ];
}

/** The link topology as lines. */
export function matrixLines(matrix: LinkMatrix, style: Style): string[] {
  const lines =
    matrix.clusters.length > TABLE_UP_TO
      ? exceptions(matrix, style)
      : [...table(matrix, style), ...legend(matrix, style)];
  return lines.map((line) => INDENT + line);
}
