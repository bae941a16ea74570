import type { Explanation } from "../../model/explanation.ts";
import { REPORT_LINKS } from "../_shared/explanations.ts";

/** Whether a link leads to a cluster that is down. */
export const explanation: Explanation<"connection"> = {
  explains: REPORT_LINKS,
  precedence: 0,
  breaks: ({ status }, _link, end) => end === "to" && (status === "error" || status === "fail"),
};
