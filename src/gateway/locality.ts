import { REGION, ZONE } from "../mesh/names.ts";
import { enumerate } from "../mesh/wording.ts";
import type { NodeFact } from "../model/facts.ts";
import type { Locality } from "./manifest.ts";

/** What all nodes agree on, and what to say about what they don't. */
export interface NodeLocality extends Locality {
  notes: string[];
}

type Agreement = { value: string } | { value?: never; why: string };

function agreed(nodes: readonly NodeFact[], label: string): Agreement {
  const values = [...new Set(nodes.map((node) => node.labels.get(label) ?? ""))].toSorted();
  const [value] = values;
  if (values.length > 1) {
    return { why: `nodes differ in ${label} (${enumerate(values.map((one) => one || "none"))})` };
  }
  return value ? { value } : { why: `nodes have no label ${label}` };
}

/**
 * Region and zone of a cluster: those of its nodes' labels, where all nodes agree. A zone is one of
 * a region, so without the one the other is left out too.
 */
export function localityOf(nodes: readonly NodeFact[]): NodeLocality {
  const region = agreed(nodes, REGION);
  if (region.value === undefined) {
    return { notes: [`${region.why}: region and zone left out; --region and --zone set them`] };
  }
  const zone = agreed(nodes, ZONE);
  if (zone.value === undefined) {
    const note = `${zone.why}: zone left out; --region with --zone sets it`;
    return { region: region.value, notes: [note] };
  }
  return { region: region.value, zone: zone.value, notes: [] };
}
