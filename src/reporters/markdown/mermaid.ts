import { oneLine } from "../../lib/sanitize.ts";
import type { ClusterReport, Report } from "../../model/report.ts";
import type { LinkMatrix } from "../../model/view.ts";
import { overallStatus } from "../results.ts";
import { SYMBOL } from "../words.ts";

/** More clusters than this are no picture any more; mermaid refuses some 500 edges as well. */
const MOST_CLUSTERS = 20;

/** A label in which nothing is markup: mermaid takes characters by their number. */
function label(text: string): string {
  return oneLine(text)
    .slice(0, 60)
    .replaceAll(/[^\p{L}\p{N} ./_-]/gu, (character) => `#${character.codePointAt(0) ?? 63};`);
}

function node(cluster: ClusterReport | undefined, context: string, index: number): string {
  const lines = [context, ...(cluster?.network ? [cluster.network] : [])].map(label);
  const symbol = cluster ? `${SYMBOL[overallStatus(cluster.checks)]} ` : "";
  return `  c${index}["${symbol}${lines.join("<br/>")}"]`;
}

/** The links between two clusters, both ways in one line where both are alike. */
function edges({ clusters, rows }: LinkMatrix): string[] {
  return clusters.flatMap((_from, from) =>
    clusters.flatMap((_to, to) => {
      const [cell = "none", back = "none"] = [rows[from]?.[to], rows[to]?.[from]];
      const isSame = cell === back || (cell === "one-way" && back === "none");
      if (from === to || (cell === back && to < from)) return [];
      switch (cell) {
        case "connected":
          return [`  c${from} ${isSame ? "<-->" : "-->"} c${to}`];
        case "one-way":
          return [`  c${from} -. one way .-> c${to}`];
        case "broken":
          return [`  c${from} ${isSame ? "x" : ""}-. broken .-x c${to}`];
        case "unknown":
          return [`  c${from} -. not known .-> c${to}`];
        default:
          return [];
      }
    }),
  );
}

/** The topology as a block that GitHub and GitLab draw; nothing where there is none to see. */
export function mermaidBlock(matrix: LinkMatrix, report: Report): string[] {
  const { clusters } = matrix;
  if (clusters.length < 2 || clusters.length > MOST_CLUSTERS) return [];
  const contexts = new Map(report.clusters.map((cluster) => [cluster.context, cluster]));
  const nodes = clusters.map((context, index) => node(contexts.get(context), context, index));
  return [["```mermaid", "graph LR", ...nodes, ...edges(matrix), "```"].join("\n")];
}
