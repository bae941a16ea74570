import type { GatewayFact } from "../model/facts.ts";
import { DATA_PLANE_TYPE, PREFERRED_DATA_PLANE_TYPE } from "./names.ts";

/** The spelling of the annotations' value that every version reads; documents write NodePort. */
export const LOWER_NODE_PORT = "nodeport";

/** Whether an annotation on the type of the data plane asks for node ports, in any case. */
function isNodePort(value: string | undefined): boolean {
  return value?.trim().toLowerCase() === LOWER_NODE_PORT;
}

/** An east-west Gateway offers node ports for traffic. */
export function offersNodePorts({ annotations }: Pick<GatewayFact, "annotations">): boolean {
  return isNodePort(annotations.get(DATA_PLANE_TYPE));
}

/** A remote Gateway prefers node ports for traffic. */
export function prefersNodePorts({ annotations }: Pick<GatewayFact, "annotations">): boolean {
  return isNodePort(annotations.get(PREFERRED_DATA_PLANE_TYPE));
}
