import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseKey, signingKeys, type KeyType } from "../../src/certs/keys.ts";
import { makeIntermediate, makeRoot, type MadeCertificate } from "../../src/certs/make.ts";
import { SET_FILES, type SigningSet } from "../../src/certs/signing-set.ts";

/*
 * Shared roots and what clusters sign with, as `mc certs` makes them, with keys that are made at test
 * time and thrown away.
 */

const DAY = 24 * 60 * 60_000;

/** What no output may ever hold; in two parts, so that this file does not hold it. */
export const PRIVATE_KEY = new RegExp(["PRIVATE KEY", "-----"].join(""));

export interface CaOptions {
  keyType?: KeyType;
  commonName?: string;
  days?: number;
  now?: number;
}

export function root(options: CaOptions = {}): Promise<MadeCertificate> {
  return makeRoot({
    keyType: "p256",
    organization: "Istio",
    commonName: "Root CA",
    days: 3650,
    now: Date.now() - DAY,
    ...options,
  });
}

/** What a cluster signs with, below a root. */
export async function signingSet(
  issuer: MadeCertificate,
  cluster: string,
  options: CaOptions & { trustDomain?: string } = {},
): Promise<SigningSet> {
  const key = parseKey(issuer.key);
  const keys = typeof key === "string" ? key : await signingKeys(key);
  if (typeof keys === "string") throw new Error(keys);
  const made = await makeIntermediate(
    { certificate: issuer.certificate, keys },
    {
      keyType: "p256",
      organization: "Istio",
      commonName: "Intermediate CA",
      days: 3650,
      now: Date.now() - DAY,
      cluster,
      dnsNames: ["istiod.istio-system.svc"],
      ...options,
    },
  );
  const { certificate, key: keyText } = made;
  return {
    certificate,
    key: keyText,
    chain: certificate + issuer.certificate,
    roots: issuer.certificate,
  };
}

/** Writes the four files of a set, as `mc certs intermediate` would. */
export function writeSet(directory: string, set: SigningSet): string {
  mkdirSync(directory, { recursive: true });
  for (const part of Object.keys(SET_FILES) as (keyof SigningSet)[]) {
    writeFileSync(join(directory, SET_FILES[part]), set[part]);
  }
  return directory;
}
