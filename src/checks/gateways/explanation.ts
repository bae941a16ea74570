import type { Explanation } from "../../model/explanation.ts";
import { isAbout, REPORT_LINKS, stoppingFaults } from "../_shared/explanations.ts";

/** Links lead into a cluster through its east-west gateways only. */
export const explanation: Explanation<"gateways"> = {
  explains: REPORT_LINKS,
  precedence: 5,
  // On no object: there is no east-west gateway at all.
  breaks: (result, { trouble }, end) =>
    end === "to" && trouble !== "untrusted" && stoppingFaults(result).some(({ object }) => !object),
  closes: (result, gateway) => stoppingFaults(result).some((finding) => isAbout(finding, gateway)),
};
