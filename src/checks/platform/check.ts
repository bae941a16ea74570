import { COMPUTE_TYPE } from "../../mesh/names.ts";
import { enumerate } from "../../mesh/wording.ts";
import { kubectl } from "../../mesh/commands/shell.ts";
import { clusterCheck, type ClusterRef } from "../../model/check.ts";
import type { NodeFact, PlatformFact } from "../../model/facts.ts";
import { objectRef, pass, remedy, summarize, warn } from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";
import { notChecked } from "../_shared/not-checked.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    platform: undefined;
  }
}

function fargate(nodes: readonly NodeFact[], cluster: ClusterRef): Finding[] {
  const found = nodes.filter(({ labels }) => labels.get(COMPUTE_TYPE) === "fargate");
  const [first] = found;
  if (!first) return [];
  const names = enumerate(found.map(({ name }) => name));
  const subject = found.length === 1 ? "a node" : `${found.length} nodes`;
  const message = `${subject} of AWS Fargate, where the Istio CNI cannot run: ${names}`;
  return [
    warn(message, {
      object: objectRef("Node", { name: first.name }),
      remediation: remedy(
        "Run what belongs to the mesh on EC2 node groups, and keep its namespaces out of Fargate profiles.",
        kubectl(cluster, "get", "nodes", "-l", `${COMPUTE_TYPE}=fargate`),
      ),
    }),
  ];
}

function openshift({ network }: PlatformFact, cluster: ClusterRef): Finding[] {
  if (!network) return [];
  if (!network.ok) return [notChecked("OpenShift's routingViaHost", network)];
  const { type, routingViaHost } = network.value;
  if (type.toLowerCase() !== "ovnkubernetes" || routingViaHost === true) return [];
  const patch = {
    spec: { defaultNetwork: { ovnKubernetesConfig: { gatewayConfig: { routingViaHost: true } } } },
  };
  const resource = "networks.operator.openshift.io";
  return [
    warn("OpenShift's OVN-Kubernetes does not route via the host (routingViaHost is not true)", {
      object: objectRef("Network", { name: "cluster" }),
      remediation: remedy(
        "Set routingViaHost of the Cluster Network Operator, so that ztunnel sees the traffic of its node.",
        kubectl(cluster, "patch", resource, "cluster", "--type=merge", "-p", JSON.stringify(patch)),
      ),
    }),
  ];
}

export const platform = clusterCheck({
  id: "platform",
  title: "Platform Check",
  view: { rank: 100 },
  why: "Some platforms keep the Istio CNI from redirecting traffic, or need a setting for it.",
  reads: "Nodes; on OpenShift the Network operator's configuration.",
  faults: [
    "Nodes of AWS Fargate: the Istio CNI cannot run there.",
    "OpenShift with OVN-Kubernetes without routingViaHost: true.",
  ],
  fixes: [
    "Run the mesh on EC2 node groups rather than on Fargate.",
    "Set gatewayConfig.routingViaHost: true in the Network operator's configuration.",
  ],
  needs: ["nodes", "platform"],
  run({ nodes, platform: facts }, { cluster }) {
    const found = [...fargate(nodes, cluster), ...openshift(facts, cluster)];
    const count = nodes.length === 1 ? "1 node" : `${nodes.length} nodes`;
    const fine = `${count}, no known limitation`;
    const findings = found.length > 0 ? found : [pass(fine)];
    return { findings, summary: summarize(findings, fine) };
  },
});
