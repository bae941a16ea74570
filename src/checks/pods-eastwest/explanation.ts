import type { Explanation } from "../../model/explanation.ts";
import { REPORT_LINKS, stoppingFaults } from "../_shared/explanations.ts";

/** A gateway that no pod stands behind takes in no link. */
export const explanation: Explanation<"pods-eastwest"> = {
  explains: REPORT_LINKS,
  precedence: 6,
  closes(result, { namespace, name }) {
    const stopping = new Set(stoppingFaults(result));
    const gateway = result.data?.gateways.find(
      (one) => one.namespace === namespace && one.name === name,
    );
    return (gateway?.findings ?? []).some((index) => {
      const finding = result.findings[index];
      return finding !== undefined && stopping.has(finding);
    });
  },
};
