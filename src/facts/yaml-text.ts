import { CORE_SCHEMA, loadAll, mergeTag, YAMLException } from "js-yaml";

/** etcd takes no larger object, so no value of one is larger. */
const LARGEST = 1_048_576;
const LONGEST_REASON = 200;

/**
 * The map that a YAML text within an object holds, or why there is none: in words that have nothing of
 * the text. Depth, aliases and merges are bounded, and aliases are shared rather than copied, so that
 * nested ones do not grow. An empty text is an empty map. Never throws.
 */
export function loadYaml(text: string): { map: unknown } | { unreadable: string } {
  if (text.length > LARGEST) return { unreadable: "it is larger than 1 MiB" };
  let map: unknown;
  try {
    [map] = loadAll(text, {
      // As the parser of Istio and Kubernetes: merge keys are followed, a key given twice has its last value.
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
