import { array, at, property, string } from "../lib/json.ts";
import type { Env, EnvValue } from "../model/facts.ts";
import type { Gathered } from "../model/gathered.ts";
import type { RawObject } from "../model/reader.ts";
import { RESOURCES } from "../model/resource.ts";
import type { FactSource } from "../model/source.ts";
import { CNI_CONFIG, listCniConfigs } from "./cni-configs.ts";
import {
  isKnownVariable,
  KNOWN_VARIABLES,
  mapField,
  plainValue,
  REFERENCE,
  referencedNames,
} from "./env-names.ts";

/** The pod that a container runs in, or the template that its pods are made from. */
export interface EnvOwner {
  namespace: string;
  /** Absent for a template: each of its pods has its own. */
  name?: string;
  labels: ReadonlyMap<string, string>;
  annotations: ReadonlyMap<string, string>;
}

type Variables = Map<string, EnvValue>;

const value = (text: string, from?: string): EnvValue =>
  from === undefined ? { kind: "value", value: text } : { kind: "value", value: text, from };

type Unresolved = Extract<EnvValue, { kind: "unresolved" }>;

const unresolved = (from: string, why: string): Unresolved => ({ kind: "unresolved", from, why });

const SECRETS_UNREAD = "mc does not read Secrets for variables";

/**
 * The ConfigMap of that name. The CNI's is among those listed anyway, so it costs no request.
 */
async function configMap(
  source: FactSource,
  namespace: string,
  name: string,
): Promise<Gathered<RawObject>> {
  if (name === CNI_CONFIG) {
    const listed = await listCniConfigs(source);
    const found = listed.ok
      ? listed.value.find((object) => string(at(object, "metadata", "namespace")) === namespace)
      : undefined;
    if (found) return { ok: true, value: found };
  }
  return source.get(RESOURCES.configMaps, namespace, name);
}

/**
 * `envFrom`: every key of a ConfigMap, under a prefix. Secrets are never read: any variable that is
 * found nowhere else may come from one. What is found stands, as such Secrets hold licenses and the
 * like.
 */
async function fromSources(
  source: FactSource,
  container: unknown,
  owner: EnvOwner,
): Promise<Variables> {
  const variables: Variables = new Map();
  const entries = array(property(container, "envFrom")).map(async (entry) => {
    const name = string(at(entry, "configMapRef", "name"));
    if (name === undefined) return undefined;
    const prefix = prefixOf(entry);
    return { name, prefix, found: await configMap(source, owner.namespace, name) };
  });
  for (const entry of await Promise.all(entries)) {
    if (!entry) continue;
    const { name, prefix, found } = entry;
    for (const variable of KNOWN_VARIABLES) {
      if (!variable.startsWith(prefix)) continue;
      const key = variable.slice(prefix.length);
      const from = `ConfigMap ${owner.namespace}/${name} key ${key}`;
      if (found.ok) {
        const data = at(found.value, "data", key);
        if (data !== undefined) variables.set(variable, fromData(key, data, from));
      } else if (found.why !== "not-found") {
        variables.set(variable, unresolved(from, found.detail));
      }
    }
  }
  for (const entry of array(property(container, "envFrom"))) {
    const name = string(at(entry, "secretRef", "name"));
    if (name === undefined) continue;
    for (const variable of KNOWN_VARIABLES) {
      if (variables.has(variable) || !variable.startsWith(prefixOf(entry))) continue;
      const from = `Secret ${owner.namespace}/${name}`;
      variables.set(variable, { ...unresolved(from, SECRETS_UNREAD), perhaps: true });
    }
  }
  return variables;
}

function prefixOf(entry: unknown): string {
  return string(property(entry, "prefix")) ?? "";
}

function fromData(key: string, data: unknown, from: string): EnvValue {
  const text = plainValue(key, data);
  return text === undefined
    ? unresolved(from, "its value is not one that mc reads")
    : value(text, from);
}

/** The variable's value by `valueFrom`; nothing when the reference is optional and leads nowhere. */
async function fromReference(
  source: FactSource,
  valueFrom: unknown,
  owner: EnvOwner,
): Promise<EnvValue | undefined> {
  const mapRef = property(valueFrom, "configMapKeyRef");
  const mapName = string(property(mapRef, "name"));
  if (mapName !== undefined) {
    const key = string(property(mapRef, "key")) ?? "";
    const from = `ConfigMap ${owner.namespace}/${mapName} key ${key}`;
    const found = await configMap(source, owner.namespace, mapName);
    const optional = property(mapRef, "optional") === true;
    if (!found.ok) {
      return optional && found.why === "not-found" ? undefined : unresolved(from, found.detail);
    }
    const data = at(found.value, "data", key);
    if (data !== undefined) return fromData(key, data, from);
    return optional ? undefined : unresolved(from, "the ConfigMap has no such key");
  }

  const secretName = string(at(valueFrom, "secretKeyRef", "name"));
  if (secretName !== undefined) {
    const key = string(at(valueFrom, "secretKeyRef", "key")) ?? "";
    return unresolved(`Secret ${owner.namespace}/${secretName} key ${key}`, SECRETS_UNREAD);
  }

  const path = string(at(valueFrom, "fieldRef", "fieldPath"));
  if (path !== undefined) return fromField(path, owner);
  return unresolved("valueFrom", "a reference of a kind that mc does not follow");
}

function fromField(path: string, owner: EnvOwner): EnvValue {
  const from = `field ${path}`;
  if (path === "metadata.namespace") return value(owner.namespace, from);
  if (path === "metadata.name" && owner.name !== undefined) return value(owner.name, from);
  const field = mapField(path);
  if (field) {
    const text = owner[field.map].get(field.key);
    if (text !== undefined) return value(text, from);
    // A pod has all its labels; a template's pods may get more when they are made.
    if (owner.name !== undefined) return value("", from);
  }
  return unresolved(from, "known only in the running pod");
}

/**
 * Replaces `$(NAME)` as the kubelet does: by variables declared earlier in the same list; a name
 * that none of them has stays as it is, and `$$` is one dollar.
 */
export function expand(
  text: string,
  declared: ReadonlyMap<string, EnvValue | undefined>,
): EnvValue {
  for (const name of referencedNames(text)) {
    if (!declared.has(name)) continue;
    const variable = declared.get(name);
    if (variable?.kind === "value") continue;
    const why = variable
      ? variable.why
      : "mc does not read the values of variables it does not know";
    return unresolved(`variable ${name}`, why);
  }
  return value(
    text.replaceAll(REFERENCE, (whole, name: string | undefined) => {
      if (whole === "$$") return "$";
      const variable = declared.get(name ?? "");
      return variable?.kind === "value" ? variable.value : whole;
    }),
  );
}

/**
 * Known variables of a container as its process sees them: `envFrom`, overruled by `env`, where the
 * last of several entries with one name wins.
 */
export async function readEnv(
  source: FactSource,
  container: unknown,
  owner: EnvOwner,
): Promise<Env> {
  const entries = array(property(container, "env")).map(async (entry) => {
    const name = string(property(entry, "name")) ?? "";
    const text = string(property(entry, "value"));
    const valueFrom = property(entry, "valueFrom");
    const known = isKnownVariable(name);
    const byReference =
      known && text === undefined && valueFrom !== undefined && valueFrom !== null;
    return {
      name,
      known,
      text: text ?? "",
      byReference,
      reference: byReference ? await fromReference(source, valueFrom, owner) : undefined,
    };
  });
  const [variables, listed] = await Promise.all([
    fromSources(source, container, owner),
    Promise.all(entries),
  ]);
  /** What the list declares so far; undefined for variables that mc does not know. */
  const declared = new Map<string, EnvValue | undefined>();
  for (const { name, known, text, byReference, reference } of listed) {
    if (!known) declared.set(name, undefined);
    else if (!byReference) declared.set(name, expand(text, declared));
    else if (reference) declared.set(name, reference);
  }
  for (const [name, variable] of declared) if (variable) variables.set(name, variable);
  return variables;
}
