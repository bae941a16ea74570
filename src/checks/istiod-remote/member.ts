import type { MeshMember } from "../../model/check.ts";

export type Member = MeshMember<
  "istiods" | "services" | "istioNamespace",
  "meshConfigs" | "istiodEndpoints" | "istioGateways" | "proxyPods"
>;
