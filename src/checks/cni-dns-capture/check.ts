import { goBool } from "../../lib/go-bool.ts";
import { kubectl } from "../../mesh/commands/shell.ts";
import { clusterCheck, type ClusterRef } from "../../model/check.ts";
import type { CniConfigFact, WorkloadFact } from "../../model/facts.ts";
import { fail, info, objectRef, pass, remedy, summarize } from "../../model/finding.ts";
import type { Gathered } from "../../model/gathered.ts";
import type { Finding } from "../../model/report.ts";
import { HELM_VARIABLES, helmInstall, helmUpgrade } from "../../mesh/commands/helm.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    "cni-dns-capture": undefined;
  }
}

const KEY = "AMBIENT_DNS_CAPTURE";
const ENABLED = `${KEY} is enabled`;
const CONFIG_MAP = "istio-cni-config";
const HELM_VALUE = "ambient.dnsCapture=true";

function enable(config: CniConfigFact, agents: readonly WorkloadFact[], cluster: ClusterRef) {
  const { namespace, name } = config;
  const near = agents.filter((agent) => agent.namespace === namespace).map((agent) => agent.name);
  const data = JSON.stringify({ data: { [KEY]: "true" } });
  return remedy(
    `Set ${HELM_VALUE} in the values of the CNI chart, or patch the ConfigMap and restart the agents, which read it when they start.`,
    kubectl(cluster, "-n", namespace, "patch", "configmap", name, "--type=merge", "-p", data),
    ...(near.length > 0 ? near : ["istio-cni-node"]).map((agent) =>
      kubectl(cluster, "-n", namespace, "rollout", "restart", `daemonset/${agent}`),
    ),
  );
}

function judge(
  config: CniConfigFact,
  lead: string,
  agents: readonly WorkloadFact[],
  cluster: ClusterRef,
): Finding {
  const object = objectRef("ConfigMap", config);
  const { dnsCapture } = config;
  if (goBool(dnsCapture) === true) return pass(`${lead}${ENABLED}`, { object });
  const state = dnsCapture === undefined ? "not set" : `${JSON.stringify(dnsCapture)}, not "true"`;
  return fail(`${config.namespace}/${config.name}: ${KEY} is ${state}`, {
    object,
    remediation: enable(config, agents, cluster),
  });
}

/**
 * Those that agents read: a DaemonSet takes the ConfigMap of its own namespace, and one elsewhere
 * was left behind. Where none is beside a DaemonSet there is no telling which one counts.
 */
function readByAgents(
  configs: readonly CniConfigFact[],
  agents: readonly WorkloadFact[],
): readonly CniConfigFact[] {
  const namespaces = new Set(agents.map(({ namespace }) => namespace));
  const read = configs.filter(({ namespace }) => namespaces.has(namespace));
  return read.length > 0 ? read : configs;
}

function leftBehind(config: CniConfigFact): Finding {
  return info(
    `${config.namespace}/${config.name} not judged: no CNI DaemonSet is in its namespace, so no agent reads it`,
    { object: objectRef("ConfigMap", config) },
  );
}

function noConfig(agents: Gathered<WorkloadFact[]>, cluster: ClusterRef): Finding {
  const none = `no ConfigMap ${CONFIG_MAP} in any namespace`;
  const [agent] = agents.ok ? agents.value : [];
  if (agent) {
    return fail(`${none}, though DaemonSet ${agent.namespace}/${agent.name} exists`, {
      object: objectRef("DaemonSet", agent),
      remediation: remedy(
        `Upgrade the CNI with ${HELM_VALUE}, which writes the ConfigMap (${HELM_VARIABLES}).`,
        helmUpgrade(cluster, "cni", agent.namespace, [HELM_VALUE]),
      ),
    });
  }
  return fail(agents.ok ? `${none}: the Istio CNI is not installed` : none, {
    remediation: remedy(
      `Install the Istio CNI with ${HELM_VALUE} (${HELM_VARIABLES}).`,
      helmInstall(cluster, "cni", cluster.istioNamespace, ["profile=ambient", HELM_VALUE]),
    ),
  });
}

export const cniDnsCapture = clusterCheck({
  id: "cni-dns-capture",
  title: "CNI DNS Capture Check",
  meshKind: "peering",
  view: { rank: 330, familiar: true, passes: "hidden" },
  why: "Host names of shared services (mesh.internal, or the domain of a segment) resolve only where the CNI hands DNS requests to ztunnel.",
  reads: "Key AMBIENT_DNS_CAPTURE of ConfigMap istio-cni-config in any namespace.",
  faults: [
    "AMBIENT_DNS_CAPTURE is not set or not true.",
    "There is no ConfigMap istio-cni-config: the CNI is not installed, or from another chart.",
  ],
  fixes: [
    "Set ambient.dnsCapture=true in the values of the CNI chart, then restart DaemonSet istio-cni-node.",
  ],
  needs: ["cniConfigs"],
  uses: ["cnis"],
  run({ cniConfigs, cnis }, { cluster }) {
    const agents = cnis.ok ? cnis.value : [];
    const judged = readByAgents(cniConfigs, agents);
    const findings =
      cniConfigs.length === 0
        ? [noConfig(cnis, cluster)]
        : [
            ...judged.map((config) => {
              const lead = judged.length > 1 ? `${config.namespace}/${config.name}: ` : "";
              return judge(config, lead, agents, cluster);
            }),
            ...cniConfigs.filter((config) => !judged.includes(config)).map(leftBehind),
          ];
    return { findings, summary: summarize(findings, ENABLED) };
  },
});
