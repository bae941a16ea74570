import type { NodeFact } from "../model/facts.ts";
import { REGION, ZONE } from "../lib/labels.ts";
import type { Locality } from "./manifest.ts";

/** What all nodes agree on, and what to say about what they don't. */
export interface NodeLocality extends Locality {
  notes: string[];
}

function agreed(nodes: readonly NodeFact[], label: string): string | string[] | undefined {
  const values = [...new Set(nodes.map((node) => node.labels.get(label) ?? ""))].toSorted();
  if (values.length <= 1) return values[0] || undefined;
  return values.map((value) => value || "(none)");
}

/** Region and zone of a cluster: those of its nodes' labels, where all nodes agree. */
export function localityOf(nodes: readonly NodeFact[]): NodeLocality {
  const locality: NodeLocality = { notes: [] };
  for (const [key, label] of [
    ["region", REGION],
    ["zone", ZONE],
  ] as const) {
    const value = agreed(nodes, label);
    if (typeof value === "string") locality[key] = value;
    else if (value) {
      locality.notes.push(
        `nodes differ in ${label} (${value.join(", ")}): left out; --${key} sets it`,
      );
    }
  }
  return locality;
}
