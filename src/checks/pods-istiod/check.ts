import { findIstiod } from "../../mesh/commands/istiod.ts";
import { isRemote } from "../../mesh/kind.ts";
import { isIstiodAlive, isJudged, istiodOf } from "../../mesh/istiods.ts";
import { REVISION } from "../../mesh/names.ts";
import { enumerate } from "../../mesh/wording.ts";
import { clusterCheck, type ClusterRef } from "../../model/check.ts";
import type { PodsData } from "../_shared/pods-data.ts";
import type { IstiodFact, IstiodsFact, PodFact } from "../../model/facts.ts";
import {
  fail,
  info,
  objectRef,
  remedy,
  skip,
  stopsPeering,
  summarize,
} from "../../model/finding.ts";
import { valueOr, type Gathered } from "../../model/gathered.ts";
import type { Finding } from "../../model/report.ts";
import { judgePods, podRow } from "../_shared/cluster-pods.ts";
import { installIstiod } from "../../mesh/commands/helm.ts";
import { notChecked } from "../_shared/not-checked.ts";
import { view } from "./view.ts";
import { stopsItsCluster } from "../_shared/explanations.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    "pods-istiod": PodsData;
  }
}

const NO_ISTIODS: IstiodsFact = { judged: [], others: [] };

function none(
  istiods: Gathered<IstiodsFact>,
  revision: string | undefined,
  cluster: ClusterRef,
): Finding {
  const { judged, others } = valueOr(istiods, NO_ISTIODS);
  const list = findIstiod(cluster, "deployments,pods", "-L", REVISION);
  const which = revision === undefined ? "istiod pod" : `istiod pod of revision ${revision}`;
  const installed = judged.length > 0 ? [] : others.map((other) => other.revision);
  const instead = installed.length > 0 ? `; there is ${enumerate([...new Set(installed)])}` : "";
  const message = `no ${which} in any namespace${instead}`;
  if (installed.length > 0) {
    return fail(message, { remediation: remedy("Name one of these revisions with -r.", list) });
  }
  const absent = istiods.ok && judged.length === 0;
  return fail(message, {
    remediation: absent
      ? installIstiod(cluster, revision, list)
      : remedy("Find out why istiod has no pods; install it if it has no Deployment.", list),
  });
}

/** A revision that is not judged during a migration: listed with how its pods are. */
function listed(istiod: IstiodFact, pods: readonly PodFact[]): Finding {
  const healthy = pods.filter((pod) => pod.healthy).length;
  return info(
    `${istiod.namespace}/${istiod.name}: revision ${istiod.revision} is not judged, peering is not enabled there; ${healthy} of ${pods.length} pods healthy`,
    { object: objectRef("Deployment", istiod) },
  );
}

export const podsIstiod = clusterCheck({
  id: "pods-istiod",
  title: "Pod Check (istiod)",
  view,
  explanation: stopsItsCluster(2),
  logs: ["istiod"],
  why: "istiod programs ztunnel and the gateways, and exchanges services with the istiods of other clusters.",
  reads: "Pods with label app=istiod and their Deployments, in all namespaces.",
  faults: [
    "There is no istiod pod, or none of the revision that -r names.",
    "The Deployment is scaled to zero or has fewer pods than replicas.",
    "A pod is not Running and ready.",
  ],
  fixes: [
    "Follow the reason that the finding gives: the image, the log of the last run, the node.",
    "Look for events with reason FailedCreate in istiod's namespace.",
  ],
  needs: ["istiodPods"],
  uses: ["istiods"],
  run({ istiodPods, istiods }, { cluster, revision, kinds }) {
    if (istiodPods.length === 0 && isRemote(kinds, istiods)) {
      const message = "no istiod here: the cluster is led by that of another";
      return { summary: message, findings: [skip(message)], data: { rows: [] } };
    }
    const deployments = valueOr(istiods, NO_ISTIODS);
    const pods = istiodPods.filter((pod) => isJudged(pod, deployments, revision));
    const judged = judgePods(
      {
        kind: "Deployment",
        pods,
        workloads: deployments.judged,
        owner: (pod) => istiodOf(pod, deployments),
        none: () => none(istiods, revision, cluster),
      },
      cluster,
    );
    const findings = isIstiodAlive(istiodPods, deployments) ? judged : judged.map(stopsPeering);
    if (!istiods.ok) findings.push(notChecked("number of istiod pods", istiods));
    const rows = revision === undefined ? istiodPods : pods;
    if (revision === undefined) {
      for (const other of deployments.others) {
        const own = istiodPods.filter((pod) => istiodOf(pod, deployments) === other);
        findings.push(listed(other, own));
      }
    }
    const data: PodsData = { rows: rows.map((pod) => podRow(pod, cluster.now)) };
    return { findings, data, summary: summarize(findings, "all pods healthy") };
  },
});
