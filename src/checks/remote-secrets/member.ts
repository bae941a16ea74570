import type { MeshMember } from "../../model/check.ts";

export type Member = MeshMember<
  "remoteSecrets",
  "istiods" | "credentialTarget" | "endpoints" | "services" | "proxyPods" | "meshConfigs"
>;
