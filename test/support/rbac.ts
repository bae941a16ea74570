import type { RbacDocument } from "../../src/engine/rbac-document.ts";
import type { PolicyRule } from "../../src/engine/rbac.ts";
import type { UserOptions } from "./apiserver/types.ts";

export type AccessRules = NonNullable<UserOptions["allowOnly"]>;

/** One rule of a role for one verb of one resource, in words and as the test API server takes it. */
export interface NamedRule {
  name: string;
  rule: AccessRules[number];
}

function rulesOf(rule: PolicyRule, namespace: string | undefined): NamedRule[] {
  const names = rule.resourceNames ?? [undefined];
  return rule.apiGroups.flatMap((group) =>
    rule.resources.flatMap((resource) =>
      rule.verbs.flatMap((verb) =>
        names.map((name) => ({
          name: [verb, resource, name, namespace && `in ${namespace}`].filter(Boolean).join(" "),
          rule: {
            verb,
            group,
            resource,
            ...(namespace !== undefined && { namespace }),
            ...(name !== undefined && { name }),
          },
        })),
      ),
    ),
  );
}

/** What the roles of `mc rbac` allow, each verb, resource and name by itself. */
export function rulesOfRoles(documents: readonly RbacDocument[]): NamedRule[] {
  return documents.flatMap(({ manifest }) => {
    const { kind, metadata } = manifest;
    if (kind !== "Role" && kind !== "ClusterRole") return [];
    const namespace = kind === "Role" ? metadata.namespace : undefined;
    return (manifest["rules"] as PolicyRule[]).flatMap((rule) => rulesOf(rule, namespace));
  });
}
