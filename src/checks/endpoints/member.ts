import type { MeshMember } from "../../model/check.ts";
import type { EndpointsFact, ServiceEndpointsFact } from "../../model/facts.ts";

export type Member = MeshMember<
  "endpoints",
  | "istiods"
  | "remoteSecrets"
  | "credentialTarget"
  | "meshConfigs"
  | "remoteClusters"
  | "services"
  | "proxyPods"
>;

/** A cluster whose istiod sends its proxies endpoints of others, and said which. */
export interface Asked extends Member {
  services: readonly ServiceEndpointsFact[];
  gateways: EndpointsFact["gateways"];
}

/** Services that a finding names. */
export const FEW = 3;
