import { GATEWAY_NAME } from "../mesh/names.ts";
import { RESOURCES } from "../model/resource.ts";
import { fact, listed } from "./fact.ts";
import { listPods, PODS } from "./pods.ts";

export const gatewayPods = fact({
  key: "gatewayPods",
  access: [listed(RESOURCES.pods)],
  keeps: PODS,
  read: (source) => listPods(source, GATEWAY_NAME),
});
