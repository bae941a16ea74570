import { kubectl } from "../../mesh/commands/shell.ts";
import { istioId } from "../../mesh/spire/entries.ts";
import { isWithin } from "../../mesh/spire/names.ts";
import { enumerate, qualified } from "../../mesh/wording.ts";
import type { ClusterRef } from "../../model/check.ts";
import { fail, objectRef, remedy } from "../../model/finding.ts";
import type { Finding, ObjectRef, Remediation } from "../../model/report.ts";
import type {
  SpireAgentConfig,
  SpireAgentFact,
  SpireFact,
  SpireWorkloadFact,
} from "../../model/spire.ts";
import { isPlain, parsed } from "../_shared/spire.ts";

interface Around {
  spire: SpireFact;
  /** Pods of ztunnel. */
  ztunnels: readonly Pick<SpireWorkloadFact, "namespace" | "serviceAccount">[];
  /** The trust domain of the mesh, for agents that do not say theirs. */
  trustDomain: string;
  cluster: ClusterRef;
}

/** What ztunnel needs of the agent of its node, by the agents' configuration. */
export function agentFindings(around: Around): Finding[] {
  const { spire } = around;
  return spire.agents.flatMap((agent) => {
    const config = agent.config.ok ? parsed<SpireAgentConfig>(agent.config.value) : undefined;
    return config
      ? [...socketFindings(agent, config, around), ...delegateFindings(agent, config, around)]
      : [];
  });
}

function configOf(agent: SpireAgentFact): ObjectRef {
  return agent.configMap === undefined
    ? objectRef("DaemonSet", agent)
    : objectRef("ConfigMap", { namespace: agent.namespace, name: agent.configMap });
}

function values(agent: SpireAgentFact, cluster: ClusterRef, summary: string): Remediation {
  const shown =
    agent.configMap === undefined ? `daemonset/${agent.name}` : `configmap/${agent.configMap}`;
  return remedy(
    `${summary}, then upgrade SPIRE's Helm release and restart its agents.`,
    kubectl(cluster, "-n", agent.namespace, "get", shown, "-o", "yaml"),
  );
}

const ON_NODE =
  "Set spire-agent.sockets.admin.enabled and mountOnHost to true in SPIRE's Helm values";

function socketFindings(
  agent: SpireAgentFact,
  { adminSocket }: SpireAgentConfig,
  { spire: { ztunnelSockets }, cluster }: Around,
): Finding[] {
  const subject = `agent ${qualified(agent)}`;
  const object = configOf(agent);
  if (adminSocket === undefined) {
    const message = `${subject} has no admin_socket_path: ztunnel can ask it for no identity`;
    return [fail(message, { object, remediation: values(agent, cluster, ON_NODE) })];
  }
  const { adminVolume } = agent;
  if (adminVolume === "pod") {
    const message = `${subject} has its admin socket in a volume of its pod, where ztunnel does not reach it`;
    return [fail(message, { object, remediation: values(agent, cluster, ON_NODE) })];
  }
  if (adminVolume === undefined || ztunnelSockets.length === 0) return [];
  const { path } = adminVolume;
  const isShared = ztunnelSockets.some((one) => isWithin(path, one) || isWithin(one, path));
  if (isShared) return [];
  const message = `${subject} has its admin socket in ${path} of the node, but ztunnel looks in ${enumerate(ztunnelSockets)}`;
  const summary =
    "Give both the same directory: spire-agent.sockets.hostBasePath in SPIRE's Helm values, and what ztunnel mounts";
  return [fail(message, { object, remediation: values(agent, cluster, summary) })];
}

function delegateFindings(
  agent: SpireAgentFact,
  { delegates, trustDomain }: SpireAgentConfig,
  around: Around,
): Finding[] {
  // SPIRE may replace variables in what it reads.
  if (delegates.some((one) => !isPlain(one))) return [];
  const domain = isPlain(trustDomain) ? trustDomain : around.trustDomain;
  const wanted = [...new Set(around.ztunnels.map((one) => istioId(domain, one)))];
  const lacking = wanted.filter((id) => !delegates.includes(id));
  if (lacking.length === 0) return [];
  const has = delegates.length === 0 ? "none" : enumerate(delegates);
  const message = `agent ${qualified(agent)} does not have ${enumerate(lacking)} among its authorized_delegates (${has}): it refuses ztunnel`;
  const summary = `Set spire-agent.authorizedDelegates in SPIRE's Helm values to ${enumerate(lacking)}`;
  return [
    fail(message, { object: configOf(agent), remediation: values(agent, around.cluster, summary) }),
  ];
}
