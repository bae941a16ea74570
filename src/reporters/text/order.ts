import type { Result } from "../../model/report.ts";
import { resultBlocks } from "./result.ts";
import type { Style } from "./style.ts";

/** The order in which people know these lines; other checks follow in that of the registry. */
const FAMILIAR = [
  "env-vars",
  "license",
  "cni-dns-capture",
  "pods-istiod",
  "pods-ztunnel",
  "pods-eastwest",
  "gateways",
  "peers",
  "shared-services",
  "certs",
  "network",
  "stale-workloads",
];

function place({ id }: Result): number {
  const index = FAMILIAR.indexOf(id);
  return index === -1 ? FAMILIAR.length : index;
}

/** All results as lines, the familiar ones first; sections are apart by two empty lines. */
export function joinedBlocks(results: readonly Result[], style: Style, verbose: boolean): string[] {
  const blocks = results
    .toSorted((one, other) => place(one) - place(other))
    .flatMap((result) => resultBlocks(result, style, verbose));
  if (!verbose) return blocks.flat();
  return blocks.flatMap((block, index) => (index === 0 ? block : ["", "", ...block]));
}
