export const RBAC = "rbac.authorization.k8s.io";

export interface Metadata {
  name: string;
  namespace?: string;
}

interface RbacManifest {
  apiVersion: string;
  kind: "ServiceAccount" | "ClusterRole" | "ClusterRoleBinding" | "Role" | "RoleBinding";
  metadata: Metadata;
  [field: string]: unknown;
}

/** A manifest with what a reader should know of it, a line each. */
export interface RbacDocument {
  comment: string[];
  manifest: RbacManifest;
}
