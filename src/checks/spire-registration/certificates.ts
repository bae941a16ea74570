import { kubectl } from "../../mesh/commands/shell.ts";
import { enumerate } from "../../mesh/wording.ts";
import type { ClusterRef } from "../../model/check.ts";
import type { ZtunnelDumpFact } from "../../model/facts.ts";
import { fail, objectRef, remedy, warn } from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";

const MOST = 10;
/** What ztunnel says of a certificate that it still asks for. */
const FETCHING = /^Initializing/i;

/** Identities of which ztunnel itself says that it has no certificate. */
export function certificateFindings(
  dumps: readonly ZtunnelDumpFact[],
  cluster: ClusterRef,
): Finding[] {
  const lacking = dumps.flatMap(({ pod, lacking: of = [] }) => of.map((one) => ({ pod, ...one })));
  const fetching = lacking.filter(({ state }) => FETCHING.test(state));
  const failed = lacking.filter(({ state }) => !FETCHING.test(state));
  return [
    ...finding(failed, "has no certificate for", fail, cluster),
    ...finding(fetching, "still asks for the certificate of", warn, cluster),
  ];
}

function finding(
  lacking: readonly { pod: string; identity: string; state: string }[],
  what: string,
  make: typeof fail,
  cluster: ClusterRef,
): Finding[] {
  const [first] = lacking;
  if (!first) return [];
  const slash = first.pod.indexOf("/");
  const [namespace, name] = [first.pod.slice(0, slash), first.pod.slice(slash + 1)];
  const identities = [...new Set(lacking.map(({ identity }) => identity))];
  const message = `ztunnel ${first.pod} ${what} ${enumerate(identities, MOST)}: ${first.state}`;
  const remediation = remedy(
    "See in the logs of ztunnel and of the SPIRE agent of its node why: no entry, no delegate, no socket.",
    kubectl(cluster, "-n", namespace, "logs", name),
  );
  return [make(message, { object: objectRef("Pod", { namespace, name }), remediation })];
}
