// @peculiar/x509 needs its side effect.
import "reflect-metadata";
import { randomBytes } from "node:crypto";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
  type Extension,
} from "@peculiar/x509";
import { generateKeys, keyPem, type KeyType, type SigningKeys } from "./keys.ts";

const SECOND = 1000;
const DAY = 24 * 60 * 60 * SECOND;

/** What a new certificate says; the defaults of `mc certs` are those of Istio's make files. */
export interface CertificateRequest {
  keyType: KeyType;
  /** O and CN of the subject, in this order. */
  organization: string;
  commonName: string;
  /** How long it is valid from `now` on, in days. */
  days: number;
  /** ms since the epoch. */
  now: number;
}

export interface IntermediateRequest extends CertificateRequest {
  /** L of the subject. */
  cluster: string;
  /** DNS names of the subject alternative name. */
  dnsNames: readonly string[];
  /** Adds the URI `spiffe://<trust domain>` to the subject alternative name. */
  trustDomain?: string;
}

/** A certificate and its key, both as PEM. */
export interface MadeCertificate {
  certificate: string;
  key: string;
}

/** A CA that intermediate certificates are signed with. */
export interface Issuer {
  /** PEM of its certificate alone. */
  certificate: string;
  keys: SigningKeys;
}

/** digitalSignature, nonRepudiation, keyEncipherment and keyCertSign, as Istio's make files have it. */
const KEY_USAGE = new KeyUsagesExtension(
  [
    KeyUsageFlags.digitalSignature,
    KeyUsageFlags.nonRepudiation,
    KeyUsageFlags.keyEncipherment,
    KeyUsageFlags.keyCertSign,
  ].reduce((all: number, flag: number) => all + flag, 0),
  true,
);

/** Makes a self-signed root: CA:TRUE without a path length, subject `O = …, CN = …`. */
export async function makeRoot(request: CertificateRequest): Promise<MadeCertificate> {
  const keys = await generateKeys(request.keyType);
  const subject = new Name([{ O: [request.organization] }, { CN: [request.commonName] }]);
  const certificate = await X509CertificateGenerator.create({
    ...dates(request),
    serialNumber: serial(),
    subject,
    issuer: subject,
    publicKey: keys.publicKey,
    signingKey: keys.privateKey,
    signingAlgorithm: keys.algorithm,
    extensions: [
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      new BasicConstraintsExtension(true, undefined, true),
      KEY_USAGE,
    ],
  });
  return { certificate: certificatePem(certificate), key: await keyPem(keys) };
}

/**
 * Makes the intermediate certificate of a cluster: CA:TRUE with path length 0, subject
 * `O = …, CN = …, L = <cluster>`. It ends no later than its issuer, below which nothing is valid.
 */
export async function makeIntermediate(
  issuer: Issuer,
  request: IntermediateRequest,
): Promise<MadeCertificate> {
  const keys = await generateKeys(request.keyType);
  const parent = new X509Certificate(issuer.certificate);
  const { notBefore, notAfter } = dates(request);
  const certificate = await X509CertificateGenerator.create({
    notBefore,
    notAfter: notAfter > parent.notAfter ? parent.notAfter : notAfter,
    serialNumber: serial(),
    subject: new Name([
      { O: [request.organization] },
      { CN: [request.commonName] },
      { L: [request.cluster] },
    ]),
    // The name as it stands in the issuer: Go compares the bytes of the two.
    issuer: parent.subjectName,
    publicKey: keys.publicKey,
    signingKey: issuer.keys.privateKey,
    signingAlgorithm: issuer.keys.algorithm,
    extensions: [
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      new BasicConstraintsExtension(true, 0, true),
      KEY_USAGE,
      ...alternativeNames(request),
      await authorityKeyId(parent, issuer),
    ],
  });
  return { certificate: certificatePem(certificate), key: await keyPem(keys) };
}

/** Whole seconds: a certificate has no room for parts of them. */
function dates({ now, days }: CertificateRequest): { notBefore: Date; notAfter: Date } {
  const start = Math.floor(now / SECOND) * SECOND;
  return { notBefore: new Date(start), notAfter: new Date(start + days * DAY) };
}

/** 20 random bytes that make a positive number, the most that RFC 5280 allows. */
function serial(): string {
  const bytes = randomBytes(20);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString("hex");
}

function alternativeNames({ dnsNames, trustDomain }: IntermediateRequest): Extension[] {
  const names = [
    ...dnsNames.map((value) => ({ type: "dns" as const, value })),
    ...(trustDomain === undefined
      ? []
      : [{ type: "url" as const, value: `spiffe://${trustDomain}` }]),
  ];
  return names.length > 0 ? [new SubjectAlternativeNameExtension(names)] : [];
}

/** The identifier that the issuer gives itself, however it was made of its key. */
async function authorityKeyId(
  parent: X509Certificate,
  issuer: Issuer,
): Promise<AuthorityKeyIdentifierExtension> {
  const id = parent.getExtension(SubjectKeyIdentifierExtension)?.keyId;
  return id === undefined
    ? AuthorityKeyIdentifierExtension.create(issuer.keys.publicKey)
    : new AuthorityKeyIdentifierExtension(id);
}

function certificatePem(certificate: X509Certificate): string {
  return `${certificate.toString("pem").trim()}\n`;
}
