import type { TrustDomains } from "../../mesh/trust/domains.ts";
import type { MeshMember } from "../../model/check.ts";

export type Member = MeshMember<"gateways" | "meshConfigs", "istiods" | "ztunnels" | "services"> & {
  trust: TrustDomains;
};
