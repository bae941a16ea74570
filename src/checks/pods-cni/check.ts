import { kubectl } from "../../mesh/commands/shell.ts";
import { clusterCheck } from "../../model/check.ts";
import type { PodsData } from "../_shared/pods-data.ts";
import { fail, remedy, summarize } from "../../model/finding.ts";
import { judgePods, podRow } from "../_shared/cluster-pods.ts";
import { notChecked } from "../_shared/not-checked.ts";
import { view } from "./view.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    "pods-cni": PodsData;
  }
}

const SELECTOR = "k8s-app=istio-cni-node";

export const podsCni = clusterCheck({
  id: "pods-cni",
  title: "Pod Check (cni)",
  view,
  why: "Istio CNI takes pods into the ambient mesh: without it on a node, traffic there bypasses ztunnel and global hostnames do not resolve.",
  reads: `Pods with label ${SELECTOR} and their DaemonSets, in all namespaces.`,
  faults: [
    "There is no Istio CNI pod.",
    "The DaemonSet has fewer pods than it wants: admission refused them, so they do not exist.",
    "A pod is not Running and ready.",
  ],
  fixes: [
    "Follow the reason that the finding gives: the image, the log of the last run, the node.",
    "Look for events with reason FailedCreate in the namespace of istio-cni-node.",
  ],
  needs: ["cniPods"],
  uses: ["cnis"],
  run({ cniPods, cnis }, { cluster }) {
    const findings = judgePods(
      {
        kind: "DaemonSet",
        pods: cniPods,
        workloads: cnis.ok ? cnis.value : [],
        // Ambient has no other way to take pods into the mesh, so none at all is a fault.
        none: () =>
          fail("no Istio CNI pod in any namespace", {
            remediation: remedy(
              "Install istio-cni with the ambient profile, or find out why its DaemonSet has no pods.",
              kubectl(cluster, "get", "daemonsets,pods", "-A", "-l", SELECTOR),
            ),
          }),
      },
      cluster,
    );
    if (!cnis.ok) findings.push(notChecked("number of Istio CNI pods", cnis));
    const data: PodsData = { rows: cniPods.map((pod) => podRow(pod, cluster.now)) };
    return { findings, data, summary: summarize(findings, "all pods healthy") };
  },
});
