import type { Cause } from "./errors.ts";

/** The part of a CRD's schema that is needed to default, prune and validate an object. */
export interface Schema {
  type: "object" | "array" | "string" | "integer" | "boolean";
  properties?: Record<string, Schema>;
  /** Of a map: what each value is. */
  values?: Schema;
  items?: Schema;
  required?: string[];
  default?: unknown;
  enum?: string[];
  pattern?: RegExp;
  /** Of the value, its length, or its number of items, after its type. */
  min?: number;
  max?: number;
  /** Keys of a list of type map. */
  listKeys?: string[];
  /** Owned as a whole. Lists without keys always are. */
  atomic?: boolean;
  /** What CEL says in the CRD. */
  rules?: { message: string; holds: (value: Values) => boolean }[];
}

/** A JSON object or list, to look into. */
type Values = Record<string, unknown> & Iterable<Record<string, unknown>>;

type Visit = (value: unknown, schema: Schema, path: string) => void;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Calls back for what is directly below a value, where the schema knows it. */
function descend(value: unknown, schema: Schema, path: string, visit: Visit): void {
  if (Array.isArray(value) && schema.items) {
    for (const [index, item] of value.entries()) visit(item, schema.items, `${path}[${index}]`);
  }
  if (!isObject(value)) return;
  for (const [key, child] of Object.entries(value)) {
    const inner = schema.properties?.[key] ?? schema.values;
    if (inner) visit(child, inner, path === "" ? key : `${path}.${key}`);
  }
}

/** Fills in defaults, in place. */
export function applyDefaults(value: unknown, schema: Schema): void {
  if (isObject(value)) {
    for (const [key, { default: fallback }] of Object.entries(schema.properties ?? {})) {
      if (fallback !== undefined && value[key] === undefined) {
        value[key] = structuredClone(fallback);
      }
    }
  }
  descend(value, schema, "", applyDefaults);
}

/** Removes what the schema does not know, in place, and says where it was. */
export function pruneUnknown(value: unknown, schema: Schema, path = ""): string[] {
  const found: string[] = [];
  if (isObject(value) && schema.properties) {
    for (const key of Object.keys(value)) {
      if (schema.properties[key]) continue;
      delete value[key];
      found.push(path === "" ? key : `${path}.${key}`);
    }
  }
  descend(value, schema, path, (child, inner, where) => {
    found.push(...pruneUnknown(child, inner, where));
  });
  return found;
}

const quoted = (value: unknown): string => JSON.stringify(value);

const typeOf = (value: unknown): string => {
  if (Array.isArray(value)) return "array";
  if (value === null) return "null";
  return Number.isInteger(value) ? "integer" : typeof value;
};

const cause = (kind: string, field: string, message: string): Cause => ({
  reason: `FieldValue${kind}`,
  message,
  field,
});

/** Everything that is wrong with a value, in the words of a CRD's validation. */
export function validate(value: unknown, schema: Schema, path = ""): Cause[] {
  const actual = typeOf(value);
  if (actual !== schema.type) {
    const text = `Invalid value: ${quoted(actual)}: ${path} in body must be of type ${schema.type}: ${quoted(actual)}`;
    return [cause("TypeInvalid", path, text)];
  }
  const below: Cause[] = [];
  descend(value, schema, path, (child, inner, where) => {
    below.push(...validate(child, inner, where));
  });
  return [...own(value, schema, path), ...below];
}

function own(value: unknown, schema: Schema, path: string): Cause[] {
  if (isObject(value)) return ofObject(value, schema, path);
  if (Array.isArray(value)) return ofArray(value, schema, path);
  if (typeof value === "string") return ofString(value, schema, path);
  return ofNumber(value as number, schema, path);
}

function ofObject(value: Record<string, unknown>, schema: Schema, path: string): Cause[] {
  const missing = (schema.required ?? [])
    .filter((key) => value[key] === undefined)
    .map((key) => cause("Required", path === "" ? key : `${path}.${key}`, "Required value"));
  const { max } = schema;
  const count = Object.keys(value).length;
  const many =
    max !== undefined && count > max
      ? [cause("TooMany", path, `Too many: ${count}: must have at most ${max} items`)]
      : [];
  return [...missing, ...many];
}

function ofArray(value: unknown[], schema: Schema, path: string): Cause[] {
  const { min = 0, max = Infinity, listKeys } = schema;
  const causes: Cause[] = [];
  if (value.length < min) {
    const text = `Invalid value: ${value.length}: ${path} in body should have at least ${min} items`;
    causes.push(cause("Invalid", path, text));
  }
  if (value.length > max) {
    causes.push(
      cause("TooMany", path, `Too many: ${value.length}: must have at most ${max} items`),
    );
  }
  if (!listKeys) return causes;
  const seen = new Set<string>();
  for (const [index, item] of value.entries()) {
    if (!isObject(item)) continue;
    const key = quoted(Object.fromEntries(listKeys.map((name) => [name, item[name]])));
    if (seen.has(key))
      causes.push(cause("Duplicate", `${path}[${index}]`, `Duplicate value: ${key}`));
    seen.add(key);
  }
  return causes;
}

function ofString(value: string, schema: Schema, path: string): Cause[] {
  const { min = 0, max = Infinity, pattern } = schema;
  const shown = `Invalid value: ${quoted(value)}: ${path} in body should`;
  if (schema.enum && !schema.enum.includes(value)) {
    const supported = schema.enum.map(quoted).join(", ");
    const text = `Unsupported value: ${quoted(value)}: supported values: ${supported}`;
    return [cause("NotSupported", path, text)];
  }
  const causes: Cause[] = [];
  if (value.length < min) {
    causes.push(cause("Invalid", path, `${shown} be at least ${min} chars long`));
  }
  if (value.length > max) {
    causes.push(cause("TooLong", path, `Too long: may not be more than ${max} bytes`));
  }
  if (pattern && !pattern.test(value)) {
    causes.push(cause("Invalid", path, `${shown} match '${pattern.source}'`));
  }
  return causes;
}

function ofNumber(value: number, schema: Schema, path: string): Cause[] {
  const { min = -Infinity, max = Infinity } = schema;
  const shown = `Invalid value: ${value}: ${path} in body should be`;
  if (value < min) return [cause("Invalid", path, `${shown} greater than or equal to ${min}`)];
  return value > max ? [cause("Invalid", path, `${shown} less than or equal to ${max}`)] : [];
}

/** The rules that span several fields. A real server asks them of otherwise valid objects only. */
export function checkRules(value: unknown, schema: Schema, path = ""): Cause[] {
  const found = (schema.rules ?? [])
    .filter(({ holds }) => !holds(value as Values))
    .map(({ message }) => cause("Invalid", path, `Invalid value: "${schema.type}": ${message}`));
  descend(value, schema, path, (child, inner, where) => {
    found.push(...checkRules(child, inner, where));
  });
  return found;
}
