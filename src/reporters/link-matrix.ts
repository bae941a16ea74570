import type { LinkEdge, LinksData } from "../model/links.ts";

/** What is between two clusters, from the one to the other. */
export type Cell = "self" | "connected" | "one-way" | "broken" | "none" | "unknown";

export const CELL_SYMBOL: Readonly<Record<Cell, string>> = {
  self: "·",
  connected: "✅",
  "one-way": "⚠️",
  broken: "❌",
  none: "",
  unknown: "?",
};

export interface LinkMatrix {
  /** Contexts, in the order of the run. */
  clusters: readonly string[];
  /** Row by row the links from one cluster to each. */
  rows: readonly (readonly Cell[])[];
}

function key(from: string, to: string): string {
  return JSON.stringify([from, to]);
}

function byEnds(edges: readonly LinkEdge[]): Map<string, LinkEdge> {
  const found = new Map<string, LinkEdge>();
  for (const edge of edges) {
    const ends = key(edge.from, edge.to);
    // Of two Gateways for one target the broken one is the news.
    if (edge.inRun && found.get(ends)?.state !== "broken") found.set(ends, edge);
  }
  return found;
}

function cellOf(edge: LinkEdge | undefined, known: boolean): Cell {
  if (!edge) return known ? "none" : "unknown";
  if (edge.state === "broken") return "broken";
  return edge.oneWay ? "one-way" : "connected";
}

/** The links among the clusters of a run; nothing where there are less than two. */
export function linkMatrix(data: LinksData | undefined): LinkMatrix | undefined {
  if (!data || data.clusters.length < 2) return undefined;
  const { clusters } = data;
  const edges = byEnds(data.edges);
  // A Gateway for a cluster that was not read may not have been recognized as such.
  const unread = new Set(data.unread);
  return {
    clusters,
    rows: clusters.map((from) =>
      clusters.map((to) =>
        from === to
          ? "self"
          : cellOf(edges.get(key(from, to)), !unread.has(from) && !unread.has(to)),
      ),
    ),
  };
}
