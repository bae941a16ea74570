import { RESOURCES } from "../model/resource.ts";
import { DAEMON_SETS, daemonSets } from "./daemon-sets.ts";
import { fact, listed } from "./fact.ts";

export const ztunnels = fact({
  key: "ztunnels",
  access: [listed(RESOURCES.daemonSets)],
  keeps: DAEMON_SETS,
  read: daemonSets({
    name: "ztunnel",
    label: ["app", "ztunnel"],
    container: "istio-proxy",
  }),
});
