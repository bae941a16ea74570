import { at, property, record, string } from "../lib/json.ts";
import type { IntermediateFact } from "../model/facts.ts";
import { gathered, mapGathered, type Gathered } from "../model/gathered.ts";
import type { RawObject } from "../model/reader.ts";
import { RESOURCES } from "../model/resource.ts";
import type { FactReader, FactSource } from "../model/source.ts";
import { askEarly, istioNamespaceOf } from "./istio-namespace.ts";
import { defined } from "./objects.ts";
import { certificatesOnly, fromBase64 } from "./pem.ts";
import { slimSecret } from "./slim.ts";

export const rootCertificate: FactReader<"rootCertificate"> = async (source) => {
  const read = (namespace: string): Promise<Gathered<RawObject>> =>
    source.get(RESOURCES.configMaps, namespace, "istio-ca-root-cert");
  askEarly(source, read);
  const found = await read(await istioNamespaceOf(source));
  if (!found.ok && found.why === "not-found") return gathered({ missing: true });
  return mapGathered(found, (object) => {
    const pem = at(object, "data", "root-cert.pem");
    return typeof pem === "string" ? { pem: certificatesOnly(pem) } : {};
  });
};

/**
 * The certificates of a Secret in either form: Istio's own keys, or those of a TLS Secret, which
 * istiod prefers when it finds them.
 */
export function signingCertificates(
  secret: "cacerts" | "istio-ca-secret",
  object: RawObject,
): IntermediateFact {
  // Everything private is gone before anything else is done with it.
  const data = property(slimSecret(object), "data");
  const pem = (key: string): string | undefined => {
    const value = property(data, key);
    return value === undefined ? undefined : fromBase64(string(value) ?? "");
  };
  const keys = Object.keys(record(data)).toSorted();
  const tls = pem("tls.crt");
  if (tls !== undefined) {
    const root = pem("ca.crt");
    const chain = tls + (root ?? "");
    return { secret, certificate: tls, chain, keys, ...defined({ root }) };
  }
  const certificate = pem("ca-cert.pem");
  const chain = pem("cert-chain.pem");
  const root = pem("root-cert.pem");
  return { secret, keys, ...defined({ certificate, chain, root }) };
}

async function readIntermediate(
  source: FactSource,
  namespace: string,
): Promise<Gathered<IntermediateFact>> {
  for (const name of ["cacerts", "istio-ca-secret"] as const) {
    const found = await source.get(RESOURCES.secrets, namespace, name);
    if (found.ok) return gathered(signingCertificates(name, found.value));
    if (found.why !== "not-found") return found;
  }
  return gathered({ secret: "none", keys: [] });
}

export const intermediate: FactReader<"intermediate"> = async (source) => {
  askEarly(source, (namespace) => readIntermediate(source, namespace));
  return readIntermediate(source, await istioNamespaceOf(source));
};
