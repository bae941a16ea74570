import { RESOURCES } from "../model/resource.ts";
import { DAEMON_SETS, daemonSets } from "./daemon-sets.ts";
import { fact, listed } from "./fact.ts";

export const cnis = fact({
  key: "cnis",
  access: [listed(RESOURCES.daemonSets)],
  keeps: DAEMON_SETS,
  read: daemonSets({
    name: "istio-cni-node",
    label: ["k8s-app", "istio-cni-node"],
    container: "install-cni",
  }),
});
