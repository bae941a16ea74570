import { array, at, string } from "../lib/json.ts";
import { isSpireVariable } from "../mesh/spire/names.ts";

/** Environment variables that checks speak of. Values of others are never kept: they may be secrets. */
export const KNOWN_VARIABLES: ReadonlySet<string> = new Set([
  "AMBIENT_ENABLE_MULTI_NETWORK",
  "CA_ADDRESS",
  "CA_TRUSTED_NODE_ACCOUNTS",
  "CLUSTER_ID",
  "DEBUG_ENDPOINT_AUTH_ALLOWED_NAMESPACES",
  "DEFAULT_WORKLOAD_CERT_TTL",
  "DISABLE_LEGACY_MULTICLUSTER",
  "ENABLE_CA_SERVER",
  "ENABLE_DEBUG_ENDPOINT_AUTH",
  "ENABLE_PEERING_DISCOVERY",
  "EXTERNAL_CA",
  "ISTIO_META_CLUSTER_ID",
  "ISTIO_META_NETWORK",
  "ISTIO_META_REQUESTED_NETWORK_VIEW",
  "ISTIO_MULTIROOT_MESH",
  "K8S_SELECT_WORKLOAD_ENTRIES",
  "NETWORK",
  "PILOT_CA_CERT_CONFIGMAP",
  "PEERING_AUTOMATIC_LOCAL_GATEWAY",
  "PEERING_ENABLE_FLAT_NETWORKS",
  "PILOT_ENABLE_AMBIENT",
  "PILOT_ENABLE_CA_CRL",
  "PILOT_ENABLE_IP_AUTOALLOCATE",
  "PILOT_INSECURE_MULTICLUSTER_KUBECONFIG_OPTIONS",
  "PILOT_MULTICLUSTER_KUBECONFIG_PATH",
  "PILOT_SKIP_VALIDATE_TRUST_DOMAIN",
  "REVISION",
  "ROOT_CA_DIR",
  "SKIP_VALIDATE_TRUST_DOMAIN",
  "USE_CACERTS_FOR_SELF_SIGNED_CA",
]);

/** Whether checks speak of a variable: those, and switches and sockets of SPIRE, whatever their names. */
export function isKnownVariable(name: string): boolean {
  return KNOWN_VARIABLES.has(name) || (isSpireVariable(name) && !namesSecret(name));
}

/** `$(NAME)`, or `$$` that escapes a dollar. */
export const REFERENCE = /\$\$|\$\(([^()]*)\)/g;

/** Names that a value refers to as `$(NAME)`. */
export function referencedNames(value: string): string[] {
  return [...value.matchAll(REFERENCE)].flatMap((match) => match[1] ?? []);
}

/** A `fieldRef` path into a map of the metadata: `metadata.labels['key']`. */
export function mapField(path: string): { map: "labels" | "annotations"; key: string } | undefined {
  const [, map, key] = /^metadata\.(labels|annotations)\[['"]([^'"]+)['"]\]$/.exec(path) ?? [];
  if (key === undefined) return undefined;
  return { map: map === "labels" ? "labels" : "annotations", key };
}

/** Keys of annotations that known variables of these containers take their value from. */
export function referencedAnnotations(containers: unknown): Set<string> {
  const keys = new Set<string>();
  for (const container of array(containers)) {
    for (const entry of array(at(container, "env"))) {
      if (!isKnownVariable(string(at(entry, "name")) ?? "")) continue;
      const field = mapField(string(at(entry, "valueFrom", "fieldRef", "fieldPath")) ?? "");
      if (field?.map === "annotations") keys.add(field.key);
    }
  }
  return keys;
}

/** Keys of credentials, and of what is not a variable's value: certificates, mesh configuration. */
const NOT_PLAIN =
  /passw|secret|token|credential|licen[cs]e|private|api-?_?key|auth|\.(pem|crt|key)$|^mesh$/i;

/**
 * The value of a ConfigMap's key as a variable may take it: one short line, under a key that does
 * not look like a credential's. Nothing otherwise: such values are not kept.
 */
export function plainValue(key: string, value: unknown): string | undefined {
  // In manifests written by hand true and 1 may stand without quotes.
  const text = value === "" ? "" : string(value);
  if (text === undefined || text.length > 1024 || /[\r\n]/.test(text)) return undefined;
  return namesSecret(key) && !KNOWN_VARIABLES.has(key) ? undefined : text;
}

/** Whether a key says that its value is a credential, or of a kind that facts read by itself. */
export function namesSecret(key: string): boolean {
  return NOT_PLAIN.test(key);
}
