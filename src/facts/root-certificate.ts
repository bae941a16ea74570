import { at } from "../lib/json.ts";
import { ROOT_CONFIG_MAP } from "../mesh/names.ts";
import { rootConfigMapOf } from "../mesh/trust/cacerts.ts";
import { gathered, missing } from "../model/gathered.ts";
import { RESOURCES } from "../model/resource.ts";
import { fact, got } from "./fact.ts";
import { askEarly, istioNamespaceOf } from "./istio-namespace.ts";
import { PEM } from "./keep-objects.ts";
import { isRedacted, publicText } from "./pem.ts";

export const rootCertificate = fact({
  key: "rootCertificate",
  access: [got(RESOURCES.configMaps, { scope: "istio" })],
  keeps: { configMaps: { data: { "root-cert.pem": PEM } } },
  read: async (source) => {
    askEarly(source, (namespace) => source.get(RESOURCES.configMaps, namespace, ROOT_CONFIG_MAP));
    const istiods = await source.fact("istiods");
    const name = rootConfigMapOf(istiods.ok ? istiods.value.judged : []);
    const configMap = name === ROOT_CONFIG_MAP ? {} : { configMap: name };
    const found = await source.get(RESOURCES.configMaps, await istioNamespaceOf(source), name);
    if (!found.ok && found.why === "not-found") return gathered({ missing: true, ...configMap });
    if (!found.ok) return found;
    const value = at(found.value, "data", "root-cert.pem");
    if (typeof value !== "string") return gathered({ ...configMap });
    const pem = publicText(value);
    if (!isRedacted(pem)) return gathered({ pem, ...configMap });
    return missing("not-recorded", `ConfigMap ${name} is redacted in this recording`);
  },
});
