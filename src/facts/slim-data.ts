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

/** A Secret's `data` and `stringData` as `data`: certificates, and of other keys the name alone. */
export function slimSecretData(data: unknown, stringData: unknown): Record<string, unknown> {
  const encoded = mapEntries(data, (key, item) =>
    CERTIFICATES.has(key) ? toBase64(certificatesOnly(fromBase64(string(item) ?? ""))) : "",
  );
  // The API server writes stringData over data; only manifests from files have it.
  const plain = mapEntries(stringData, (key, item) =>
    CERTIFICATES.has(key) ? toBase64(certificatesOnly(string(item) ?? "")) : "",
  );
  return { ...encoded, ...plain };
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
