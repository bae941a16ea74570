import { istiodLog } from "../../mesh/commands/istiod.ts";
import { podsBehind } from "../../mesh/istio-gateways.ts";
import { GATEWAY_NAME, NETWORK } from "../../mesh/names.ts";
import { servicesSeen } from "../../mesh/network-views.ts";
import { enumerate, qualified } from "../../mesh/wording.ts";
import type { ServiceFact } from "../../model/facts.ts";
import { checkOf, fail, pass, remedy } from "../../model/finding.ts";
import { gathered, valueOr } from "../../model/gathered.ts";
import type { Finding } from "../../model/report.ts";
import { type Asked, FEW, type Member } from "./member.ts";
import { credentialsFor } from "./read.ts";

/** Services of a cluster that have pods with sidecars, gateways aside. */
function servedIn({ facts }: Member): ServiceFact[] {
  const pods = valueOr(facts.proxyPods, []);
  return valueOr(facts.services, []).filter(
    (service) =>
      !service.labels.has(NETWORK) &&
      !service.labels.has(GATEWAY_NAME) &&
      podsBehind(service, pods).length > 0,
  );
}

/**
 * Of a cluster without an istiod: whether one that holds a credential for it has any endpoints there. It
 * cannot say itself which it has.
 */
export function ledFindings(
  from: Asked,
  target: Member,
  isSynced: (id: string) => boolean,
): Finding[] {
  const { cluster } = from;
  const [a, b] = [cluster.context, target.cluster.context];
  const read = credentialsFor(from, target);
  const ids = read.map(({ kubeconfig }) => kubeconfig.cluster);
  const seen = ids.map((id) => servicesSeen(gathered(from.facts.endpoints), id) ?? 0);
  if (seen.some((count) => count > 0)) return [pass(`${a} has endpoints of ${b}`, { cluster: a })];
  const served = servedIn(target);
  if (read.length === 0 || served.length === 0) return [];
  const message = `${a} has no endpoints of ${b}, which has pods of ${enumerate(served.map(qualified), FEW)}`;
  return [
    fail(message, {
      cluster: a,
      ...(ids.every(isSynced) ? {} : { blockedBy: checkOf(a, "remote-clusters") }),
      remediation: remedy(
        `See in istiod's log what it reads of ${b}; it may have to be restarted after a change of the Secret.`,
        istiodLog(cluster),
      ),
    }),
  ];
}
