import { GATEWAY_NAME } from "../../mesh/names.ts";
import { kubectl } from "../../mesh/commands/shell.ts";
import { clusterCheck, type ClusterRef } from "../../model/check.ts";
import type { EastWestPodsData } from "./data.ts";
import type { GatewayFact, PodFact, WorkloadFact } from "../../model/facts.ts";
import {
  checkOf,
  fail,
  objectRef,
  remedy,
  skip,
  stopsPeering,
  summarize,
  worst,
} from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";
import { judgePods, podRow } from "../_shared/cluster-pods.ts";
import { isUnreconciled } from "../../mesh/conditions.ts";
import { notChecked } from "../_shared/not-checked.ts";
import { view } from "./view.ts";
import { explanation } from "./explanation.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    "pods-eastwest": EastWestPodsData;
  }
}

const FINE = "all pods healthy";

/** Nothing runs for a Gateway, and no Deployment says that it wants pods. */
function none(
  gateway: GatewayFact,
  deployment: WorkloadFact | undefined,
  known: boolean,
  cluster: ClusterRef,
): Finding {
  const { namespace, name } = gateway;
  const exists = !known || deployment !== undefined;
  const why = exists ? "has no pods" : "does not exist; istiod makes it from the Gateway";
  return fail(
    `no pod of Gateway ${namespace}/${name}: Deployment ${deployment?.name ?? name} ${why}`,
    {
      object: objectRef("Gateway", gateway),
      remediation: remedy(
        "Find out why istiod or the Deployment made no pods for the Gateway.",
        kubectl(
          cluster,
          "-n",
          namespace,
          "get",
          "deployments,replicasets,pods",
          "-l",
          `${GATEWAY_NAME}=${name}`,
        ),
        kubectl(cluster, "-n", namespace, "get", "events", "--sort-by=.lastTimestamp"),
      ),
      // A Gateway that no controller took up gets no Deployment: that is the Gateway Check's fault.
      ...(isUnreconciled(gateway) ? { blockedBy: checkOf(cluster.context, "gateways") } : {}),
    },
  );
}

function isOf(gateway: GatewayFact, object: PodFact | WorkloadFact): boolean {
  return object.namespace === gateway.namespace && object.labels.get(GATEWAY_NAME) === gateway.name;
}

export const podsEastwest = clusterCheck({
  id: "pods-eastwest",
  title: "Pod Check (eastwest gateway)",
  view,
  explanation,
  logs: ["gateway"],
  why: "The pods of an east-west gateway take in all traffic and configuration from other clusters.",
  reads: `Pods with label ${GATEWAY_NAME} of each east-west Gateway, in its namespace, and their Deployments.`,
  faults: [
    "An east-west Gateway has no pod.",
    "The Deployment is scaled to zero or has fewer pods than replicas.",
    "A pod is not Running and ready.",
  ],
  fixes: [
    "Follow the reason that the finding gives: the image, the log of the last run, the node.",
    "Look for events with reason FailedCreate in the gateway's namespace.",
  ],
  needs: ["gateways", "gatewayPods"],
  uses: ["gatewayDeployments"],
  run({ gateways, gatewayPods, gatewayDeployments }, { cluster, kinds }) {
    if (gateways.eastWest.length === 0) {
      const message = "no east-west gateway";
      const finding = skip(
        message,
        kinds.has("peering")
          ? { blockedBy: checkOf(cluster.context, "gateways") }
          : { because: { notInUse: "east-west Gateways" } },
      );
      const data: EastWestPodsData = { gateways: [] };
      return { summary: message, findings: [finding], data };
    }
    const findings: Finding[] = [];
    const data: EastWestPodsData = { gateways: [] };
    for (const gateway of gateways.eastWest) {
      const pods = gatewayPods.filter((pod) => isOf(gateway, pod));
      const known = gatewayDeployments.ok;
      const workloads = known ? gatewayDeployments.value.filter((one) => isOf(gateway, one)) : [];
      const judged = judgePods(
        {
          kind: "Deployment",
          pods,
          workloads,
          none: () => none(gateway, workloads[0], known, cluster),
        },
        cluster,
      );
      // One pod is enough for what comes from other clusters.
      const own = pods.some(({ healthy }) => healthy) ? judged : judged.map(stopsPeering);
      if (!gatewayDeployments.ok) {
        const object = objectRef("Gateway", gateway);
        own.push(notChecked("number of gateway pods", gatewayDeployments, { object }));
      }
      data.gateways.push({
        namespace: gateway.namespace,
        name: gateway.name,
        status: worst(own.map(({ severity }) => severity)),
        summary: summarize(own, FINE),
        rows: pods.map((pod) => podRow(pod, cluster.now)),
        findings: own.map((_, index) => findings.length + index),
      });
      findings.push(...own);
    }
    return { findings, data, summary: summarize(findings, FINE) };
  },
});
