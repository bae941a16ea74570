import { kubectl } from "../../mesh/commands/shell.ts";
import { DEFAULT_TRUST_DOMAIN } from "../../mesh/names.ts";
import { AGENT_CONF, MANAGER_CONF, SERVER_CONF } from "../../mesh/spire/names.ts";
import { trustDomainsOf } from "../../mesh/trust/domains.ts";
import { qualified } from "../../mesh/wording.ts";
import { clusterCheck, type ClusterRef } from "../../model/check.ts";
import { error, objectRef, remedy, summarize } from "../../model/finding.ts";
import { valueOr } from "../../model/gathered.ts";
import type { Finding } from "../../model/report.ts";
import type { SpireFact, SpirePodsFact, SpireTrustFact } from "../../model/spire.ts";
import { notChecked } from "../_shared/not-checked.ts";
import { spireUseOrPresence } from "../_shared/spire.ts";
import { agentFindings } from "./agents.ts";
import { componentFindings } from "./components.ts";
import { domainFindings } from "./domains.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    spire: undefined;
  }
}

const NO_PODS: SpirePodsFact = { servers: [], agents: [], drivers: [], workloads: [] };

/** Configurations that are there and cannot be parsed, which is no fault of SPIRE's. */
function unparsed(spire: SpireFact, trust: SpireTrustFact, cluster: ClusterRef): Finding[] {
  const one = (
    namespace: string,
    name: string | undefined,
    key: string,
    config: { unreadable?: string } | undefined,
  ): Finding[] => {
    if (config?.unreadable === undefined || name === undefined) return [];
    const message = `${key} of ConfigMap ${namespace}/${name} cannot be parsed, so it was not judged: ${config.unreadable}`;
    const remediation = remedy(
      "Look at the configuration.",
      kubectl(cluster, "-n", namespace, "get", "configmap", name, "-o", "yaml"),
    );
    return [error(message, { object: objectRef("ConfigMap", { namespace, name }), remediation })];
  };
  return [
    ...trust.servers.flatMap((server) => [
      ...one(server.namespace, server.configMap, SERVER_CONF, server.config),
      ...one(server.namespace, server.managerConfigMap, MANAGER_CONF, server.manager),
    ]),
    ...spire.agents.flatMap(({ namespace, configMap, config }) =>
      config.ok ? one(namespace, configMap, AGENT_CONF, config.value) : [],
    ),
  ];
}

export const spire = clusterCheck({
  id: "spire",
  title: "SPIRE Check",
  view: { rank: 150 },
  why: "Where the mesh takes identities from SPIRE, a pod without an agent on its node, or one that refuses ztunnel, has no certificate and no traffic.",
  reads:
    "DaemonSets and pods of SPIRE's agents, servers and CSI driver; ConfigMaps with agent.conf, server.conf and controller-manager-config.yaml; what ztunnel, gateways and istiod say of SPIRE.",
  faults: [
    "A server, agent or CSI driver is not Running and ready, or does not exist.",
    "A node with ztunnel has no agent, or one with pods that mount the socket has no CSI driver.",
    "The agent's admin socket is off, is in a volume of its pod, or is in another directory than ztunnel mounts.",
    "ztunnel's identity is not among the agent's authorized_delegates.",
    "SPIRE's trust domain is not that of the mesh, or its parts have different ones.",
    "The server keeps its data in an emptyDir (warning).",
  ],
  fixes: [
    "Set spire-agent.sockets.admin.enabled and mountOnHost, and spire-agent.authorizedDelegates, in SPIRE's Helm values.",
    "Give agents and the CSI driver the tolerations of the nodes.",
    "Set global.spire.trustDomain to the trust domain of the mesh.",
  ],
  needs: ["connection"],
  uses: ["spire", "spirePods", "spireTrust", "ztunnelPods", "nodes", "meshConfigs", "istiods"],
  run(facts, { cluster }) {
    const { use, leftOut } = spireUseOrPresence(facts.spire);
    if (!use) return { findings: [leftOut], summary: leftOut.message };
    const { spirePods, spireTrust, ztunnelPods, nodes, meshConfigs, istiods } = facts;
    const trust = valueOr(spireTrust, { servers: [], bundles: [] });
    const mesh = meshConfigs.ok ? trustDomainsOf(meshConfigs.value, istiods).domains : [];
    const unread = [
      ...use.agents.flatMap(({ config }) => (config.ok ? [] : [config])),
      ...trust.servers.flatMap((server) => server.unread ?? []),
    ];
    const named = new Set(valueOr(ztunnelPods, []).map(qualified));
    const { workloads } = valueOr(spirePods, NO_PODS);
    const accounts = workloads.filter((pod) => named.has(qualified(pod)));
    const findings = [
      ...(spirePods.ok
        ? componentFindings({ spire: use, pods: spirePods.value, nodes, ztunnelPods, cluster })
        : [notChecked("pods of SPIRE", spirePods)]),
      ...(use.byZtunnel
        ? agentFindings({
            spire: use,
            ztunnels: accounts,
            trustDomain: mesh[0] ?? DEFAULT_TRUST_DOMAIN,
            cluster,
          })
        : []),
      ...domainFindings({ agents: use.agents, servers: trust.servers, mesh, cluster }),
      ...unparsed(use, trust, cluster),
      ...unread.slice(0, 1).map((one) => notChecked("configuration of SPIRE", one)),
    ];
    return { findings, summary: summarize(findings, "servers and agents serve the mesh") };
  },
});
