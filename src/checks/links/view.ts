import type { LinkEdge } from "../../model/links.ts";
import type { Cell, CheckView, LinkMatrix, Metric } from "../../model/view.ts";
import type { LinksData, ReadEdge } from "./data.ts";

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
  if (edge.unvouched) return "unknown";
  if (edge.state === "broken") return "broken";
  return edge.oneWay ? "one-way" : "connected";
}

/** Of several Secrets for one cluster one that works is enough. */
function readCell(reads: readonly ReadEdge[] | undefined, known: boolean): Cell {
  if (!reads) return known ? "none" : "unknown";
  if (reads.some(({ status }) => status === "synced")) return "connected";
  return reads.some(({ status }) => status === undefined) ? "unknown" : "broken";
}

/** The links among the clusters of a run; nothing where there are less than two. */
function linkMatrix(data: LinksData | undefined): LinkMatrix | undefined {
  if (!data || data.clusters.length < 2) return undefined;
  const { clusters } = data;
  const edges = byEnds(data.edges);
  const reads = Map.groupBy(data.reads ?? [], ({ from, to }) => key(from, to));
  // A Gateway for a cluster that was not read may not have been recognized as such.
  const unread = new Set(data.unread);
  return {
    clusters,
    rows: clusters.map((from) =>
      clusters.map((to) =>
        from === to
          ? "self"
          : data.reads
            ? readCell(reads.get(key(from, to)), !unread.has(from))
            : cellOf(edges.get(key(from, to)), !unread.has(from) && !unread.has(to)),
      ),
    ),
  };
}

function connections({ edges }: LinksData): Metric[] {
  // Where it is not known there is no value.
  const known = edges.filter(({ unvouched }) => !unvouched);
  return known.map(({ from, to, state }) => ({
    name: "mc_link_connected",
    help: "Whether the remote Gateways of one cluster for another are connected.",
    labels: { from, to },
    value: state === "connected" ? 1 : 0,
  }));
}

export const view: CheckView<"links"> = {
  rank: 510,
  matrix: ({ data }) => linkMatrix(data),
  next: ({ findings }) =>
    findings.find(({ severity, remediation }) => severity === "skip" && remediation)?.remediation
      ?.commands[0],
  metrics: ({ data }) => (data ? connections(data) : []),
};
