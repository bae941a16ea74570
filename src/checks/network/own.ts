import { findIstiod } from "../../mesh/commands/istiod.ts";
import { GATEWAY_NAME, NETWORK } from "../../mesh/names.ts";
import { labelGateway } from "../../mesh/commands/gateways.ts";
import { qualified } from "../../mesh/wording.ts";
import { kubectl, variable } from "../../mesh/commands/shell.ts";
import type { ClusterRef } from "../../model/check.ts";
import type { GatewayFact, PodFact, WorkloadFact } from "../../model/facts.ts";
import { checkOf, fail, objectRef, pass, remedy, skip } from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";
import { notChecked } from "../_shared/not-checked.ts";
import { envValue, podsOf, type NetworkMember, type OwnNetwork } from "./member.ts";

/** Suggested where nothing in the cluster says what its network is called. */
const UNKNOWN = "<network>";

/** Whether one cluster's namespace, gateways, their pods and ztunnel agree on its network. */
export function ownFindings(member: NetworkMember, own: OwnNetwork, isPeering: boolean): Finding[] {
  const { cluster, facts } = member;
  const { context } = cluster;
  const { believed } = own;
  const { ztunnels, gatewayPods } = facts;
  const { eastWest } = facts.gateways;
  return [
    namespaceFinding(member, own),
    ...eastWest.map((gateway) => gatewayFinding(cluster, gateway, believed)),
    ...(ztunnels.ok
      ? ztunnelFindings(cluster, ztunnels.value, believed, isPeering)
      : [notChecked(`NETWORK of ztunnel in ${context}`, ztunnels, { cluster: context })]),
    ...(gatewayPods.ok
      ? eastWest.flatMap((gateway) => podFindings(cluster, gateway, gatewayPods.value, believed))
      : [notChecked(`NETWORK of gateway pods in ${context}`, gatewayPods, { cluster: context })]),
  ];
}

function namespaceFinding({ cluster, facts }: NetworkMember, own: OwnNetwork): Finding {
  const { context } = cluster;
  const name = facts.istioNamespace;
  if (!own.namespace) {
    return fail(`Cluster ${context} has no network: there is no namespace ${name}`, {
      cluster: context,
      remediation: remedy(
        "Install Istio, or name its namespace with -i.",
        findIstiod(cluster, "deployments"),
      ),
    });
  }
  const object = objectRef("Namespace", { name });
  const relabel = (network: string): string =>
    kubectl(cluster, "label", "namespace", name, `${NETWORK}=${network}`, "--overwrite");
  if (own.label === undefined) {
    return fail(`Cluster ${context} has no network: namespace ${name} has no label ${NETWORK}`, {
      cluster: context,
      object,
      remediation: remedy(
        "Label the istio namespace with the network of the cluster.",
        relabel(own.others ?? UNKNOWN),
      ),
    });
  }
  if (own.believed !== undefined && own.believed !== own.label) {
    return fail(
      `Cluster ${context} has network: ${own.label}, but its ${own.kinds.join(" and ")} have network ${own.believed}`,
      {
        cluster: context,
        object,
        remediation: remedy(
          `Label the istio namespace with ${own.believed}, or change the others if ${own.label} is meant.`,
          relabel(own.believed),
        ),
      },
    );
  }
  return pass(`Cluster ${context} has network: ${own.label}`, { cluster: context, object });
}

function gatewayFinding(
  cluster: ClusterRef,
  gateway: GatewayFact,
  believed: string | undefined,
): Finding {
  const { context } = cluster;
  const name = qualified(gateway);
  const about = { cluster: context, object: objectRef("Gateway", gateway) };
  const network = gateway.labels.get(NETWORK);
  if (network && network === believed) {
    return pass(`Eastwest gateway ${name} has correct network label: ${network}`, about);
  }
  if (network && believed === undefined) {
    const message = `Eastwest gateway ${name} of ${context} has network label ${network}: there is nothing to compare it with`;
    return skip(message, about);
  }
  const wrong = network
    ? `has network label ${network}, but the cluster's network is ${believed}`
    : `has no label ${NETWORK}`;
  return fail(`Eastwest gateway ${name} of ${context} ${wrong}`, {
    ...about,
    remediation: remedy(
      "Label the gateway with the network of its cluster.",
      labelGateway(cluster, gateway, NETWORK, believed ?? UNKNOWN),
    ),
  });
}

function setNetwork(
  cluster: ClusterRef,
  { namespace, name }: WorkloadFact,
  network: string | undefined,
): string {
  const set = ["-n", namespace, "set", "env", `daemonset/${name}`];
  return network === undefined
    ? `${kubectl(cluster, ...set)} "NETWORK=${variable("NETWORK")}"`
    : kubectl(cluster, ...set, `NETWORK=${network}`);
}

function ztunnelFindings(
  cluster: ClusterRef,
  ztunnels: readonly WorkloadFact[],
  believed: string | undefined,
  isPeering: boolean,
): Finding[] {
  const { context } = cluster;
  if (ztunnels.length === 0) {
    // Sidecars do without.
    if (!isPeering) return [];
    const message = `${context} has no ztunnel DaemonSet whose NETWORK could be compared`;
    return [skip(message, { cluster: context, blockedBy: checkOf(context, "pods-ztunnel") })];
  }
  return ztunnels.flatMap((ztunnel) => {
    const object = objectRef("DaemonSet", ztunnel);
    const subject = `ztunnel DaemonSet ${qualified(ztunnel)} of ${context}`;
    const env = ztunnel.env.get("NETWORK");
    if (env?.kind === "unresolved") {
      const cause = { ok: false, why: "unreadable", detail: `${env.from}: ${env.why}` } as const;
      return [notChecked(`NETWORK of ${subject}`, cause, { cluster: context, object })];
    }
    const network = envValue(ztunnel, "NETWORK");
    if (network !== undefined && (believed === undefined || network === believed)) return [];
    const message =
      network === undefined
        ? `${subject} does not set NETWORK`
        : `${subject} sets NETWORK to ${network}, but the cluster's network is ${believed}`;
    return [
      fail(message, {
        cluster: context,
        object,
        remediation: remedy(
          "Set value network of the ztunnel Helm release to the cluster's network; until its next upgrade this does it.",
          setNetwork(cluster, ztunnel, believed),
        ),
      }),
    ];
  });
}

/** One finding a Gateway: its pods are replicas of one template. */
function podFindings(
  cluster: ClusterRef,
  gateway: GatewayFact,
  pods: readonly PodFact[],
  believed: string | undefined,
): Finding[] {
  const { context } = cluster;
  // A gateway's label is passed on to its pods: what is said of it is not said again.
  const known = new Set([believed, gateway.labels.get(NETWORK)]);
  for (const pod of podsOf(gateway, pods)) {
    for (const name of ["NETWORK", "ISTIO_META_NETWORK"]) {
      const network = envValue(pod, name);
      if (believed === undefined || network === undefined || known.has(network)) continue;
      const message = `pod ${qualified(pod)} of eastwest gateway ${qualified(gateway)} in ${context} has ${name} ${network}, but the cluster's network is ${believed}`;
      return [
        fail(message, {
          cluster: context,
          object: objectRef("Pod", pod),
          remediation: remedy(
            "Restart the gateway, so that its pods are made from its present labels.",
            kubectl(
              cluster,
              "-n",
              gateway.namespace,
              "rollout",
              "restart",
              // It may have another name than the Gateway.
              "deployment",
              "-l",
              `${GATEWAY_NAME}=${gateway.name}`,
            ),
          ),
        }),
      ];
    }
  }
  return [];
}
