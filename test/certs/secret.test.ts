import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { appended, bundled } from "../../src/certs/bundle.ts";
import type { MadeCertificate } from "../../src/certs/make.ts";
import { caSecret, completeSet, secretManifest } from "../../src/certs/secret.ts";
import { shownSecret } from "../../src/certs/shown.ts";
import type { SigningSet } from "../../src/certs/signing-set.ts";
import { PRIVATE_KEY, root, signingSet } from "../support/ca.ts";

let issuer: MadeCertificate;
let other: MadeCertificate;
let set: SigningSet;

beforeAll(async () => {
  [issuer, other] = await Promise.all([root(), root()]);
  set = await signingSet(issuer, "west");
});

const base64 = (text: string): string => Buffer.from(text).toString("base64");

describe("Secret cacerts", () => {
  it("is read as it was written, in both forms", () => {
    for (const form of ["istio", "tls"] as const) {
      const manifest = secretManifest("istio-system", set, { form });
      const read = caSecret("cacerts", { ...manifest });
      expect(read.form).toBe(form);
      expect(completeSet(read)).toEqual(set);
    }
  });

  it("in TLS form has the path to the root in tls.crt, and the roots in ca.crt", () => {
    const both = { ...set, roots: issuer.certificate + other.certificate };
    const { data } = secretManifest("istio-system", both, { form: "tls" });
    expect(data).toEqual({
      "tls.crt": base64(set.certificate),
      "tls.key": base64(set.key),
      "ca.crt": base64(both.roots),
    });
    // One that is its own root stays.
    const own = { ...set, certificate: issuer.certificate, chain: issuer.certificate };
    expect(secretManifest("istio-system", own, { form: "tls" }).data["tls.crt"]).toBe(
      base64(issuer.certificate),
    );
  });

  it("carries along since when its certificate signs", () => {
    const at = Date.parse("2026-01-02T03:04:05Z");
    const manifest = secretManifest("istio-system", set, { signingSince: at });
    const time = "2026-05-05T00:00:00Z";
    const managedFields = [
      { manager: "mc", operation: "Apply", time },
      { manager: "x", operation: "Update", time: "2026-04-04T00:00:00Z" },
    ];
    const stored = { ...manifest, metadata: { ...manifest.metadata, managedFields } };
    const read = caSecret("cacerts", stored);
    expect(read).toMatchObject({ signingSince: at, changedAt: Date.parse(time) });
    const without = { ...stored, metadata: { managedFields } };
    expect(caSecret("cacerts", without).signingSince).toBe(Date.parse(time));
    expect(caSecret("cacerts", {})).not.toHaveProperty("signingSince");
  });

  it("that istiod made itself is its own root", () => {
    const data = { "ca-cert.pem": base64(issuer.certificate), "ca-key.pem": base64(issuer.key) };
    const { certificate, key } = issuer;
    expect(completeSet(caSecret("istio-ca-secret", { data }))).toEqual({
      certificate,
      key,
      chain: certificate,
      roots: certificate,
    });
    expect(completeSet(caSecret("istio-ca-secret", {}))).toBeUndefined();
  });

  it("may be anything: nothing throws", () => {
    fc.assert(
      fc.property(fc.object({ maxDepth: 3 }), fc.anything(), (metadata, data) => {
        const object = { metadata, data };
        expect(() => completeSet(caSecret("cacerts", object))).not.toThrow();
        expect(() => shownSecret(object)).not.toThrow();
      }),
      { numRuns: 50 },
    );
  });
});

describe("what is shown of a Secret", () => {
  it("is its certificates, and of its key the fingerprint of the public one", () => {
    const manifest = secretManifest("istio-system", set, { signingSince: 0 });
    const annotations = {
      ...manifest.metadata.annotations,
      "kubectl.kubernetes.io/last-applied-configuration": JSON.stringify(manifest),
    };
    const data = { ...manifest.data, password: base64("hunter2"), "tls.key": base64("hunter2") };
    const shown = shownSecret({
      ...manifest,
      data,
      metadata: { ...manifest.metadata, annotations },
    });
    const text = JSON.stringify(shown);
    expect(text).not.toMatch(PRIVATE_KEY);
    expect(text).not.toContain("hunter2");
    expect(text).not.toContain(base64("hunter2"));
    expect(text).not.toContain(manifest.data["ca-key.pem"]);
    expect(shown).toMatchObject({
      metadata: { annotations: { "istio-mc/signing-since": "1970-01-01T00:00:00.000Z" } },
      data: {
        "ca-cert.pem": [
          expect.stringMatching(/^O=Istio,CN=Intermediate CA,L=west, until .* SHA-256/),
        ],
        "ca-key.pem": expect.stringMatching(/^private key, SHA-256 of its public key [\da-f]{64}$/),
        "tls.key": "(not shown)",
        password: "(not shown)",
      },
    });
  });

  it("says what is no certificate", () => {
    const pem = ["-----BEGIN CERTIFICATE-----", "AAAA", "-----END CERTIFICATE-----", ""].join("\n");
    expect(shownSecret({ data: { "ca-cert.pem": base64(pem) } })).toMatchObject({
      data: { "ca-cert.pem": [expect.stringMatching(/^not a certificate, SHA-256/)] },
    });
  });
});

describe("a bundle of roots", () => {
  it("keeps its own bytes when one is appended, with a line break between", () => {
    const [more] = bundled(other.certificate);
    if (!more) throw new Error("a certificate is expected");
    const odd = `# a comment\r\n${issuer.certificate.trimEnd()}`;
    const both = appended(odd, [more]);
    expect(both.startsWith(`${odd}\n-----BEGIN`)).toBe(true);
    expect(bundled(both).map(({ sha256 }) => sha256)).toEqual(
      [issuer, other].flatMap(({ certificate }) => bundled(certificate).map((one) => one.sha256)),
    );
    expect(appended("", [more])).toBe(other.certificate);
    expect(appended(issuer.certificate, [more])).toBe(issuer.certificate + other.certificate);
  });
});
