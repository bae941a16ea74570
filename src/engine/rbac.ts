import { CHECKS } from "../checks/index.ts";
import { FACT_ACCESS, type FactAccess } from "../facts/access.ts";
import { type Metadata, RBAC, type RbacDocument } from "./rbac-document.ts";
import { probeDocuments } from "./rbac-probe.ts";
import { POD_LOGS } from "../facts/fact.ts";
import { signaturesFor } from "../mesh/logs/lookup.ts";
import type { FactKey } from "../model/facts.ts";
import { TRACE_FACTS } from "./service-facts.ts";
import { FACTS } from "../facts/index.ts";
import type { MeshKind } from "../model/report.ts";
import { applicable } from "./applies.ts";
import { CACERTS, SELF_MADE } from "../mesh/trust/cacerts.ts";

/** What the roles are called, where they apply and what they leave out. */
export interface RbacOptions {
  /** Of the ServiceAccount, the roles and their bindings. */
  name: string;
  /** Of the ServiceAccount. */
  namespace: string;
  istioNamespace: string;
  /** Reading the two Secrets of istiod's CA, which also hold its key. */
  secrets: boolean;
  /** Listing Secrets in the istio namespace: there is no rule for remote secrets alone. */
  remoteSecrets: boolean;
  portForward: boolean;
  /** Reading the logs of pods in the istio namespace, and in these; absent: none. */
  logs?: readonly string[];
  /** For meshes of this kind alone; absent: for any. */
  mode?: MeshKind;
  /** Also writing Secret cacerts, for mc certs install and rotate. */
  certs: boolean;
  /** Making and deleting the Pods of `mc probe`, in the namespace of the ServiceAccount. */
  probe?: boolean;
  /** Reading SPIRE's objects, where it is and what its Secret is called; absent: not. */
  spire?: { namespaces: readonly string[]; secrets: readonly string[] };
  /** What `mc trace` lists besides. */
  trace?: boolean;
}

/** A rule of a role, as Kubernetes has it. */
export interface PolicyRule {
  apiGroups: string[];
  resources: string[];
  resourceNames?: string[];
  verbs: string[];
}

/** What to know of a rule that gives away more than mc keeps. */
const CAUTION: Readonly<Record<NonNullable<FactAccess["sensitive"]>, string>> = {
  secrets:
    "  (they also hold the key of the CA, which mc drops as it reads; without them only roots are compared: --without-secrets)",
  "remote-credentials":
    "  (Kubernetes has no narrower rule: whoever has it can read every Secret of this namespace)",
  "remote-accounts":
    "  (by their UIDs it is told whether credentials in other clusters are still good)",
  "port-forward":
    "  (to istiod's debug endpoints; the rule is for every pod of this namespace: --without-port-forward)",
  logs: "  (where a link or a pod is at fault, and only then; the rule is for every pod of this namespace)",
  spire:
    "  (in the namespaces of SPIRE; the Secret of its upstream CA also holds the key, which mc drops as it reads)",
};

/** One permission and what it serves. */
interface Permission {
  access: Omit<FactAccess, "scope" | "optional">;
  /** `spire`: the namespaces of SPIRE. */
  scope: "cluster" | "istio" | "spire";
  /** Checks and commands, by what they are called. */
  users: readonly string[];
}

/** What stands on facts, by what it is called. */
interface User {
  name: string;
  facts: readonly FactKey[];
}

/** Whether meshes of a kind have what a fact is about. */
function isOf(mode: MeshKind | undefined, key: FactKey): boolean {
  const { meshKind } = FACTS[key];
  return mode === undefined || meshKind === undefined || meshKind === mode;
}

/** Namespaces that only a run knows take a rule for all of them, but for those of SPIRE, which are named. */
function scopeOf({ scope, sensitive }: FactAccess): Permission["scope"] {
  if (scope !== "some") return scope;
  return sensitive === "spire" ? "spire" : "cluster";
}

/** Everything that the checks read, each permission once, in the order of the checks; then logs. */
function permissions({ mode, trace = false }: RbacOptions): Permission[] {
  const kinds = mode && new Set([mode]);
  const all: User[] = [
    ...applicable(CHECKS, { precheck: false, ...(kinds && { kinds }) }).map(
      ({ id, needs, uses }) => ({ name: id, facts: [...needs, ...uses] }),
    ),
    ...(trace ? [{ name: "mc trace", facts: TRACE_FACTS }] : []),
  ];
  const found = new Map<string, Omit<Permission, "users"> & { users: Set<string> }>();
  for (const { name, facts } of all) {
    for (const key of facts.filter((one) => isOf(mode, one))) {
      for (const declared of FACT_ACCESS[key]) {
        const { scope: _scope, optional: _optional, ...access } = declared;
        const scope = scopeOf(declared);
        const id = JSON.stringify([scope, access]);
        const entry = found.get(id) ?? { access, scope, users: new Set() };
        entry.users.add(name);
        found.set(id, entry);
      }
    }
  }
  const explained = CHECKS.filter(({ logs: topics }) => signaturesFor(topics).length > 0);
  const { scope: _scope, ...logs } = POD_LOGS;
  return [
    ...[...found.values()].map(({ users, ...rest }) => ({ ...rest, users: [...users] })),
    { access: logs, scope: "istio", users: explained.map(({ id }) => id) },
  ];
}

function isWanted({ access }: Permission, options: RbacOptions): boolean {
  switch (access.sensitive) {
    case "secrets":
      return options.secrets;
    case "remote-accounts":
    case "remote-credentials":
      return options.remoteSecrets;
    case "port-forward":
      return options.portForward;
    case "logs":
      return options.logs !== undefined;
    case "spire":
      return options.spire !== undefined;
    default:
      return true;
  }
}

/** Permissions that differ in the resource only are one rule. */
function rules(wanted: readonly Permission[]): PolicyRule[] {
  const grouped = Map.groupBy(wanted, ({ access: { group, names, verbs } }) =>
    JSON.stringify([group, names, verbs]),
  );
  return [...grouped.values()].flatMap((alike) =>
    alike.slice(0, 1).map(({ access: { group, names, verbs } }) => ({
      apiGroups: [group],
      resources: alike.map(({ access }) => access.resource).toSorted(),
      ...(names ? { resourceNames: [...names] } : {}),
      verbs: [...verbs],
    })),
  );
}

function purposes(wanted: readonly Permission[]): string[] {
  return wanted.flatMap(({ access: { verbs, resource, group, names, sensitive }, users }) => {
    const what = group ? `${resource}.${group}` : resource;
    const which = names ? ` ${names.join(", ")}` : "";
    const line = `${verbs.join(" and ")} ${what}${which}: ${users.join(", ")}`;
    return sensitive ? [line, CAUTION[sensitive]] : [line];
  });
}

function roleOf(kind: "Role" | "ClusterRole", metadata: Metadata, all: Permission[]): RbacDocument {
  return {
    comment: purposes(all),
    manifest: { apiVersion: `${RBAC}/v1`, kind, metadata, rules: rules(all) },
  };
}

/** Secrets of upstream CAs hold their key as well, which mc drops as it reads: only the named ones. */
function spireRoles(
  { name, spire }: RbacOptions,
  permitted: readonly Permission[],
  bindingOf: (metadata: Metadata) => RbacDocument,
): RbacDocument[] {
  if (!spire) return [];
  const named = permitted.map(({ access, ...rest }) => ({
    ...rest,
    access: access.resource === "secrets" ? { ...access, names: spire.secrets } : access,
  }));
  return spire.namespaces.flatMap((namespace) => {
    const metadata = { name: `${name}-spire`, namespace };
    return [roleOf("Role", metadata, named), bindingOf(metadata)];
  });
}

/** What `mc certs install` and `rotate` write, and read before that. */
function withCerts({ comment, manifest }: RbacDocument, options: RbacOptions): RbacDocument {
  if (!options.certs) return { comment, manifest };
  const secrets = { apiGroups: [""], resources: ["secrets"] };
  const added: PolicyRule[] = [
    { ...secrets, resourceNames: [CACERTS, SELF_MADE], verbs: ["get"] },
    { ...secrets, resourceNames: [CACERTS], verbs: ["patch"] },
    // What is not there yet has no name that a rule could tell.
    { ...secrets, verbs: ["create"] },
  ];
  return {
    comment: [
      ...comment,
      `get secrets ${CACERTS}, ${SELF_MADE}, patch secrets ${CACERTS}, create secrets: mc certs install, mc certs rotate`,
      "  (with the key of the CA; create is for the first one, and Kubernetes has no narrower rule)",
    ],
    manifest: { ...manifest, rules: [...(manifest["rules"] as PolicyRule[]), ...added] },
  };
}

/** A ServiceAccount that may read what the checks read and nothing else, with its roles. */
export function rbacDocuments(options: RbacOptions): RbacDocument[] {
  const { name, namespace, istioNamespace } = options;
  const wanted = permissions(options).filter((permission) => isWanted(permission, options));
  const bindingOf = (kind: "Role" | "ClusterRole", metadata: Metadata): RbacDocument => ({
    comment: [],
    manifest: {
      apiVersion: `${RBAC}/v1`,
      kind: `${kind}Binding`,
      metadata,
      roleRef: { apiGroup: RBAC, kind, name: metadata.name },
      subjects: [{ kind: "ServiceAccount", name, namespace }],
    },
  });
  const logs = wanted.filter(({ access }) => access.sensitive === "logs");
  const others = (options.logs ?? []).filter((one) => one !== istioNamespace);
  const everywhere = { name };
  const inIstio = { name, namespace: istioNamespace };
  const of = (scope: Permission["scope"]): Permission[] =>
    wanted.filter((permission) => permission.scope === scope);
  return [
    {
      comment: ["Who runs mc check, and may do nothing but read for it."],
      manifest: { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace } },
    },
    roleOf("ClusterRole", everywhere, of("cluster")),
    bindingOf("ClusterRole", everywhere),
    withCerts(roleOf("Role", inIstio, of("istio")), options),
    bindingOf("Role", inIstio),
    ...[...new Set(others)].flatMap((one) => [
      roleOf("Role", { name, namespace: one }, logs),
      bindingOf("Role", { name, namespace: one }),
    ]),
    ...(options.probe ? probeDocuments(options) : []),
    ...spireRoles(options, of("spire"), (metadata) => bindingOf("Role", metadata)),
  ];
}
