import { defined } from "../lib/defined.ts";
import { at, string } from "../lib/json.ts";
import type { IntermediateFact } from "../model/facts.ts";
import { gathered, type Gathered } from "../model/gathered.ts";
import type { RawObject } from "../model/reader.ts";
import { RESOURCES } from "../model/resource.ts";
import type { FactSource } from "../model/source.ts";
import { fact, got } from "./fact.ts";
import { askEarly, istioNamespaceOf } from "./istio-namespace.ts";
import { Cut, dictionary, type Keep, type KeepMap, WHOLE } from "./keep.ts";
import { certificatesOnly, fromBase64, toBase64 } from "./pem.ts";

const NAMES = ["cacerts", "istio-ca-secret"] as const;

const CERTIFICATES = [
  "ca-cert.pem",
  "cert-chain.pem",
  "root-cert.pem",
  "tls.crt",
  "ca.crt",
] as const;

/** Marks a CA that istiod made itself; it is empty. */
const GENERATED = "istio-generated";
const MARK: Keep = new Cut(WHOLE, () => "");

const ENCODED: Keep = new Cut(
  WHOLE,
  (value) => toBase64(certificatesOnly(fromBase64(string(value) ?? ""))),
  "encoded certificates",
);
const PLAIN: Keep = new Cut(
  WHOLE,
  (value) => certificatesOnly(string(value) ?? ""),
  "certificates",
);

const each = (keep: Keep): KeepMap =>
  dictionary({
    ...Object.fromEntries(CERTIFICATES.map((key) => [key, keep])),
    [GENERATED]: MARK,
  });

/**
 * The certificates of a Secret in either form: Istio's own keys, or those of a TLS Secret, which
 * istiod prefers when it finds them. Only manifests from files have stringData, which the API server
 * writes over data.
 */
function certificatesOf(secret: (typeof NAMES)[number], object: RawObject): IntermediateFact {
  const pem = (key: string): string | undefined => {
    const plain = at(object, "stringData", key);
    if (plain !== undefined) return certificatesOnly(string(plain) ?? "");
    const encoded = at(object, "data", key);
    return encoded === undefined ? undefined : certificatesOnly(fromBase64(string(encoded) ?? ""));
  };
  const keys = [...CERTIFICATES, GENERATED].filter((key) => pem(key) !== undefined).toSorted();
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
  for (const name of NAMES) {
    const found = await source.get(RESOURCES.secrets, namespace, name);
    if (found.ok) return gathered(certificatesOf(name, found.value));
    if (found.why !== "not-found") return found;
  }
  return gathered({ secret: "none", keys: [] });
}

export const intermediate = fact({
  key: "intermediate",
  access: [got(RESOURCES.secrets, { scope: "istio", names: NAMES, sensitive: "secrets" })],
  // Everything private is gone before anything else is done with it.
  keeps: { secrets: { data: each(ENCODED), stringData: each(PLAIN) } },
  read: async (source) => {
    askEarly(source, (namespace) => readIntermediate(source, namespace));
    return readIntermediate(source, await istioNamespaceOf(source));
  },
});
