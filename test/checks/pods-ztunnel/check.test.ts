import { podsZtunnel } from "../../../src/checks/pods-ztunnel/check.ts";
import { testNodeAgent } from "../node-agents.ts";

testNodeAgent({
  check: podsZtunnel,
  pods: "ztunnelPods",
  daemonSets: "ztunnels",
  name: "ztunnel",
  daemonSet: "ztunnel",
  selector: "app=ztunnel",
});
