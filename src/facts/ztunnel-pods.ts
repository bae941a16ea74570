import { RESOURCES } from "../model/resource.ts";
import { fact, listed } from "./fact.ts";
import { podsOf, PODS } from "./pods.ts";

export const ztunnelPods = fact({
  key: "ztunnelPods",
  access: [listed(RESOURCES.pods)],
  keeps: PODS,
  read: (source) => podsOf(source, "ztunnel"),
});
