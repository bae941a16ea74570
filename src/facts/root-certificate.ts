import { at } from "../lib/json.ts";
import { ROOT_CONFIG_MAP } from "../mesh/names.ts";
import { gathered, missing, type Gathered } from "../model/gathered.ts";
import type { RawObject } from "../model/reader.ts";
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
    const read = (namespace: string): Promise<Gathered<RawObject>> =>
      source.get(RESOURCES.configMaps, namespace, ROOT_CONFIG_MAP);
    askEarly(source, read);
    const found = await read(await istioNamespaceOf(source));
    if (!found.ok && found.why === "not-found") return gathered({ missing: true });
    if (!found.ok) return found;
    const value = at(found.value, "data", "root-cert.pem");
    if (typeof value !== "string") return gathered({});
    const pem = publicText(value);
    if (!isRedacted(pem)) return gathered({ pem });
    return missing("not-recorded", `ConfigMap ${ROOT_CONFIG_MAP} is redacted in this recording`);
  },
});
