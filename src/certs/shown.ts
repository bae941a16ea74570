import { X509Certificate } from "node:crypto";
import { at, string, stringMap } from "../lib/json.ts";
import type { RawObject } from "../model/reader.ts";
import { bundled } from "./bundle.ts";
import { parseKey, publicKeyFingerprint } from "./keys.ts";
import { dataTexts } from "./secret.ts";

const NOT_SHOWN = "(not shown)";
/** Keys that hold certificates. */
const CERTIFICATES = /^(ca-cert|cert-chain|root-cert)\.pem$|^(tls|ca)\.crt$/;
const PRIVATE_KEYS = /^ca-key\.pem$|^tls\.key$/;

/**
 * What a Secret of istiod's CA says, for people: certificates in a line each, a private key by the
 * fingerprint of its public key, and nothing else of its data. Of annotations only those of `mc`: what
 * `kubectl apply` keeps in one is the whole Secret.
 */
export function shownSecret(object: RawObject): Record<string, unknown> {
  const annotations = [...stringMap(at(object, "metadata", "annotations"))].filter(([key]) =>
    key.startsWith("istio-mc/"),
  );
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      ...(annotations.length > 0 ? { annotations: Object.fromEntries(annotations) } : {}),
      name: string(at(object, "metadata", "name")),
      namespace: string(at(object, "metadata", "namespace")),
    },
    data: Object.fromEntries(
      [...dataTexts(object)].map(([key, text]) => [key, shownValue(key, text)]),
    ),
  };
}

function shownValue(key: string, text: string): unknown {
  if (CERTIFICATES.test(key)) return bundled(text).map(({ sha256, pem }) => line(sha256, pem));
  if (!PRIVATE_KEYS.test(key)) return NOT_SHOWN;
  const parsed = parseKey(text);
  return typeof parsed === "string"
    ? NOT_SHOWN
    : `private key, SHA-256 of its public key ${publicKeyFingerprint(parsed)}`;
}

function line(sha256: string, pem: string): string {
  try {
    const { subject, validTo } = new X509Certificate(pem);
    return `${subject.replaceAll("\n", ",")}, until ${validTo}, SHA-256 ${sha256}`;
  } catch {
    return `not a certificate, SHA-256 ${sha256}`;
  }
}
