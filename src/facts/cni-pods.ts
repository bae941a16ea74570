import { RESOURCES } from "../model/resource.ts";
import { fact, listed } from "./fact.ts";
import { listPods, PODS } from "./pods.ts";

export const cniPods = fact({
  key: "cniPods",
  access: [listed(RESOURCES.pods)],
  keeps: PODS,
  read: (source) => listPods(source, "k8s-app=istio-cni-node"),
});
