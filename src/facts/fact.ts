import type { FactKey } from "../model/facts.ts";
import type { AccessRequest } from "../model/gathered.ts";
import type { MeshKind } from "../model/report.ts";
import type { RESOURCES, Resource } from "../model/resource.ts";
import type { FactReader } from "../model/source.ts";
import type { Keep, KeepMap } from "./keep.ts";

/** A permission that a fact takes, as a rule of a role has it. */
export interface FactAccess {
  verbs: readonly AccessRequest["verb"][];
  /** API group, "" for core. */
  group: string;
  /** Plural, with its subresource after a slash. */
  resource: string;
  /** Only these objects; absent: all of them. */
  names?: readonly string[];
  /**
   * `cluster`: all namespaces at once, or an object outside of namespaces. `istio`: the istio
   * namespace only. `some`: namespaces that only a run knows.
   */
  scope: "cluster" | "istio" | "some";
  /** Without it the fact is there all the same, and says what it lacks. */
  optional?: true;
  /** What a rule gives away beyond what mc keeps: it can be left out. */
  sensitive?:
    | "secrets"
    | "remote-credentials"
    | "remote-accounts"
    | "port-forward"
    | "spire"
    | "logs";
}

/**
 * Which parts of the answers a fact reads: of objects by their resource, of debug answers by their
 * path, such as `/debug/license`. The type, the name, the namespace and the labels of every object
 * are kept anyway.
 */
export interface Keeps extends Readonly<Partial<Record<keyof typeof RESOURCES, KeepMap>>> {
  readonly [path: `/${string}`]: Keep;
}

/** How one fact is made, and all that the rest of the tool has to know of that. */
export interface Fact<K extends FactKey> {
  readonly key: K;
  /**
   * What it cannot do without, the facts that it is made from included. Roles, remedies and the notes
   * on what was not read come from here. A list restricted to one name counts to Kubernetes as asking
   * for that object.
   */
  readonly access: readonly FactAccess[];
  /** What its own requests read; the facts that it is made from say so themselves. */
  readonly keeps: Keeps;
  readonly read: FactReader<K>;
  /** It says who a cluster is, and is read for every run. */
  readonly identifies?: true;
  /**
   * Facts whose answers its own requests wait for. Such a fact is asked for first, as its answers come
   * last.
   */
  readonly after?: readonly FactKey[];
  /** Only meshes of this kind have it, and are asked for it; absent: any. */
  readonly meshKind?: MeshKind;
  /** It waits for other clusters, so it must not hold a place that those need. */
  readonly waitsForOthers?: true;
}

export function fact<K extends FactKey>(declaration: Fact<K>): Fact<K> {
  return declaration;
}

type Details = Partial<Pick<FactAccess, "scope" | "names" | "sensitive" | "optional">>;

/** Permission to list all objects of a type. */
export function listed(resource: Resource, rest: Details = {}): FactAccess {
  return access("list", resource, rest);
}

/** Permission to get objects of a type by their names. */
export function got(resource: Resource, rest: Details = {}): FactAccess {
  return access("get", resource, rest);
}

function access(
  verb: AccessRequest["verb"],
  { group, plural }: Resource,
  rest: Partial<FactAccess>,
): FactAccess {
  return { verbs: [verb], group, resource: plural, scope: "cluster", ...rest };
}

/**
 * Permission to reach debug endpoints of pods in the istio namespace. By WebSocket it is a GET; from
 * Kubernetes 1.35 on `create` is asked for as well.
 */
export const PORT_FORWARD: FactAccess = {
  verbs: ["get", "create"],
  group: "",
  resource: "pods/portforward",
  scope: "istio",
  sensitive: "port-forward",
};

/**
 * Permission to read the logs of pods in the istio namespace: no fact needs it, they are read where a
 * fault may be explained by them.
 */
export const POD_LOGS: FactAccess = {
  verbs: ["get"],
  group: "",
  resource: "pods/log",
  scope: "istio",
  sensitive: "logs",
};
