import { createPrivateKey, X509Certificate } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import type { MadeCertificate } from "../../src/certs/make.ts";
import { judgeSet, type SigningSet } from "../../src/certs/signing-set.ts";
import { PRIVATE_KEY, root, signingSet } from "../support/ca.ts";
import { runCerts, statusOf } from "../support/certs-run.ts";

const DAY = 24 * 60 * 60_000;
const now = Date.now();

let issuer: MadeCertificate;
let other: MadeCertificate;
let set: SigningSet;

beforeAll(async () => {
  issuer = await root();
  // The same name, another key: what a rotation has.
  other = await root();
  set = await signingSet(issuer, "west");
});

/**
 * The rules by which istiod loads Secret cacerts, written down apart from `mc`'s own: the key is that
 * of the certificate, which is a CA; the chain leads from it, by names and signatures, up to one of the
 * roots; everything is valid now. Names are compared by their bytes, as Go does.
 */
function istiodLoads({ certificate, key, chain, roots }: SigningSet): boolean {
  const blocks = (text: string): X509Certificate[] =>
    (text.match(/-----BEGIN CERTIFICATE-----\n[^-]+\n-----END CERTIFICATE-----\n/g) ?? []).map(
      (pem) => new X509Certificate(pem),
    );
  const [signing] = blocks(certificate);
  if (!signing?.checkPrivateKey(createPrivateKey(key)) || !signing.ca) return false;
  const valid = (one: X509Certificate): boolean =>
    one.validFromDate.getTime() <= now && now <= one.validToDate.getTime();
  const anchors = blocks(roots);
  let last = signing;
  for (const above of [...blocks(chain), ...anchors]) {
    if (!valid(last)) return false;
    if (anchors.some((anchor) => anchor.raw.equals(last.raw))) return true;
    if (last.checkIssued(above) && last.verify(above.publicKey)) last = above;
  }
  return anchors.some((anchor) => anchor.raw.equals(last.raw));
}

describe("a set that mc made", () => {
  it("is loaded by istiod, and by mc's own rules", async () => {
    expect(istiodLoads(set)).toBe(true);
    expect(await judgeSet(set, now)).toMatchObject({
      signing: { subject: "CN=Intermediate CA,O=Istio,L=west", ca: true, pathLength: 0 },
      anchor: { subject: "CN=Root CA,O=Istio", selfSigned: true },
      publicKey: expect.stringMatching(/^[\da-f]{64}$/) as string,
    });
  });

  it("is loaded with both roots, as in a rotation", async () => {
    const both = { ...set, roots: other.certificate + issuer.certificate };
    expect(istiodLoads(both)).toBe(true);
    expect(await judgeSet(both, now)).not.toHaveProperty("problems");
  });

  it("passes the certs check of mc", async () => {
    const east = await signingSet(issuer, "east");
    const cluster = ({ certificate, chain, roots }: SigningSet) => ({
      roots,
      intermediate: {
        secret: "cacerts" as const,
        certificate,
        chain,
        root: roots,
        keys: ["ca-cert.pem", "cert-chain.pem", "root-cert.pem"],
      },
      cluster: { now },
    });
    const verdict = await runCerts({ a: cluster(set), b: cluster(east) });
    expect(statusOf(verdict)).toBe("pass");
    expect(verdict.data.pairs.map(({ ok }) => ok)).toEqual([true, true]);
  });
});

describe("what istiod would not load", () => {
  const broken: [string, () => Promise<Partial<SigningSet>>, RegExp][] = [
    ["another key", async () => ({ key: other.key }), /ca-key\.pem is not the key of ca-cert\.pem/],
    ["no key", async () => ({ key: "hunter2" }), /ca-key\.pem is not a private key in PEM/],
    ["a root that did not sign", async () => ({ roots: other.certificate }), /does not verify/],
    ["no root", async () => ({ roots: "" }), /root-cert\.pem holds no certificate/],
    [
      "one that has expired",
      async () => signingSet(issuer, "west", { days: 1, now: now - 3 * DAY }),
      /expired on/,
    ],
  ];

  it.each(broken)("%s", async (_what, change, message) => {
    const bad = { ...set, ...(await change()) };
    const judged = await judgeSet(bad, now);
    const problems = "problems" in judged ? judged.problems : [];
    expect(problems.join("; ")).toMatch(message);
    expect(problems.join("; ")).not.toMatch(PRIVATE_KEY);
    expect(problems.join("; ")).not.toContain("hunter2");
    let loads: boolean;
    try {
      loads = istiodLoads(bad);
    } catch {
      loads = false;
    }
    expect(loads).toBe(false);
  });

  const mangled: typeof broken = [
    ["a chain that is none", async () => ({ chain: "hello" }), /cert-chain\.pem holds no/],
    [
      "two certificates without a line break between",
      async () => ({ chain: set.certificate.trimEnd() + issuer.certificate }),
      /cert-chain\.pem: .*\(a line break is missing\)/,
    ],
  ];

  it.each(mangled)("or would, and workloads present what nobody can read: %s", async (...one) => {
    const [, change, message] = one;
    const judged = await judgeSet({ ...set, ...(await change()) }, now);
    expect("problems" in judged ? judged.problems.join("; ") : "").toMatch(message);
  });

  it("an encrypted key: which says so", async () => {
    const key = createPrivateKey(set.key).export({
      type: "pkcs8",
      format: "pem",
      cipher: "aes-256-cbc",
      passphrase: "hunter2",
    });
    const judged = await judgeSet({ ...set, key: key.toString() }, now);
    expect(judged).toEqual({
      problems: ["ca-key.pem is encrypted; istiod reads keys without a passphrase only"],
    });
  });

  it("a key in SEC 1 form is fine, as istiod reads it", async () => {
    const key = createPrivateKey(set.key).export({ type: "sec1", format: "pem" }).toString();
    expect(await judgeSet({ ...set, key }, now)).not.toHaveProperty("problems");
  });
});
