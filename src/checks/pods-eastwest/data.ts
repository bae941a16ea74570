import type { Count, Status } from "../../model/report.ts";
import type { PodRow } from "../_shared/pods-data.ts";

/** The pods of one east-west Gateway: text has one line for each. */
interface GatewayPods {
  namespace: string;
  name: string;
  /** Of this Gateway's findings. */
  status: Status;
  summary: string;
  rows: PodRow[];
  /** Which of the result's findings are this Gateway's, by index. */
  findings: Count[];
}

/** The pods of every east-west Gateway. */
export interface EastWestPodsData {
  gateways: GatewayPods[];
}
