import type { ClusterReport, Report, Status } from "../../model/report.ts";
import type { Cell, LinkMatrix } from "../../model/view.ts";
import { overallStatus } from "../results.ts";

/** A cluster of the picture. */
export interface GraphNode {
  context: string;
  network: string;
  version: string;
  status: Status;
}

/** What is from one cluster to another; both ways when both are alike. Numbers are places in nodes. */
export interface GraphEdge {
  from: number;
  to: number;
  state: Exclude<Cell, "self" | "none">;
  isBothWays: boolean;
}

export interface Graph {
  nodes: readonly GraphNode[];
  edges: readonly GraphEdge[];
  /** Clusters that are not drawn: nothing is wrong with them, nor next to what is. */
  leftOut: number;
}

/** As many as one can tell apart. */
const MOST = 30;

/** In the order in which they are drawn: what is wrong lies above. */
const DRAWN = ["connected", "unknown", "one-way", "broken"] as const;

function nodeOf(context: string, cluster: ClusterReport | undefined): GraphNode {
  return {
    context,
    network: cluster?.network ?? "",
    version: cluster?.istioVersion ?? "",
    status: cluster ? overallStatus(cluster.checks) : "skip",
  };
}

function edgesOf({ clusters, rows }: LinkMatrix): GraphEdge[] {
  const edges = clusters.flatMap((_from, from) =>
    clusters.flatMap((_to, to): GraphEdge[] => {
      const [state = "none", back = "none"] = [rows[from]?.[to], rows[to]?.[from]];
      if (from === to || state === "none" || state === "self") return [];
      const isBothWays = state === back;
      return isBothWays && to < from ? [] : [{ from, to, state, isBothWays }];
    }),
  );
  return edges.toSorted((one, other) => DRAWN.indexOf(one.state) - DRAWN.indexOf(other.state));
}

/** Of many clusters those with which something is wrong, and those that they have links with. */
function worthDrawing(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): Set<number> {
  const all = nodes.map((_node, index) => index);
  if (nodes.length <= MOST) return new Set(all);
  const odd = new Set([
    ...all.filter((index) => nodes[index]?.status !== "pass"),
    ...edges.filter(({ state }) => state !== "connected").flatMap(({ from, to }) => [from, to]),
  ]);
  const near = edges.flatMap(({ from, to }) => (odd.has(from) || odd.has(to) ? [from, to] : []));
  return new Set([...odd.union(new Set(near))].slice(0, MOST));
}

/** The clusters and links of a report as they are to be drawn. */
export function graphOf(matrix: LinkMatrix, report: Report): Graph {
  const clusters = new Map(report.clusters.map((cluster) => [cluster.context, cluster]));
  const nodes = matrix.clusters.map((context) => nodeOf(context, clusters.get(context)));
  const edges = edgesOf(matrix);
  const drawn = [...worthDrawing(nodes, edges)].toSorted((one, other) => one - other);
  const places = new Map(drawn.map((index, place) => [index, place]));
  return {
    nodes: drawn.flatMap((index) => nodes[index] ?? []),
    edges: edges.flatMap((edge) => {
      const [from, to] = [places.get(edge.from), places.get(edge.to)];
      return from === undefined || to === undefined ? [] : [{ ...edge, from, to }];
    }),
    leftOut: nodes.length - drawn.length,
  };
}
