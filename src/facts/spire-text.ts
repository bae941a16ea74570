import { HclFault, parseHcl } from "../lib/hcl.ts";
import { defined } from "../lib/defined.ts";
import { array, at, property, record, string, strings } from "../lib/json.ts";
import type {
  ParsedConfig,
  SpireAgentConfig,
  SpireFederationConfig,
  SpireManagerConfig,
  SpireServerConfig,
} from "../model/spire.ts";
import { Cut, everyKey, type Keep, keeper, type KeepMap, SCALAR, WHOLE } from "./keep.ts";
import { loadYaml } from "./yaml-text.ts";

/*
 * Configurations of SPIRE, of which next to nothing is kept: they hold passwords of databases, tokens
 * of vaults and the like.
 */

const UNREADABLE = "%unreadable ";

/** What a text that was parsed does not say. */
const READ: { unreadable?: never } = {};

type Loaded = { map: unknown } | { unreadable: string };

/** A text in a ConfigMap: how it is kept, and how it is read, from what is kept or from the whole. */
interface ConfigText<T> {
  keep: Keep;
  read: (text: unknown) => ParsedConfig<T>;
}

function configText<T extends object>(
  load: (text: string) => Loaded,
  keeps: KeepMap,
  convert: (map: unknown) => T,
): ConfigText<T> {
  const keep = keeper(keeps);
  const loaded = (value: unknown): Loaded => {
    const text = typeof value === "string" ? value : "";
    if (text.startsWith(UNREADABLE)) return { unreadable: text.slice(UNREADABLE.length) };
    const found = load(text);
    return "unreadable" in found ? found : { map: keep(found.map) ?? {} };
  };
  return {
    keep: new Cut(WHOLE, (value) => {
      const found = loaded(value);
      return "unreadable" in found ? UNREADABLE + found.unreadable : JSON.stringify(found.map);
    }),
    read(text) {
      const found = loaded(text);
      return "unreadable" in found ? found : { ...convert(found.map), ...READ };
    },
  };
}

function loadHcl(text: string): Loaded {
  try {
    return { map: parseHcl(text) };
  } catch (cause) {
    return { unreadable: cause instanceof HclFault ? cause.message : "it is not HCL" };
  }
}

function loadJson(text: string): Loaded {
  try {
    return { map: JSON.parse(text) as unknown };
  } catch {
    return { unreadable: "it is not JSON" };
  }
}

/** Key agent.conf of an agent's ConfigMap. */
export const AGENT_TEXT = configText<SpireAgentConfig>(
  loadHcl,
  {
    agent: {
      trust_domain: SCALAR,
      authorized_delegates: [SCALAR],
      admin_socket_path: SCALAR,
      trust_bundle_path: SCALAR,
    },
  },
  (map) => {
    const agent = property(map, "agent");
    const text = (key: string): string | undefined => string(property(agent, key));
    return {
      delegates: strings(property(agent, "authorized_delegates")),
      ...defined({
        trustDomain: text("trust_domain"),
        adminSocket: text("admin_socket_path"),
        trustBundle: text("trust_bundle_path"),
      }),
    };
  },
);

/** Plugins of one type are a list of maps of one key; written by hand also one map. */
const PLUGINS: Keep = new Cut(
  [everyKey({ plugin_data: { cert_file_path: SCALAR, bundle_file_path: SCALAR } })],
  (value) => (Array.isArray(value) ? value : [value]),
);

const isThere = (value: unknown): boolean => value !== undefined && value !== null;

/** The labels of blocks of one name: `profile "https_web" {}`, in JSON `{ "https_web": {} }` or a list. */
function labelsOf(value: unknown): string[] {
  const blocks = Array.isArray(value) ? array(value) : [value];
  return blocks.flatMap((one) => (typeof one === "string" ? [one] : Object.keys(record(one))));
}

/** How the bundle is served: https_spiffe where the configuration does not say. */
const BUNDLE_ENDPOINT: Keep = new Cut({ profile: SCALAR }, (value) => {
  if (!isThere(value)) return undefined;
  const [profile] = labelsOf(property(value, "profile"));
  const byAcme = isThere(property(value, "acme")) ? "https_web" : "https_spiffe";
  return { profile: profile ?? byAcme };
});

const LABELS: Keep = new Cut([SCALAR], (value) => labelsOf(value));

function federationOf(map: unknown): SpireFederationConfig | undefined {
  const federation = at(map, "server", "federation");
  const fetches = strings(property(federation, "federates_with"));
  const endpointProfile = string(at(federation, "bundle_endpoint", "profile"));
  if (endpointProfile === undefined && fetches.length === 0) return undefined;
  return { fetches, ...defined({ endpointProfile }) };
}

/** Key server.conf of the server's ConfigMap. */
export const SERVER_TEXT = configText<SpireServerConfig>(
  loadHcl,
  {
    server: {
      trust_domain: SCALAR,
      federation: { bundle_endpoint: BUNDLE_ENDPOINT, federates_with: LABELS },
    },
    plugins: { UpstreamAuthority: PLUGINS },
  },
  (map) => ({
    authorities: array(at(map, "plugins", "UpstreamAuthority")).flatMap((entry) =>
      Object.entries(record(entry)).map(([name, plugin]) => {
        const data = property(plugin, "plugin_data");
        return {
          name,
          ...defined({
            certificateFile: string(property(data, "cert_file_path")),
            bundleFile: string(property(data, "bundle_file_path")),
          }),
        };
      }),
    ),
    ...defined({
      trustDomain: string(at(map, "server", "trust_domain")),
      federation: federationOf(map),
    }),
  }),
);

/** What the controller manager does not do when its configuration says `false`. */
const RECONCILED: Readonly<Record<string, string>> = {
  clusterSPIFFEIDs: "ClusterSPIFFEIDs",
  clusterStaticEntries: "ClusterStaticEntries",
  clusterFederatedTrustDomains: "ClusterFederatedTrustDomains",
};

/** Key controller-manager-config.yaml. */
export const MANAGER_TEXT = configText<SpireManagerConfig>(
  loadYaml,
  {
    trustDomain: SCALAR,
    clusterName: SCALAR,
    clusterDomain: SCALAR,
    className: SCALAR,
    watchClassless: SCALAR,
    ignoreNamespaces: [SCALAR],
    reconcile: Object.fromEntries(Object.keys(RECONCILED).map((key) => [key, SCALAR])),
  },
  (map) => ({
    className: string(property(map, "className")) ?? "",
    watchClassless: property(map, "watchClassless") === true,
    ignoreNamespaces: strings(property(map, "ignoreNamespaces")),
    leavesOut: Object.entries(RECONCILED).flatMap(([key, kind]) =>
      at(map, "reconcile", key) === false ? [kind] : [],
    ),
    ...defined({
      trustDomain: string(property(map, "trustDomain")),
      clusterName: string(property(map, "clusterName")),
      clusterDomain: string(property(map, "clusterDomain")),
    }),
  }),
);

/** Key merged-values of istiod's ConfigMap `values`: whether waypoints take identities from SPIRE. */
export const VALUES_TEXT = configText<{ spire: boolean }>(
  loadJson,
  { gateways: { spire: { workloads: SCALAR } } },
  (map) => ({ spire: at(map, "gateways", "spire", "workloads") === true }),
);
