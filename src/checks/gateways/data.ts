import type { Status } from "../../model/report.ts";

/** An east-west Gateway in the details of the Gateway Check. */
interface GatewayDetail {
  namespace: string;
  name: string;
  /** From its status. */
  addresses: string[];
  /** Of this Gateway's findings: the symbol after the text. */
  status: Status;
  /** `programmed`, or what it is instead. */
  state: string;
}

/** The east-west Gateways of a cluster. */
export interface GatewaysData {
  gateways: GatewayDetail[];
}
