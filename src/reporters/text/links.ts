import stringWidth from "string-width";
import type { LinkEdge, LinksData } from "../../model/links.ts";
import type { Result } from "../../model/report.ts";
import { columns, type Style } from "./style.ts";

/** More clusters than this do not make a table that a person reads. */
const TABLE_UP_TO = 12;
/** Exceptions that are spelled out in place of a table. */
const EXCEPTIONS_SHOWN = 20;
const INDENT = "  ";

function symbolOf(edge: LinkEdge | undefined): string {
  if (!edge) return "";
  if (edge.state === "broken") return "❌";
  return edge.oneWay ? "⚠️" : "✅";
}

function byEnds(edges: readonly LinkEdge[]): Map<string, LinkEdge> {
  const found = new Map<string, LinkEdge>();
  for (const edge of edges) {
    const key = JSON.stringify([edge.from, edge.to]);
    // Of two Gateways for one target the broken one is the news.
    if (found.get(key)?.state !== "broken") found.set(key, edge);
  }
  return found;
}

/** Who (rows) is linked to whom (columns): by name where that fits, else by number. */
function table(data: LinksData, style: Style): string[] {
  const names = data.clusters.map(style.line);
  const edges = byEnds(data.edges);
  const cells = data.clusters.map((from) =>
    data.clusters.map((to) =>
      from === to ? "·" : symbolOf(edges.get(JSON.stringify([from, to]))),
    ),
  );
  const named = columns(
    [["from \\ to", ...names], ...cells.map((row, index) => [names[index] ?? "", ...row])],
    2,
  );
  const fits = named.every((line) => stringWidth(INDENT + line) <= Math.min(style.width, 120));
  if (fits) return named;
  return columns(
    [
      ["from \\ to", ...names.map((_name, index) => String(index + 1))],
      ...cells.map((row, index) => [`${index + 1} ${names[index] ?? ""}`, ...row]),
    ],
    2,
  );
}

function exceptions(data: LinksData, style: Style): string[] {
  const inRun = data.edges.filter((edge) => edge.inRun);
  const odd = inRun.filter((edge) => edge.state === "broken" || edge.oneWay);
  const broken = odd.filter((edge) => edge.state === "broken").length;
  const possible = data.clusters.length * (data.clusters.length - 1);
  const counts = [
    `${inRun.length - broken} of ${possible} possible links connected`,
    ...(broken > 0 ? [`${broken} broken`] : []),
    ...(odd.length > broken ? [`${odd.length - broken} one way`] : []),
  ];
  const more = odd.length - EXCEPTIONS_SHOWN;
  return [
    counts.join(", "),
    ...odd
      .slice(0, EXCEPTIONS_SHOWN)
      .map((edge) => `${symbolOf(edge)} ${style.line(edge.from)} → ${style.line(edge.to)}`),
    ...(more > 0 ? [`and ${more} more (see -o json)`] : []),
  ];
}

/** The link topology below its summary line; nothing for a single cluster. */
export function matrixLines(result: Result, style: Style): string[] {
  const data = result.data as LinksData | undefined;
  if (!data || data.clusters.length < 2) return [];
  const lines = data.clusters.length > TABLE_UP_TO ? exceptions(data, style) : table(data, style);
  return lines.map((line) => INDENT + line);
}
