import { GATEWAY, GATEWAY_CLASS } from "./gateway-schema.ts";
import type { ResourceType } from "./resources.ts";
import type { Schema } from "./schema.ts";

/** How a list is owned: as a whole, value by value, or by the named keys of its items. */
type ListKind = "atomic" | "set" | readonly string[];

/** How ownership divides a value: which lists and maps are one field, which are many. */
export interface Shape {
  list: ListKind;
  /** A map that is owned as a whole. */
  atomic: boolean;
  /** False for a field that the schema does not know. */
  knows(field: string): boolean;
  field(name: string): Shape;
  item(): Shape;
}

const SCHEMAS: Record<string, Schema> = {
  "gateway.networking.k8s.io/gateways": GATEWAY,
  "gateway.networking.k8s.io/gatewayclasses": GATEWAY_CLASS,
};

export const schemaOf = ({ group, plural }: ResourceType): Schema | undefined =>
  SCHEMAS[`${group}/${plural}`];

/** Lists of built-in types by field name; `parent/field` wins where a name means two things. */
const LISTS: Record<string, ListKind> = {
  conditions: ["type"],
  containers: ["name"],
  env: ["name"],
  ephemeralContainers: ["name"],
  finalizers: "set",
  hostAliases: ["ip"],
  imagePullSecrets: ["name"],
  initContainers: ["name"],
  ownerReferences: ["uid"],
  podIPs: ["ip"],
  ports: ["containerPort", "protocol"],
  "spec/ports": ["port", "protocol"],
  "status/addresses": ["type"],
  topologySpreadConstraints: ["topologyKey", "whenUnsatisfiable"],
  volumeDevices: ["devicePath"],
  volumeMounts: ["mountPath"],
  volumes: ["name"],
};

const METADATA_LISTS = new Set(["finalizers", "ownerReferences"]);

const ATOMIC_MAPS = new Set([
  "configMapKeyRef",
  "fieldRef",
  "nodeSelector",
  "resourceFieldRef",
  "secretKeyRef",
  "selector",
]);

/** Knows lists and maps by their names alone. */
function named(path: readonly string[], builtin: boolean): Shape {
  const field = path.at(-1) ?? "";
  const known = builtin || (path[0] === "metadata" && METADATA_LISTS.has(field));
  return {
    list: known ? (LISTS[`${path.at(-2)}/${field}`] ?? LISTS[field] ?? "atomic") : "atomic",
    atomic: builtin && ATOMIC_MAPS.has(field),
    knows: () => true,
    field: (name) => named([...path, name], builtin),
    item: () => named(path, builtin),
  };
}

function fromSchema(schema: Schema, path: readonly string[]): Shape {
  return {
    list: schema.listKeys ?? "atomic",
    atomic: schema.atomic ?? false,
    knows: (name) => !schema.properties || name in schema.properties,
    field(name) {
      if (path.length === 0 && name === "metadata") return named(["metadata"], false);
      const inner = schema.properties?.[name] ?? schema.values;
      return inner ? fromSchema(inner, [...path, name]) : named([...path, name], false);
    },
    item: () => fromSchema(schema.items as Schema, path),
  };
}

export function shapeOf(type: ResourceType): Shape {
  const schema = schemaOf(type);
  return schema ? fromSchema(schema, []) : named([], type.builtin);
}
