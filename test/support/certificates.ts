// @peculiar/x509 needs its side effect.
import "reflect-metadata";
import type { webcrypto } from "node:crypto";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
  X509CrlGenerator,
} from "@peculiar/x509";
import { Certificate, CryptoEngine } from "pkijs";
import { NOW } from "./facts.ts";

/*
 * Throw-away certificates, made at test time with keys that are never written anywhere. The shapes
 * are those of Istio's tooling unless a test changes them.
 */

export { Extension };

export const DAY = 24 * 60 * 60_000;

const KEYS = {
  "P-256": { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  "P-384": { name: "ECDSA", namedCurve: "P-384", hash: "SHA-384" },
  Ed25519: { name: "Ed25519" },
  "RSA 2048": rsa(2048),
  "RSA 4096": rsa(4096),
};

function rsa(modulusLength: number) {
  const publicExponent = new Uint8Array([1, 0, 1]);
  return { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", publicExponent, modulusLength };
}

export type KeyKind = keyof typeof KEYS;

export interface CertificateOptions {
  /** As RFC 4514 writes it; the order is kept. */
  subject?: string;
  /** Who signs; absent: itself. */
  issuer?: Authority;
  /** Kind of a new key, or the keys of another certificate. */
  key?: KeyKind | webcrypto.CryptoKeyPair;
  /** ms since the epoch; ten years around the tests' clock when absent. */
  notBefore?: number;
  notAfter?: number;
  /** Basic constraints; null leaves the extension out. */
  ca?: boolean | null;
  pathLength?: number;
  /** null leaves the extension out. */
  keyUsage?: (keyof typeof KeyUsageFlags)[] | null;
  /** Without subject and authority key identifiers. */
  withoutKeyIds?: boolean;
  /** Hash of the signature, for SHA-1. */
  hash?: string;
  dnsNames?: string[];
  /** Alternative names of the kind URI, as SPIFFE has identities. */
  uris?: string[];
  /** OIDs of the extended key usage; absent leaves the extension out. */
  purposes?: string[];
  extensions?: Extension[];
  serial?: string;
}

/** A certificate and the key that it is for. */
export interface Authority {
  pem: string;
  der: Uint8Array;
  subject: string;
  /** Hex. */
  serial: string;
  keys: webcrypto.CryptoKeyPair;
  keyKind: KeyKind;
}

const SIGNING: (keyof typeof KeyUsageFlags)[] = [
  "digitalSignature",
  "nonRepudiation",
  "keyEncipherment",
  "keyCertSign",
];

let serials = 0;

async function newKeys(kind: KeyKind): Promise<webcrypto.CryptoKeyPair> {
  const keys = await crypto.subtle.generateKey(KEYS[kind], true, ["sign", "verify"]);
  if (!("privateKey" in keys)) throw new Error("not a key pair");
  return keys;
}

function keyUsageExtension(usages: (keyof typeof KeyUsageFlags)[]): KeyUsagesExtension {
  let flags = 0;
  for (const usage of usages) flags |= KeyUsageFlags[usage];
  // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- flags add up to a number
  return new KeyUsagesExtension(flags, true);
}

/** A certificate authority unless the options say otherwise. */
async function makeCertificate(options: CertificateOptions = {}): Promise<Authority> {
  const { key = options.issuer?.keyKind ?? "P-256", issuer, serial } = options;
  const subject = options.subject ?? "O=Istio, CN=Root CA";
  const keyKind = typeof key === "string" ? key : (issuer?.keyKind ?? "P-256");
  const keys = typeof key === "string" ? await newKeys(key) : key;
  const signer = issuer ?? { subject, keys, keyKind };
  serials += 1;
  const { ca = true, keyUsage = SIGNING } = options;
  const extensions = [
    ...(ca === null ? [] : [new BasicConstraintsExtension(ca, options.pathLength, true)]),
    ...(keyUsage === null ? [] : [keyUsageExtension(keyUsage)]),
    ...(options.withoutKeyIds
      ? []
      : [
          await SubjectKeyIdentifierExtension.create(keys.publicKey),
          await AuthorityKeyIdentifierExtension.create(signer.keys.publicKey),
        ]),
    ...(options.dnsNames || options.uris
      ? [
          new SubjectAlternativeNameExtension([
            ...(options.dnsNames ?? []).map((value) => ({ type: "dns" as const, value })),
            ...(options.uris ?? []).map((value) => ({ type: "url" as const, value })),
          ]),
        ]
      : []),
    ...(options.purposes ? [new ExtendedKeyUsageExtension(options.purposes)] : []),
    ...(options.extensions ?? []),
  ];
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serial ?? serials.toString(16).padStart(8, "1"),
    subject,
    issuer: signer.subject,
    notBefore: new Date(options.notBefore ?? NOW - 365 * DAY),
    notAfter: new Date(options.notAfter ?? NOW + 9 * 365 * DAY),
    publicKey: keys.publicKey,
    signingKey: signer.keys.privateKey,
    signingAlgorithm: {
      ...KEYS[signer.keyKind],
      ...(options.hash === undefined ? {} : { hash: options.hash }),
    },
    extensions,
  });
  return {
    pem: `${certificate.toString("pem").trim()}\n`,
    der: new Uint8Array(certificate.rawData),
    subject,
    serial: certificate.serialNumber,
    keys,
    keyKind,
  };
}

/** `O=Istio, CN=<name>` with a key of its own. */
export function makeRoot(name = "Root CA", options: CertificateOptions = {}): Promise<Authority> {
  return makeCertificate({ subject: `O=Istio, CN=${name}`, ...options });
}

/** `O=Istio, CN=Intermediate CA, L=<cluster>`, path length 0, as Istio's Makefile makes it. */
export function makeIntermediate(
  issuer: Authority,
  cluster = "a",
  options: CertificateOptions = {},
): Promise<Authority> {
  return makeCertificate({
    subject: `O=Istio, CN=Intermediate CA, L=${cluster}`,
    issuer,
    pathLength: 0,
    dnsNames: ["istiod.istio-system.svc"],
    ...options,
  });
}

/** A workload certificate. */
export function makeLeaf(issuer: Authority, options: CertificateOptions = {}): Promise<Authority> {
  return makeCertificate({
    subject: "CN=workload",
    issuer,
    ca: null,
    keyUsage: ["digitalSignature", "keyEncipherment"],
    ...options,
  });
}

/** `serverAuth` and `clientAuth`. */
export const SERVER = "1.3.6.1.5.5.7.3.1";
export const CLIENT = "1.3.6.1.5.5.7.3.2";
export const ANY_PURPOSE = "2.5.29.37.0";

/** PEM of a revocation list that an authority signed, with the serial numbers of what it revokes. */
export async function makeRevocationList(
  issuer: Authority,
  revoked: readonly Authority[],
  nextUpdate = NOW + 30 * DAY,
): Promise<string> {
  const list = await X509CrlGenerator.create({
    issuer: issuer.subject,
    thisUpdate: new Date(NOW - DAY),
    nextUpdate: new Date(nextUpdate),
    entries: revoked.map(({ serial }) => ({
      serialNumber: serial,
      revocationDate: new Date(NOW - DAY),
    })),
    signingKey: issuer.keys.privateKey,
    signingAlgorithm: KEYS[issuer.keyKind],
  });
  return `${PemConverter.encode(list.rawData, "X509 CRL").trim()}\n`;
}

/** An extension that nobody knows. */
export function unknownExtension(critical: boolean): Extension {
  return new Extension("1.3.6.1.4.1.55555.1", critical, new Uint8Array([0x05, 0x00]).buffer);
}

export function toPem(der: Uint8Array): string {
  return `${PemConverter.encode(new Uint8Array(der).buffer, "CERTIFICATE").trim()}\n`;
}

/** The same as X.509 version 1, which has no extensions: what `openssl x509 -req -signkey` makes. */
export async function versionOne(made: Authority, issuer = made): Promise<Authority> {
  const certificate = Certificate.fromBER(made.der);
  certificate.version = 0;
  delete certificate.extensions;
  const engine = new CryptoEngine({ crypto: globalThis.crypto });
  await certificate.sign(issuer.keys.privateKey, "SHA-256", engine);
  const der = new Uint8Array(certificate.toSchema().toBER());
  return { ...made, der, pem: toPem(der) };
}

/** The same certificate with its signature damaged. */
export function damaged(certificate: Authority): Authority {
  const der = Uint8Array.from(certificate.der);
  const last = der.length - 3;
  der[last] = (der[last] ?? 0) ^ 0xff;
  return { ...certificate, der, pem: toPem(der) };
}
