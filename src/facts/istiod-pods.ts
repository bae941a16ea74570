import { RESOURCES } from "../model/resource.ts";
import { fact, listed } from "./fact.ts";
import { podsOf, PODS } from "./pods.ts";

export const istiodPods = fact({
  key: "istiodPods",
  access: [listed(RESOURCES.pods)],
  keeps: PODS,
  read: (source) => podsOf(source, "istiod"),
});
