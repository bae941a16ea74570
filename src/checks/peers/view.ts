import type { Block, CheckView } from "../../model/view.ts";
import { addressLines } from "../_shared/address-lines.ts";
import type { PeerDetail } from "./data.ts";

function peerBlock({ cluster, addresses, conditions, state, status }: PeerDetail): Block {
  return {
    kind: "lines",
    lines: [
      { text: `Cluster: ${cluster}` },
      ...addressLines(addresses),
      { text: conditions.length === 0 ? "Conditions: none" : "Conditions:" },
      ...conditions.map((condition) => ({ text: `- ${condition.type}: ${condition.status}` })),
      { text: `Status: ${state}`, status },
    ],
  };
}

export const view: CheckView<"peers"> = {
  rank: 500,
  familiar: true,
  passesInBrief: true,
  passes: "hidden",
  blocks: ({ data }) => data?.peers.map(peerBlock) ?? [],
};
