// @peculiar/x509 needs its side effect.
import "reflect-metadata";
import { randomBytes, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import type { TlsFault } from "./types.ts";

const DAY = 24 * 60 * 60_000;
const KEY = { name: "ECDSA", namedCurve: "P-256" };
const SIGNING = { name: "ECDSA", hash: "SHA-256" };

export interface KeyPair {
  certPem: string;
  keyPem: string;
}

/** A certificate authority that lives as long as its test. */
export interface Authority {
  caPem: string;
  server(fault?: TlsFault): Promise<KeyPair>;
  /** CN is the user, each O a group, as kube-apiserver reads them. */
  client(user: string, groups: readonly string[]): Promise<KeyPair>;
}

/** As a DN value: commas and the like would end it. */
const escape = (value: string): string => value.replaceAll(/[\\,+"<>;=#]/g, String.raw`\$&`);

async function keyPem(key: webcrypto.CryptoKey): Promise<string> {
  const der = await webcrypto.subtle.exportKey("pkcs8", key);
  return x509.PemConverter.encode(der, "PRIVATE KEY");
}

/** Positive: a leading bit would make it negative. */
const serialNumber = (): string => `01${randomBytes(8).toString("hex")}`;

const newKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(KEY, true, ["sign", "verify"]);

/** One for all servers of a process that need none of their own: making keys takes its time. */
let shared: Promise<Authority> | undefined;

export function sharedAuthority(): Promise<Authority> {
  shared ??= createAuthority().then(remembering);
  return shared;
}

/** Issues each certificate once. */
function remembering(authority: Authority): Authority {
  const issued = new Map<string, Promise<KeyPair>>();
  const once = (key: unknown, issue: () => Promise<KeyPair>): Promise<KeyPair> => {
    const name = JSON.stringify(key);
    const known = issued.get(name) ?? issue();
    issued.set(name, known);
    return known;
  };
  return {
    caPem: authority.caPem,
    server: (fault) => once(["server", fault], () => authority.server(fault)),
    client: (user, groups) => once(["client", user, groups], () => authority.client(user, groups)),
  };
}

export async function createAuthority(): Promise<Authority> {
  const keys = await newKeys();
  const now = Date.now();
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: "CN=kubernetes",
    notBefore: new Date(now - DAY),
    notAfter: new Date(now + 3650 * DAY),
    keys,
    signingAlgorithm: SIGNING,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.digitalSignature,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });

  async function issue(
    subject: string,
    lifetime: { notBefore: Date; notAfter: Date },
    extensions: x509.Extension[],
  ): Promise<KeyPair> {
    const leaf = await newKeys();
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      subject,
      issuer: ca.subject,
      ...lifetime,
      signingKey: keys.privateKey,
      publicKey: leaf.publicKey,
      signingAlgorithm: SIGNING,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
        ...extensions,
      ],
    });
    return { certPem: certificate.toString("pem"), keyPem: await keyPem(leaf.privateKey) };
  }

  const valid = { notBefore: new Date(now - DAY), notAfter: new Date(now + 365 * DAY) };
  return {
    caPem: ca.toString("pem"),
    async server(fault) {
      if (fault === "other-ca") return (await createAuthority()).server();
      const lifetime =
        fault === "expired" ? { ...valid, notAfter: new Date(now - DAY / 2) } : valid;
      const names: x509.JsonGeneralNames =
        fault === "wrong-host"
          ? [{ type: "dns", value: "kubernetes.example.com" }]
          : [
              { type: "dns", value: "localhost" },
              { type: "ip", value: "127.0.0.1" },
            ];
      return issue("CN=kube-apiserver", lifetime, [
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(names),
      ]);
    },
    client(user, groups) {
      const subject = [...groups.map((group) => `O=${escape(group)}`), `CN=${escape(user)}`];
      return issue(subject.join(", "), valid, [
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
      ]);
    },
  };
}
