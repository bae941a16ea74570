import { servicesOf } from "../../mesh/links.ts";
import { managementNamespaces } from "../../mesh/management.ts";
import { kubectl } from "../../mesh/commands/shell.ts";
import { enumerate, qualified } from "../../mesh/wording.ts";
import { objectRef, pass, step, warn } from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";
import { notChecked } from "../_shared/not-checked.ts";
import type { Member } from "./member.ts";

const ACCEPTED_STATE = "ACCEPTED";
const RESOURCE = "kubernetesclusters.admin.gloo.solo.io";

/** What a cluster is called by the management plane: usually its CLUSTER_ID. */
function isCalled({ cluster }: Member, name: string): boolean {
  return name === cluster.id || name === cluster.context;
}

/** What the management plane of a cluster knows of the clusters of the run. */
export function managementFindings(plane: Member, members: readonly Member[]): Finding[] {
  const { cluster, facts } = plane;
  const { context } = cluster;
  const [namespace = ""] = managementNamespaces(servicesOf(plane));
  const known = facts.kubernetesClusters;
  const show = kubectl(cluster, "-n", namespace, "get", RESOURCE, "-o", "yaml");
  if (facts.istiods.judged.length === 0) {
    return [
      warn(
        `the management plane in ${namespace} of ${context} has no Istio in its cluster, which automated linking needs`,
        {
          cluster: context,
          remediation: step("Install Istio in the cluster of the management plane too.", show),
        },
      ),
    ];
  }
  if (!known.ok) {
    return [notChecked(`KubernetesClusters in ${context}`, known, { cluster: context })];
  }
  const unknown = members.filter(
    (member) => !known.value.some(({ name }) => isCalled(member, name)),
  );
  const waiting = known.value.filter(
    ({ name, approval }) =>
      approval !== ACCEPTED_STATE && members.some((member) => isCalled(member, name)),
  );
  if (unknown.length + waiting.length === 0) {
    return [
      pass(`the management plane in ${namespace} of ${context} has accepted all clusters`, {
        cluster: context,
      }),
    ];
  }
  return [
    ...(unknown.length === 0
      ? []
      : [
          warn(
            `the management plane in ${namespace} of ${context} has no KubernetesCluster called as ${enumerate(unknown.map((one) => one.cluster.id ?? one.cluster.context))}`,
            {
              cluster: context,
              remediation: step("Register the cluster with the management plane.", show),
            },
          ),
        ]),
    ...waiting.map((one) =>
      warn(
        `KubernetesCluster ${qualified(one)} of ${context} is not accepted: its approval is ${one.approval ?? "not given"}`,
        {
          cluster: context,
          object: objectRef("KubernetesCluster", one),
          remediation: step("See what its status says.", show),
        },
      ),
    ),
  ];
}
