import { at } from "../lib/json.ts";
import { gathered, mapGathered, type Gathered } from "../model/gathered.ts";
import type { RawObject } from "../model/reader.ts";
import { RESOURCES } from "../model/resource.ts";
import { fact, got } from "./fact.ts";
import { askEarly, istioNamespaceOf } from "./istio-namespace.ts";
import { PEM } from "./keep-objects.ts";
import { certificatesOnly } from "./pem.ts";

export const rootCertificate = fact({
  key: "rootCertificate",
  access: [got(RESOURCES.configMaps, { scope: "istio" })],
  keeps: { configMaps: { data: { "root-cert.pem": PEM } } },
  read: async (source) => {
    const read = (namespace: string): Promise<Gathered<RawObject>> =>
      source.get(RESOURCES.configMaps, namespace, "istio-ca-root-cert");
    askEarly(source, read);
    const found = await read(await istioNamespaceOf(source));
    if (!found.ok && found.why === "not-found") return gathered({ missing: true });
    return mapGathered(found, (object) => {
      const pem = at(object, "data", "root-cert.pem");
      return typeof pem === "string" ? { pem: certificatesOnly(pem) } : {};
    });
  },
});
