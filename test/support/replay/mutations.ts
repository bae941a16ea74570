import { array, at, record, string } from "../../../src/lib/json.ts";
import type { RawObject } from "../../../src/model/reader.ts";
import type { ReplayCluster } from "./mesh.ts";

/** One thing that is broken in a mesh. */
export interface Mutation {
  what: string;
  /** Breaks it, where it is still there. */
  apply: (mesh: ReplayCluster[]) => void;
}

type Path = readonly string[];

const LABELS = [
  "topology.istio.io/cluster",
  "topology.istio.io/network",
  "istio.io/expose-istiod",
  "app",
];
const VARIABLES = [
  "CLUSTER_ID",
  "ENABLE_PEERING_DISCOVERY",
  "DISABLE_LEGACY_MULTICLUSTER",
  "PILOT_ENABLE_IP_AUTOALLOCATE",
  "NETWORK",
  "ISTIO_META_CLUSTER_ID",
];
const KINDS = new Set([
  "Gateway",
  "Namespace",
  "Deployment",
  "DaemonSet",
  "ConfigMap",
  "Secret",
  "Service",
  "GatewayClass",
]);
/** Kinds of which an object may be gone altogether. */
const LOSABLE = new Set(["Gateway", "Secret", "Service", "GatewayClass"]);

function keyOf(object: RawObject): string {
  const namespace = string(at(object, "metadata", "namespace")) ?? "";
  return `${String(object["kind"])} ${namespace}/${string(at(object, "metadata", "name"))}`;
}

/** The container of a value, as deep as the path leads. */
function holderOf(object: unknown, path: Path): Record<string, unknown> | undefined {
  let holder: unknown = object;
  for (const key of path) holder = (holder as Record<string, unknown> | undefined)?.[key];
  return typeof holder === "object" && holder !== null
    ? (holder as Record<string, unknown>)
    : undefined;
}

/** Other values for one that is `value` now; undefined takes it away. */
function othersThan(value: unknown, taken: readonly string[]): unknown[] {
  const wrong = typeof value === "number" ? 15099 : "wrong";
  return [undefined, wrong, ...taken.filter((one) => one !== value)];
}

/** Where in an object something is to be broken, with what it may say in its place. */
function placesIn(object: RawObject, mesh: readonly ReplayCluster[]): [Path, string, unknown[]][] {
  const names = mesh.map(({ context }) => context);
  const places: [Path, string, unknown[]][] = [];
  const add = (path: Path, key: string, taken: readonly string[] = []): void => {
    const value = holderOf(object, path)?.[key];
    if (value !== undefined) places.push([path, key, othersThan(value, taken)]);
  };
  for (const label of LABELS) {
    add(["metadata", "labels"], label, label.startsWith("topology") ? names : []);
  }
  for (const key of Object.keys(record(at(object, "metadata", "annotations")))) {
    add(["metadata", "annotations"], key);
  }
  for (const [index] of array(at(object, "spec", "listeners")).entries()) {
    add(["spec", "listeners", String(index)], "port");
    add(["spec", "listeners", String(index)], "name");
  }
  for (const [index] of array(at(object, "spec", "addresses")).entries()) {
    add(["spec", "addresses", String(index)], "value", addressesOf(mesh));
  }
  for (const key of ["AMBIENT_DNS_CAPTURE", "mesh"]) add(["data"], key);
  if (object["kind"] === "Secret") {
    const others = secretsOf(mesh);
    for (const key of Object.keys(record(object["data"]))) {
      add(["data"], key, others.flatMap((data) => string(data[key]) ?? []).slice(0, 3));
    }
  }
  for (const [index] of array(at(object, "spec", "ports")).entries()) {
    add(["spec", "ports", String(index)], "port");
  }
  add(["spec"], "type");
  for (const [index, entry] of array(at(object, "status", "loadBalancer", "ingress")).entries()) {
    for (const key of ["ip", "hostname"].filter((one) => at(entry, one) !== undefined)) {
      add(["status", "loadBalancer", "ingress", String(index)], key, addressesOf(mesh));
    }
  }
  for (const [index] of array(at(object, "spec", "template", "spec", "containers")).entries()) {
    const path = ["spec", "template", "spec", "containers", String(index), "env"];
    for (const [position, variable] of Object.entries(holderOf(object, path) ?? {})) {
      if (!VARIABLES.includes(string(at(variable, "name")) ?? "")) continue;
      add([...path, position], "value", names);
    }
  }
  return places;
}

/** Data of the Secrets of all clusters. */
function secretsOf(mesh: readonly ReplayCluster[]): Readonly<Record<string, unknown>>[] {
  return mesh.flatMap(({ objects }) =>
    objects.filter(({ kind }) => kind === "Secret").map(({ data }) => record(data)),
  );
}

function addressesOf(mesh: readonly ReplayCluster[]): string[] {
  return mesh.flatMap(({ objects }) =>
    objects
      .filter((one) => at(one, "spec", "gatewayClassName") === "istio-eastwest")
      .flatMap((one) => array(at(one, "status", "addresses")))
      .flatMap((one) => string(at(one, "value")) ?? []),
  );
}

/** Everything of a mesh that can be broken alone. */
export function mutationsOf(mesh: readonly ReplayCluster[]): Mutation[] {
  return mesh.flatMap(({ context, objects }) =>
    objects
      .filter((object) => KINDS.has(String(object["kind"])))
      .flatMap((object): Mutation[] => {
        const key = keyOf(object);
        const find = (copy: ReplayCluster[]): ReplayCluster | undefined =>
          copy.find((one) => one.context === context);
        const changes = placesIn(object, mesh).flatMap(([path, name, values]) =>
          values.map((value) => ({
            what: `${context} ${key} ${[...path, name].join(".")} = ${String(value).slice(0, 60)}`,
            apply: (copy: ReplayCluster[]): void => {
              const found = find(copy)?.objects.find((one) => keyOf(one) === key);
              const holder = holderOf(found, path);
              if (!holder) return;
              if (value === undefined) delete holder[name];
              else holder[name] = value;
            },
          })),
        );
        if (!LOSABLE.has(String(object["kind"]))) return changes;
        const remove = {
          what: `${context} ${key} is gone`,
          apply: (copy: ReplayCluster[]): void => {
            const cluster = find(copy);
            if (cluster) cluster.objects = cluster.objects.filter((one) => keyOf(one) !== key);
          },
        };
        return [...changes, remove];
      }),
  );
}
