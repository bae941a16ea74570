import { CORE_SCHEMA, loadAll, mergeTag, YAMLException } from "js-yaml";
import { DEFAULT_TRUST_DOMAIN } from "../mesh/names.ts";
import { at, string, strings } from "../lib/json.ts";
import { Cut, type Keep, keeper, type KeepMap, SCALAR, WHOLE } from "./keep.ts";

/** What facts read of a mesh configuration, or why it could not be parsed. */
export type MeshText =
  | { trustDomain: string; trustDomainAliases: string[]; unreadable?: never }
  | { unreadable: string };

/** etcd takes no larger object, so a larger text is not a mesh configuration. */
const LARGEST = 1_048_576;
const LONGEST_REASON = 200;
const UNREADABLE = "%unreadable ";

/** What `readMesh` reads. Providers may carry tokens, and nothing else is anybody's business. */
export const MESH: KeepMap = { trustDomain: SCALAR, trustDomainAliases: [SCALAR] };
const keepMesh = keeper(MESH);

/** What facts say of a mesh configuration, with istiod's defaults. */
export function readMesh(mesh: unknown): Exclude<MeshText, { unreadable: string }> {
  return {
    trustDomain: string(at(mesh, "trustDomain")) ?? DEFAULT_TRUST_DOMAIN,
    trustDomainAliases: strings(at(mesh, "trustDomainAliases")),
  };
}

/** Reads the YAML of key `mesh`. Never throws, whatever the text. */
export function parseMesh(value: unknown): MeshText {
  const loaded = loadMesh(value);
  return "unreadable" in loaded ? { unreadable: loaded.unreadable } : readMesh(loaded.mesh);
}

/** The kept parts of the YAML. */
function loadMesh(value: unknown): { mesh: unknown } | { unreadable: string } {
  const text = typeof value === "string" ? value : "";
  if (text.startsWith(UNREADABLE)) return { unreadable: text.slice(UNREADABLE.length) };
  const loaded = loadYamlMap(text);
  return "unreadable" in loaded ? loaded : { mesh: keepMesh(loaded.map) ?? {} };
}

/**
 * The map that a YAML text of a ConfigMap is, or in words why it is none. Depth, aliases and merges are
 * bounded, and aliases are shared rather than copied, so that nested ones do not grow.
 */
export function loadYamlMap(text: string): { map: unknown } | { unreadable: string } {
  if (text.length > LARGEST) return { unreadable: "it is larger than 1 MiB" };
  let map: unknown;
  try {
    [map] = loadAll(text, {
      // As istiod's parser: merge keys are followed, a key given twice has its last value.
      schema: CORE_SCHEMA.withTags(mergeTag),
      json: true,
      maxDepth: 50,
      maxAliases: 100,
      maxTotalMergeKeys: 1000,
    });
  } catch (cause) {
    return { unreadable: reasonOf(cause) };
  }
  if (map !== undefined && map !== null && (typeof map !== "object" || Array.isArray(map))) {
    return { unreadable: "it is not a map" };
  }
  return { map: map ?? {} };
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof YAMLException)) return "it is not YAML";
  const line = cause.mark ? ` in line ${cause.mark.line + 1}` : "";
  return `${cause.reason}${line}`.replaceAll(/\s+/g, " ").slice(0, LONGEST_REASON);
}

/**
 * The text with nothing in it but what `readMesh` reads; a text that cannot be parsed is replaced by
 * the reason, in a form that `parseMesh` knows.
 */
export function slimMesh(value: unknown): string {
  const loaded = loadMesh(value);
  return "unreadable" in loaded ? `${UNREADABLE}${loaded.unreadable}` : JSON.stringify(loaded.mesh);
}

/** Key `mesh` of istiod's ConfigMap. */
export const MESH_TEXT: Keep = new Cut(WHOLE, slimMesh);
