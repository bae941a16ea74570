import { kubectl } from "../../mesh/commands/shell.ts";
import { clusterCheck } from "../../model/check.ts";
import type { PodsData } from "../_shared/pods-data.ts";
import { fail, remedy, summarize } from "../../model/finding.ts";
import { judgePods, podRow } from "../_shared/cluster-pods.ts";
import { notChecked } from "../_shared/not-checked.ts";
import { view } from "./view.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    "pods-ztunnel": PodsData;
  }
}

export const podsZtunnel = clusterCheck({
  id: "pods-ztunnel",
  title: "Pod Check (ztunnel)",
  view,
  why: "ztunnel carries the traffic of every ambient pod of its node, to other clusters too.",
  reads: "Pods with label app=ztunnel and their DaemonSets, in all namespaces.",
  faults: [
    "There is no ztunnel pod.",
    "The DaemonSet has fewer pods than it wants: admission refused them, so they do not exist.",
    "A pod is not Running and ready.",
  ],
  fixes: [
    "Follow the reason that the finding gives: the image, the log of the last run, the node.",
    "Look for events with reason FailedCreate in ztunnel's namespace.",
  ],
  needs: ["ztunnelPods"],
  uses: ["ztunnels"],
  run({ ztunnelPods, ztunnels }, { cluster }) {
    const findings = judgePods(
      {
        kind: "DaemonSet",
        pods: ztunnelPods,
        workloads: ztunnels.ok ? ztunnels.value : [],
        none: () =>
          fail("no ztunnel pod in any namespace", {
            remediation: remedy(
              "Install ztunnel, or find out why its DaemonSet has no pods.",
              kubectl(cluster, "get", "daemonsets,pods", "-A", "-l", "app=ztunnel"),
            ),
          }),
      },
      cluster,
    );
    if (!ztunnels.ok) findings.push(notChecked("number of ztunnel pods", ztunnels));
    const data: PodsData = { rows: ztunnelPods.map((pod) => podRow(pod, cluster.now)) };
    return { findings, data, summary: summarize(findings, "all pods healthy") };
  },
});
