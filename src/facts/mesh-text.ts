import { DEFAULT_TRUST_DOMAIN } from "../mesh/names.ts";
import { defined } from "../lib/defined.ts";
import { array, at, string, stringMap, strings } from "../lib/json.ts";
import type { MeshConfigFact, ServiceScopeFact } from "../model/facts.ts";
import { Cut, everyKey, type Keep, keeper, type KeepMap, SCALAR, WHOLE } from "./keep.ts";
import { loadYaml } from "./yaml-text.ts";

type MeshFields = Omit<MeshConfigFact, "revision" | "configMap" | "unreadable">;

/** What facts read of a mesh configuration, or why it could not be parsed. */
export type MeshText = (MeshFields & { unreadable?: never }) | { unreadable: string };

const UNREADABLE = "%unreadable ";

/** What `readMesh` reads. Providers may carry tokens, and nothing else is anybody's business. */
export const MESH: KeepMap = {
  trustDomain: SCALAR,
  trustDomainAliases: [SCALAR],
  caCertificates: [{ trustDomains: [SCALAR] }],
  defaultConfig: { meshId: SCALAR, discoveryAddress: SCALAR },
  serviceSettings: [{ hosts: [SCALAR], settings: { clusterLocal: SCALAR } }],
  serviceScopeConfigs: [
    {
      scope: SCALAR,
      servicesSelector: {
        matchLabels: everyKey(SCALAR),
        matchExpressions: [{ key: SCALAR, operator: SCALAR, values: [SCALAR] }],
      },
    },
  ],
};
const keepMesh = keeper(MESH);

/** What facts say of a mesh configuration, with istiod's defaults. */
export function readMesh(mesh: unknown): Exclude<MeshText, { unreadable: string }> {
  const foreign = array(at(mesh, "caCertificates")).flatMap((one) =>
    strings(at(one, "trustDomains")),
  );
  const local = array(at(mesh, "serviceSettings")).flatMap((one) =>
    at(one, "settings", "clusterLocal") === true ? strings(at(one, "hosts")) : [],
  );
  const scopes = array(at(mesh, "serviceScopeConfigs")).map(serviceScope);
  return {
    trustDomain: string(at(mesh, "trustDomain")) ?? DEFAULT_TRUST_DOMAIN,
    trustDomainAliases: strings(at(mesh, "trustDomainAliases")),
    ...(foreign.length > 0 && { foreignTrustDomains: foreign }),
    ...(local.length > 0 && { clusterLocalHosts: local }),
    ...(scopes.length > 0 && { serviceScopes: scopes }),
    ...defined({
      meshId: string(at(mesh, "defaultConfig", "meshId")),
      discoveryAddress: string(at(mesh, "defaultConfig", "discoveryAddress")),
    }),
  };
}

function serviceScope(config: unknown): ServiceScopeFact {
  const selector = at(config, "servicesSelector");
  const labels = [...stringMap(at(selector, "matchLabels"))];
  return {
    scope: string(at(config, "scope")) ?? "LOCAL",
    services: [
      ...labels.map(([key, value]) => ({ key, values: [value] })),
      ...array(at(selector, "matchExpressions")).flatMap((one) => {
        const key = string(at(one, "key"));
        return key === undefined ? [] : [{ key, values: strings(at(one, "values")) }];
      }),
    ],
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
  const loaded = loadYaml(text);
  return "unreadable" in loaded ? loaded : { mesh: keepMesh(loaded.map) ?? {} };
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
