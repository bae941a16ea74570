import { clusterCheck } from "../../model/check.ts";
import type { PodsData } from "../_shared/pods-data.ts";
import {
  isWithoutAmbient,
  judgeNodeAgent,
  NODE_AGENT_FAULTS,
  withoutAmbient,
} from "../_shared/node-agents.ts";
import { view } from "./view.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    "pods-cni": PodsData;
  }
}

const AGENT = {
  name: "Istio CNI",
  install: "istio-cni with the ambient profile",
  selector: "k8s-app=istio-cni-node",
};

export const podsCni = clusterCheck({
  id: "pods-cni",
  title: "Pod Check (cni)",
  view,
  logs: ["cni"],
  why: "Istio CNI takes pods into the ambient mesh: without it on a node, traffic there bypasses ztunnel and global hostnames do not resolve.",
  reads: `Pods with label ${AGENT.selector} and their DaemonSets, in all namespaces.`,
  faults: ["There is no Istio CNI pod.", ...NODE_AGENT_FAULTS],
  fixes: [
    "Follow the reason that the finding gives: the image, the log of the last run, the node.",
    "Look for events with reason FailedCreate in the namespace of istio-cni-node.",
  ],
  needs: ["cniPods"],
  uses: ["cnis", "istiods"],
  run: ({ cniPods, cnis, istiods }, { cluster, kinds }) =>
    isWithoutAmbient(kinds, cniPods, cnis, istiods)
      ? withoutAmbient()
      : judgeNodeAgent(AGENT, cniPods, cnis, cluster),
});
