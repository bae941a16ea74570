import type { CheckId } from "../../model/check-data.ts";
import type { Explanation } from "../../model/explanation.ts";
import type { GatewayName } from "../../model/links.ts";
import type { Finding, Result } from "../../model/report.ts";

/** The checks that report broken links: of one cluster, and of the mesh. */
export const REPORT_LINKS: readonly CheckId[] = ["peers", "links"];

/** What is wrong; what could not be checked (an `error`) explains nothing. */
export function faultsOf({ findings }: Result): Finding[] {
  return findings.filter(({ severity }) => severity === "fail");
}

/**
 * The faults of a check that stop peering: not every fault does, and one that follows from something
 * else explains nothing itself.
 */
export function stoppingFaults(result: Result): Finding[] {
  return faultsOf(result).filter((finding) => finding.stopsPeering && !finding.blockedBy);
}

/** The finding is about this Gateway. */
export function isAbout({ object }: Finding, { namespace, name }: GatewayName): boolean {
  return object?.namespace === namespace && object.name === name;
}

/** A fault that stops peering breaks the links from the cluster and to it. */
export function stopsItsCluster(precedence: number): Explanation {
  return {
    explains: REPORT_LINKS,
    precedence,
    breaks: (result) => stoppingFaults(result).length > 0,
  };
}

/** A fault about a remote Gateway breaks the link that the Gateway is. */
export function breaksItsGateway(precedence: number): Explanation {
  return {
    explains: REPORT_LINKS,
    precedence,
    breaks: (result, { from, gateway }) =>
      faultsOf(result).some((finding) => finding.cluster === from && isAbout(finding, gateway)),
  };
}
