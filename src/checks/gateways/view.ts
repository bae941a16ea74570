import type { Block, CheckView } from "../../model/view.ts";
import { addressLines } from "../_shared/address-lines.ts";
import type { GatewaysData } from "./data.ts";

function gatewayBlocks({ gateways }: GatewaysData): Block[] {
  return gateways.map(({ namespace, name, addresses, state, status }) => {
    const isOnlyOfName = gateways.filter((other) => other.name === name).length === 1;
    return {
      kind: "lines",
      lines: [
        { text: `Gateway: ${isOnlyOfName ? name : `${namespace}/${name}`}` },
        ...addressLines(addresses),
        { text: `Status: ${state}`, status },
      ],
    };
  });
}

export const view: CheckView<"gateways"> = {
  rank: 400,
  familiar: true,
  passesInBrief: true,
  passes: "hidden",
  blocks: ({ data }) => (data ? gatewayBlocks(data) : []),
};
