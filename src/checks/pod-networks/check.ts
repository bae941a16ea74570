import { kubectl } from "../../mesh/commands/shell.ts";
import { GATEWAY_NAME, NETWORK } from "../../mesh/names.ts";
import { enumerate, qualified } from "../../mesh/wording.ts";
import { clusterCheck, type ClusterRef } from "../../model/check.ts";
import type { ProxyPodFact } from "../../model/facts.ts";
import { fail, info, objectRef, skip, step, summarize } from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    "pod-networks": undefined;
  }
}

/** Pods named in a finding. */
const FEW = 3;
/** Namespaces that a remedy restarts. */
const MOST_RESTARTED = 10;

const labelOf = ({ labels }: ProxyPodFact): string | undefined => labels.get(NETWORK) || undefined;

function names(pods: readonly ProxyPodFact[]): string {
  return enumerate(pods.map(qualified), FEW);
}

function restarts(pods: readonly ProxyPodFact[], cluster: ClusterRef): string[] {
  const namespaces = [...new Set(pods.map(({ namespace }) => namespace))];
  return namespaces
    .slice(0, MOST_RESTARTED)
    .map((namespace) => kubectl(cluster, "-n", namespace, "rollout", "restart", "deployment"));
}

/** Pods whose proxy was told another network than the cluster's, by what it was told. */
function misplaced(pods: readonly ProxyPodFact[], network: string, cluster: ClusterRef): Finding[] {
  const groups = Map.groupBy(pods, (pod) => pod.network);
  return [...groups].map(([told, group]) => {
    const count = group.length === 1 ? "1 pod" : `${group.length} pods`;
    const what = told === undefined ? "no network" : `network ${told}`;
    const [first] = group;
    return fail(
      `proxies of ${count} have ${what}, but the cluster's is ${network}: ${names(group)}`,
      {
        ...(first && group.length === 1 ? { object: objectRef("Pod", first) } : {}),
        remediation: step(
          `Set value global.network=${network} of istiod, and restart the pods so that they are injected anew.`,
          ...restarts(group, cluster),
        ),
      },
    );
  });
}

export const podNetworks = clusterCheck({
  id: "pod-networks",
  title: "Pod Network Check",
  meshKind: "community",
  view: { rank: 450 },
  why: "A proxy that does not know its network, or has the wrong one, is sent to pod addresses of another network, and others to its own.",
  reads:
    "Pods with label service.istio.io/canonical-name: label topology.istio.io/network and variable ISTIO_META_NETWORK of their proxy, also of one among the init containers; the label of the istio namespace.",
  faults: ["The proxies of pods have another network than the istio namespace, or none."],
  fixes: ["Set value global.network of istiod, and restart the pods."],
  needs: ["proxyPods", "namespaces", "istioNamespace"],
  run({ proxyPods: all, namespaces, istioNamespace }, { cluster }) {
    // Those of Gateways are told by them, which is judged with the network of the cluster.
    const proxyPods = all.filter(({ labels }) => !labels.has(GATEWAY_NAME));
    const namespace = namespaces.find(({ name }) => name === istioNamespace);
    const network = namespace?.labels.get(NETWORK) || undefined;
    if (proxyPods.length === 0) {
      const message = "no pod has a proxy";
      return { summary: message, findings: [skip(message)] };
    }
    if (network === undefined) {
      const message = "the cluster's network has no name that pods could be compared with";
      return { summary: message, findings: [skip(message)] };
    }
    // Label and variable that agree were both meant; the label is what counts for istiod.
    const meant = proxyPods.filter(
      (pod) => labelOf(pod) === pod.network && labelOf(pod) !== undefined,
    );
    const overridden = meant.filter((pod) => pod.network !== network);
    const others = proxyPods.filter((pod) => !meant.includes(pod) && pod.network !== network);
    const findings = [
      ...misplaced(others, network, cluster),
      ...(overridden.length > 0
        ? [info(`pods are on another network than ${network} by their label: ${names(overridden)}`)]
        : []),
    ];
    const fine = `all proxies are on network ${network}`;
    return {
      findings,
      summary: summarize(
        findings,
        overridden.length > 0 ? "proxies are where their labels say" : fine,
      ),
    };
  },
});
