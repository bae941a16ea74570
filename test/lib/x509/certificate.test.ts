import { X509Certificate } from "node:crypto";
import { fromBER, Integer } from "asn1js";
import { AttributeTypeAndValue, Certificate, RelativeDistinguishedNames } from "pkijs";
import { describe, expect, test } from "vitest";
import { parseCertificate, type ParsedCertificate } from "../../../src/lib/x509/certificate.ts";
import { nameKey, nameText } from "../../../src/lib/x509/names.ts";
import { makeIntermediate, makeRoot, type Authority } from "../../support/certificates.ts";
import { NOW } from "../../support/facts.ts";

function parsed({ der }: Authority): ParsedCertificate {
  const certificate = parseCertificate(der);
  if (typeof certificate === "string") throw new Error(certificate);
  return certificate;
}

/** A common name that is an integer. */
function numberAsName(number: number): RelativeDistinguishedNames {
  const value = fromBER(new Integer({ value: number }).toBER()).result as never;
  return new RelativeDistinguishedNames({
    typesAndValues: [new AttributeTypeAndValue({ type: "2.5.4.3", value })],
  });
}

describe("what is read of a certificate", () => {
  test("an intermediate", async () => {
    const made = await makeIntermediate(await makeRoot(), "west", { serial: "0a0b" });
    const native = new X509Certificate(made.der);
    expect(parsed(made).facts).toEqual({
      sha256: native.fingerprint256.replaceAll(":", "").toLowerCase(),
      subject: "CN=Intermediate CA,O=Istio,L=west",
      issuer: "CN=Root CA,O=Istio",
      serial: "0a0b",
      notBefore: NOW - 365 * 86_400_000,
      notAfter: NOW + 9 * 365 * 86_400_000,
      ca: true,
      pathLength: 0,
      keyUsage: ["digitalSignature", "nonRepudiation", "keyEncipherment", "keyCertSign"],
      selfSigned: false,
      key: "EC P-256",
    });
  });

  test.for([
    ["P-384", "EC P-384"],
    ["Ed25519", "Ed25519"],
    ["RSA 2048", "RSA 2048"],
  ] as const)("a root with a key %s", async ([key, text]) => {
    const { facts } = parsed(await makeRoot("Root CA", { key, keyUsage: null }));
    expect(facts).toMatchObject({ key: text, selfSigned: true });
    expect(facts).not.toHaveProperty("keyUsage");
    expect(facts).not.toHaveProperty("pathLength");
  });
});

describe("what is no certificate", () => {
  test.for([
    ["random bytes", new Uint8Array([1, 2, 3])],
    ["nothing", new Uint8Array()],
    ["an empty sequence", new Uint8Array([0x30, 0])],
  ] as const)("%s", ([, der]) => {
    expect(parseCertificate(der)).toBeTypeOf("string");
  });

  test("cut off, or with more after it", async () => {
    const { der } = await makeRoot();
    const problem = "is cut off or has data after the certificate";
    expect(parseCertificate(der.subarray(0, -5))).toBe(problem);
    expect(parseCertificate(new Uint8Array([...der, 0, 0]))).toBe(problem);
  });

  test("a change anywhere is taken without an exception", async () => {
    const { der } = await makeRoot();
    const results = Array.from(der, (byte, index) => {
      const changed = Uint8Array.from(der);
      changed[index] = byte ^ 0xff;
      return parseCertificate(changed);
    });
    expect(results.some((result) => typeof result === "string")).toBe(true);
    expect(results.some((result) => typeof result === "object")).toBe(true);
  });

  test("an extension twice", async () => {
    const made = Certificate.fromBER((await makeRoot()).der);
    made.extensions?.push(...made.extensions.slice(0, 1));
    const der = new Uint8Array(made.toSchema(true).toBER());
    expect(parseCertificate(der)).toBe("has an extension twice");
  });
});

describe("names", () => {
  test("common name first, unknown types by number, commas escaped", async () => {
    const { facts } = parsed(
      await makeRoot("x", { subject: String.raw`O=A\, B, 1.2.3.4=#0c0178, CN=Root` }),
    );
    expect(facts.subject).toBe(String.raw`CN=Root,O=A\, B,1.2.3.4=x`);
  });

  test("no name, and very long ones", async () => {
    expect(nameText(new RelativeDistinguishedNames())).toBe("(no name)");
    const long = parsed(await makeRoot("x".repeat(300)));
    expect(long.facts.subject).toHaveLength(257);
  });

  test("a value that is no text", () => {
    expect(nameText(numberAsName(5))).toBe("CN=?");
    expect(nameKey(numberAsName(5))).toBe(nameKey(numberAsName(5)));
    expect(nameKey(numberAsName(5))).not.toBe(nameKey(numberAsName(6)));
  });

  test("compare without letter case and width of spaces", async () => {
    const [a, b, c] = [
      parsed(await makeRoot("Root  CA")),
      parsed(await makeRoot("root ca")),
      parsed(await makeRoot("rootca")),
    ];
    expect(a.subject).toBe(b.subject);
    expect(a.subject).not.toBe(c.subject);
    expect(a.rules.subject.isEqual(b.rules.subject)).toBe(true);
    expect(a.rules.subject.isEqual(c.rules.subject)).toBe(false);
    expect(a.rules.subject.isEqual(new ArrayBuffer())).toBe(false);
  });
});
