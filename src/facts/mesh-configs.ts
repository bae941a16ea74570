import { fact, got } from "./fact.ts";
import { DEFAULT_REVISION, DEFAULT_TRUST_DOMAIN } from "../mesh/names.ts";
import { at } from "../lib/json.ts";
import type { MeshConfigFact } from "../model/facts.ts";
import { gathered, type Missing } from "../model/gathered.ts";
import { RESOURCES } from "../model/resource.ts";
import type { FactSource } from "../model/source.ts";
import { askEarly, istioNamespaceOf } from "./istio-namespace.ts";
import { MESH_TEXT, parseMesh } from "./mesh-text.ts";

interface Revision {
  namespace: string;
  revision: string;
}

/** Revisions to read, the judged ones first; with no istiod to tell, that of the settings. */
async function revisions(source: FactSource, usual: string): Promise<Revision[]> {
  const istiods = await source.fact("istiods");
  if (!istiods.ok) return [{ namespace: await istioNamespaceOf(source), revision: usual }];
  const all = [...istiods.value.judged, ...istiods.value.others];
  return [...new Map(all.map((one) => [`${one.namespace}/${one.revision}`, one])).values()];
}

interface Read {
  config: MeshConfigFact;
  failed?: Missing;
}

async function meshConfig(source: FactSource, { namespace, revision }: Revision): Promise<Read> {
  const configMap = revision === DEFAULT_REVISION ? "istio" : `istio-${revision}`;
  const found = await source.get(RESOURCES.configMaps, namespace, configMap);
  // Without the ConfigMap istiod runs on its defaults.
  const read = found.ok || found.why === "not-found";
  const mesh = read
    ? parseMesh(found.ok ? at(found.value, "data", "mesh") : undefined)
    : { unreadable: found.detail };
  const defaults = { trustDomain: DEFAULT_TRUST_DOMAIN, trustDomainAliases: [] };
  const config = { revision, configMap, ...defaults, ...mesh };
  return read ? { config } : { config, failed: found };
}

/** One that cannot be read says so in words, as long as another can. */
export const meshConfigs = fact({
  key: "meshConfigs",
  access: [got(RESOURCES.configMaps, { scope: "istio" })],
  keeps: { configMaps: { data: { mesh: MESH_TEXT } } },
  read: async (source) => {
    const { revision = DEFAULT_REVISION } = source.settings;
    askEarly(source, (namespace) => meshConfig(source, { namespace, revision }));
    const wanted = await revisions(source, revision);
    const read = await Promise.all(wanted.map((one) => meshConfig(source, one)));
    const [first] = read.flatMap(({ failed }) => failed ?? []);
    if (first && read.every(({ failed }) => failed)) return first;
    return gathered(read.map(({ config }) => config));
  },
});
