import type { Explanation } from "../../model/explanation.ts";
import { faultsOf, REPORT_LINKS } from "../_shared/explanations.ts";

/** A pair of clusters that does not verify is connected in neither direction. */
export const explanation: Explanation<"certs"> = {
  explains: REPORT_LINKS,
  precedence: 1,
  breaks(result, { from, to, trouble }) {
    // Who is not reached has shown no certificate.
    if (trouble === "unreachable") return false;
    const faults = faultsOf(result);
    const pairs = result.data?.pairs;
    // Without data all that is known is the cluster that a fault is about.
    if (!pairs) return faults.some(({ cluster }) => cluster === from || cluster === to);
    const isOfLink = (one: string, other: string): boolean =>
      (one === from && other === to) || (one === to && other === from);
    return faults.length > 0 && pairs.some((pair) => !pair.ok && isOfLink(pair.from, pair.to));
  },
};
