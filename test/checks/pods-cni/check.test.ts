import { podsCni } from "../../../src/checks/pods-cni/check.ts";
import { testNodeAgent } from "../node-agents.ts";

testNodeAgent({
  check: podsCni,
  pods: "cniPods",
  daemonSets: "cnis",
  name: "Istio CNI",
  daemonSet: "istio-cni-node",
  selector: "k8s-app=istio-cni-node",
});
