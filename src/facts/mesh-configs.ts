import { at } from "../lib/json.ts";
import type { MeshConfigFact } from "../model/facts.ts";
import { gathered, type Gathered, type Missing } from "../model/gathered.ts";
import { RESOURCES } from "../model/resource.ts";
import type { FactReader, FactSource } from "../model/source.ts";
import { DEFAULT_TRUST_DOMAIN, parseMesh } from "./mesh-text.ts";

interface Revision {
  namespace: string;
  revision: string;
}

/** Revisions to read, the judged ones first; with no istiod to tell, that of the settings. */
async function revisions(source: FactSource): Promise<Revision[]> {
  const [istiods, namespace] = await Promise.all([
    source.fact("istiods"),
    source.fact("istioNamespace"),
  ]);
  if (!istiods.ok) {
    return [
      {
        namespace: namespace.ok ? namespace.value : "istio-system",
        revision: source.settings.revision ?? "default",
      },
    ];
  }
  const all = [...istiods.value.judged, ...istiods.value.others];
  return [...new Map(all.map((one) => [`${one.namespace}/${one.revision}`, one])).values()];
}

async function meshConfig(
  source: FactSource,
  { namespace, revision }: Revision,
): Promise<Gathered<MeshConfigFact>> {
  const configMap = revision === "default" ? "istio" : `istio-${revision}`;
  const found = await source.get(RESOURCES.configMaps, namespace, configMap);
  // Without the ConfigMap istiod runs on its defaults.
  if (!found.ok && found.why !== "not-found") return found;
  const mesh = parseMesh(found.ok ? at(found.value, "data", "mesh") : undefined);
  const names = { revision, configMap };
  if (mesh.unreadable === undefined) return gathered({ ...names, ...mesh });
  return gathered({ ...names, ...defaults(mesh.unreadable) });
}

function defaults(unreadable: string): Omit<MeshConfigFact, "revision" | "configMap"> {
  return { trustDomain: DEFAULT_TRUST_DOMAIN, trustDomainAliases: [], unreadable };
}

export const meshConfigs: FactReader<"meshConfigs"> = async (source) => {
  const asked = await revisions(source);
  const read = await Promise.all(asked.map((one) => meshConfig(source, one)));
  const failed = read.find((one): one is Missing => !one.ok);
  if (failed && !read.some((one) => one.ok)) return failed;
  return gathered(
    read.map((one, index) => {
      if (one.ok) return one.value;
      const revision = asked[index]?.revision ?? "default";
      const configMap = revision === "default" ? "istio" : `istio-${revision}`;
      return { revision, configMap, ...defaults(one.detail) };
    }),
  );
};
