import { clusterCheck } from "../../model/check.ts";
import { summarize } from "../../model/finding.ts";
import type { PodsData } from "../_shared/pods-data.ts";
import {
  isWithoutAmbient,
  judgeNodeAgent,
  NODE_AGENT_FAULTS,
  withoutAmbient,
} from "../_shared/node-agents.ts";
import { uncoveredNodes } from "./nodes.ts";
import { view } from "./view.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    "pods-ztunnel": PodsData;
  }
}

const AGENT = {
  name: "ztunnel",
  install: "ztunnel",
  selector: "app=ztunnel",
};

export const podsZtunnel = clusterCheck({
  id: "pods-ztunnel",
  title: "Pod Check (ztunnel)",
  view,
  logs: ["ztunnel"],
  why: "ztunnel carries the traffic of every ambient pod of its node, to other clusters too.",
  reads: `Pods with label ${AGENT.selector} and their DaemonSets, in all namespaces; pods of Istio CNI, and nodes with their taints.`,
  faults: [
    "There is no ztunnel pod.",
    ...NODE_AGENT_FAULTS,
    "A node has Istio CNI and no ztunnel: a taint, the nodeSelector or the affinity keeps it away.",
  ],
  fixes: [
    "Follow the reason that the finding gives: the image, the log of the last run, the node.",
    "Look for events with reason FailedCreate in ztunnel's namespace.",
  ],
  needs: ["ztunnelPods"],
  uses: ["ztunnels", "cniPods", "nodes", "istiods"],
  run({ ztunnelPods, ztunnels, cniPods, nodes, istiods }, { cluster, kinds }) {
    if (isWithoutAmbient(kinds, ztunnelPods, ztunnels, istiods)) return withoutAmbient();
    const { findings: ofPods, data } = judgeNodeAgent(AGENT, ztunnelPods, ztunnels, cluster);
    const around = { ztunnelPods, cniPods, ztunnels, nodes };
    const findings = [...ofPods, ...uncoveredNodes(around, cluster)];
    return { findings, data, summary: summarize(findings, "all pods healthy") };
  },
});
