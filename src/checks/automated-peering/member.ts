import type { MeshMember } from "../../model/check.ts";

export type Member = MeshMember<"istiods" | "gateways", "services" | "kubernetesClusters">;
