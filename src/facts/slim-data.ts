import { string } from "../lib/json.ts";
import { NAMED_FILES, PUBLIC_FILES } from "../mesh/trust/cacerts.ts";
import { plainValue } from "./env-names.ts";
import { slimMesh } from "./mesh-text.ts";
import { fromBase64, publicText, toBase64 } from "./pem.ts";
import { mapEntries } from "./slim-pick.ts";

/** Annotation of recorded Secrets: their keys of private files are named, so what is not was not there. */
export const NAMES_KEPT = "mc.snapshot/key-names";

function kept(data: unknown, textOf: (item: unknown) => string): Record<string, unknown> {
  const entries = mapEntries(data, (key, item) =>
    PUBLIC_FILES.has(key) ? toBase64(publicText(textOf(item))) : "",
  );
  return Object.fromEntries(
    Object.entries(entries).filter(([key]) => PUBLIC_FILES.has(key) || NAMED_FILES.has(key)),
  );
}

/** A Secret's `data` and `stringData` as `data`: certificates, and of private keys the name. */
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
    if (PUBLIC_FILES.has(key)) return publicText(string(item) ?? "");
    return plainValue(key, item) ?? null;
  });
}
