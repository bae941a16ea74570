import { RBAC, type RbacDocument } from "./rbac-document.ts";

/** What `mc probe` does in one namespace: it makes a Pod, looks at it, and deletes it. */
export function probeDocuments({
  name,
  namespace,
}: {
  name: string;
  namespace: string;
}): RbacDocument[] {
  const metadata = { name: `${name}-probe`, namespace };
  const verbs = ["create", "delete", "get", "list", "patch"];
  return [
    {
      comment: [
        `create, patch, get, list and delete pods: mc probe -n ${namespace}`,
        "  (whoever may create Pods may use what the namespace has; give it one of its own)",
      ],
      manifest: {
        apiVersion: `${RBAC}/v1`,
        kind: "Role",
        metadata,
        rules: [{ apiGroups: [""], resources: ["pods"], verbs }],
      },
    },
    {
      comment: [],
      manifest: {
        apiVersion: `${RBAC}/v1`,
        kind: "RoleBinding",
        metadata,
        roleRef: { apiGroup: RBAC, kind: "Role", name: metadata.name },
        subjects: [{ kind: "ServiceAccount", name, namespace }],
      },
    },
  ];
}
