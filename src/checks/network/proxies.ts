import { GATEWAY_NAME, NETWORK } from "../../mesh/names.ts";
import { enumerate, qualified } from "../../mesh/wording.ts";
import { kubectl } from "../../mesh/commands/shell.ts";
import type { ClusterRef } from "../../model/check.ts";
import type { ProxyPodFact } from "../../model/facts.ts";
import { fail, info, objectRef, remedy } from "../../model/finding.ts";
import { gathered, valueOr, type Gathered } from "../../model/gathered.ts";
import type { Finding, Remediation } from "../../model/report.ts";
import { notChecked } from "../_shared/not-checked.ts";
import { envValue, podsOf, type NetworkMember } from "./member.ts";

const VARIABLE = "ISTIO_META_NETWORK";
/** Commands of a remedy for gateways, and as many for sidecars. */
const MOST_COMMANDS = 3;

/** A pod with a proxy that leads to no other cluster, and the network that it was told. */
interface Proxy extends Pick<ProxyPodFact, "namespace" | "name" | "labels"> {
  network: string | undefined;
  isSidecar: boolean;
}

/** Of waypoints, ingress gateways and the like that will stay, and of pods with a sidecar. */
function proxiesOf(
  { gateways, gatewayPods }: NetworkMember["facts"],
  injected: Gathered<ProxyPodFact[]>,
): Proxy[] {
  const all = valueOr(gatewayPods, []);
  const eastWest = new Set(gateways.eastWest.flatMap((gateway) => podsOf(gateway, all)));
  const ofGateways = all.filter((pod) => !pod.finished && !pod.deleting && !eastWest.has(pod));
  const sidecars = valueOr(injected, []).filter(({ labels }) => !labels.has(GATEWAY_NAME));
  return [
    ...ofGateways.map((pod) => ({ ...pod, network: envValue(pod, VARIABLE), isSidecar: false })),
    ...sidecars.map((pod) => ({ ...pod, network: pod.network, isSidecar: true })),
  ];
}

/** Commands that make the pods anew. */
function restarts(wrong: readonly Proxy[], cluster: ClusterRef): string[] {
  const restart = (namespace: string, ...selector: string[]): string =>
    kubectl(cluster, "-n", namespace, "rollout", "restart", "deployment", ...selector);
  const ofGateways = wrong
    .filter(({ isSidecar }) => !isSidecar)
    .map(({ namespace, labels }) =>
      restart(namespace, "-l", `${GATEWAY_NAME}=${labels.get(GATEWAY_NAME) ?? ""}`),
    );
  const ofSidecars = wrong
    .filter(({ isSidecar }) => isSidecar)
    .map(({ namespace }) => restart(namespace));
  return [ofGateways, ofSidecars].flatMap((commands) =>
    [...new Set(commands)].slice(0, MOST_COMMANDS),
  );
}

function remedyOf(wrong: readonly Proxy[], believed: string, cluster: ClusterRef): Remediation {
  const summary = wrong.some(({ isSidecar }) => isSidecar)
    ? `Set value global.network=${believed} of istiod where it is another, then restart the pods, so that their proxies are told the present network.`
    : "Restart the gateways, so that their pods are made for the present network; where it comes from a label of the Gateway, correct that first.";
  return remedy(summary, ...restarts(wrong, cluster));
}

/**
 * Whether Istio's proxies are in the network of their cluster: istiod tells each what is near and far
 * by the network that it says. A label of the pod is a network that somebody chose for it.
 *
 * @param isCommunity the mesh is one of sidecars, which have a check of their own
 */
export function proxyFindings(
  { cluster, facts }: NetworkMember,
  believed: string | undefined,
  isCommunity: boolean,
): Finding[] {
  const { context } = cluster;
  if (believed === undefined) return [];
  const injected = isCommunity ? gathered([]) : facts.proxyPods;
  const unread = injected.ok
    ? []
    : [notChecked(`networks of sidecars in ${context}`, injected, { cluster: context })];
  const wrong = proxiesOf(facts, injected).filter(
    ({ network }) => network !== undefined && network !== believed,
  );
  const [first] = wrong;
  if (!first) return unread;
  const isChosen = wrong.every(({ labels, network }) => labels.get(NETWORK) === network);
  const listed = enumerate(wrong.map((one) => `${qualified(one)} has ${one.network}`));
  const message = `${wrong.length} istio proxy pod(s) with mismatched ${VARIABLE} in ${context}, whose network is ${believed}: ${listed}`;
  const about = { cluster: context, object: objectRef("Pod", first) };
  const finding = isChosen
    ? info(`${message}; their label ${NETWORK} says so too`, about)
    : fail(message, { ...about, remediation: remedyOf(wrong, believed, cluster) });
  return [finding, ...unread];
}
