import { string } from "../lib/json.ts";
import { plainValue } from "./env-names.ts";
import { slimMesh } from "./mesh-text.ts";
import { certificatesOnly, fromBase64, toBase64 } from "./pem.ts";
import { mapEntries } from "./slim-pick.ts";

const CERTIFICATES: ReadonlySet<string> = new Set([
  "ca-cert.pem",
  "cert-chain.pem",
  "root-cert.pem",
  "tls.crt",
  "ca.crt",
]);

/** Marks a CA that istiod made itself; it is empty. */
const GENERATED = "istio-generated";

function kept(data: unknown, textOf: (item: unknown) => string): Record<string, unknown> {
  const entries = mapEntries(data, (key, item) =>
    CERTIFICATES.has(key) ? toBase64(certificatesOnly(textOf(item))) : "",
  );
  return Object.fromEntries(
    Object.entries(entries).filter(([key]) => CERTIFICATES.has(key) || key === GENERATED),
  );
}

/** A Secret's `data` and `stringData` as `data`: certificates, and nothing of any other key. */
export function slimSecretData(data: unknown, stringData: unknown): Record<string, unknown> {
  return {
    ...kept(data, (item) => fromBase64(string(item) ?? "")),
    // The API server writes stringData over data; only manifests from files have it.
    ...kept(stringData, (item) => string(item) ?? ""),
  };
}

/**
 * A ConfigMap's `data`: certificates, what facts read of a mesh configuration (its providers may
 * carry tokens), short plain values; of the rest the key with null.
 */
export function slimConfigData(data: unknown): Record<string, unknown> {
  return mapEntries(data, (key, item) => {
    if (key === "mesh") return slimMesh(item);
    if (CERTIFICATES.has(key)) return certificatesOnly(string(item) ?? "");
    return plainValue(key, item) ?? null;
  });
}
