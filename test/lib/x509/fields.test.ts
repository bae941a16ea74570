import { OctetString } from "asn1js";
import { AuthorityKeyIdentifier, BasicConstraints, Certificate } from "pkijs";
import { describe, expect, test } from "vitest";
import { parseCertificate } from "../../../src/lib/x509/certificate.ts";
import { elementAt, elementsIn, integerOf, oidText } from "../../../src/lib/x509/der.ts";
import {
  readBasicConstraints,
  readBits,
  readFields,
  type CertificateFields,
} from "../../../src/lib/x509/fields.ts";
import {
  DAY,
  makeIntermediate,
  makeRoot,
  unknownExtension,
  type Authority,
} from "../../support/certificates.ts";
import { NOW } from "../../support/facts.ts";

function bytes(...values: number[]): Uint8Array {
  return Uint8Array.from(values);
}

function hex(octets: OctetString | undefined): string | undefined {
  return octets && Buffer.from(octets.valueBlock.valueHexView).toString("hex");
}

/** What pkijs reads of a certificate, in our words. */
function byLibrary(der: Uint8Array): object {
  const certificate = Certificate.fromBER(der);
  const extensions = certificate.extensions ?? [];
  const value = (oid: string): unknown =>
    extensions.find(({ extnID }) => extnID === oid)?.parsedValue;
  const constraints = value("2.5.29.19");
  const [keyId, authority] = [value("2.5.29.14"), value("2.5.29.35")];
  const ca = constraints instanceof BasicConstraints && constraints.cA;
  return {
    versionOne: certificate.version === 0,
    signatureAlgorithm: certificate.signatureAlgorithm.algorithmId,
    notBefore: certificate.notBefore.value.getTime(),
    notAfter: certificate.notAfter.value.getTime(),
    extensions: extensions.map(({ extnID, critical }) => ({ oid: extnID, critical })),
    issuer: certificate.issuer.typesAndValues.map(({ type }) => type),
    subject: certificate.subject.typesAndValues.map(({ type }) => type),
    ca,
    pathLength: ca ? constraints.pathLenConstraint : undefined,
    keyId: keyId instanceof OctetString ? hex(keyId) : undefined,
    issuerKeyId:
      authority instanceof AuthorityKeyIdentifier ? hex(authority.keyIdentifier) : undefined,
  };
}

function byUs(der: Uint8Array): object {
  const fields: CertificateFields = readFields(der);
  const parsed = parseCertificate(der);
  if (typeof parsed === "string") throw new Error(parsed);
  return {
    ...fields,
    issuer: fields.issuer.map(({ type }) => type),
    subject: fields.subject.map(({ type }) => type),
    extensions: fields.extensions.map(({ oid, critical }) => ({ oid, critical })),
    ca: parsed.facts.ca,
    pathLength: parsed.facts.pathLength,
    keyId: parsed.keyId,
    issuerKeyId: parsed.issuerKeyId,
  };
}

describe("what a certificate says of itself", () => {
  const root = makeRoot();
  const made: [string, () => Promise<Authority>][] = [
    ["a root", () => root],
    ["an intermediate", async () => makeIntermediate(await root, "west")],
    ["RSA", () => makeRoot("Root", { key: "RSA 2048" })],
    ["Ed25519, no key identifiers", () => makeRoot("", { key: "Ed25519", withoutKeyIds: true })],
    ["no CA", async () => makeIntermediate(await root, "a", { ca: false, keyUsage: null })],
    ["no basic constraints", async () => makeIntermediate(await root, "a", { ca: null })],
    ["dates after 2050", () => makeRoot("Late", { notAfter: NOW + 20_000 * DAY })],
    ["dates before 2000", () => makeRoot("Early", { notBefore: NOW - 15_000 * DAY })],
    ["a large path length", () => makeRoot("Long", { pathLength: 70_000 })],
    [
      "unknown extensions, parts of a name that nobody knows",
      () =>
        makeRoot("x", {
          subject: "2.999.1=#0c0178, DC=example, CN=x",
          extensions: [unknownExtension(true)],
        }),
    ],
  ];

  test.for(made)("is what pkijs reads: %s", async ([, make]) => {
    const { der } = await make();
    expect(byUs(der)).toEqual(byLibrary(der));
  });
});

describe("dates", () => {
  test.for([
    "260230010101Z", // 30 February
    "261301010101Z",
    "260101010160Z",
    "2601010101+01",
    "26010101010xZ",
  ])("%s is none", async (text) => {
    const { der } = await makeRoot();
    const changed = Buffer.from(der);
    changed.write(text, changed.indexOf(Buffer.from([0x17, 13])) + 2, "latin1");
    expect(parseCertificate(changed)).toBe("has a date that is none");
  });
});

describe("DER", () => {
  test("lengths of one byte and of several", () => {
    expect(elementAt(bytes(4, 1, 7, 9), 0).value).toEqual(bytes(7));
    expect(elementAt(bytes(4, 0x82, 0, 1, 7), 0)).toMatchObject({ tag: 4, value: bytes(7) });
    expect(elementsIn(bytes(4, 0, 5, 0)).map(({ tag }) => tag)).toEqual([4, 5]);
  });

  test.for([
    ["nothing", []],
    ["a tag alone", [4]],
    ["cut off", [4, 2, 1]],
    ["a length that is cut off", [4, 0x84, 1]],
    ["a length without end", [0x30, 0x80, 0, 0]],
    ["a long tag", [0x1f, 0x81, 0x01, 0]],
    ["a huge length", [4, 0xff, ...Array.from({ length: 127 }, () => 0xff)]],
  ] as const)("%s is no element", ([, values]) => {
    expect(() => elementAt(bytes(...values), 0)).toThrow("malformed");
  });

  test("object identifiers", () => {
    expect(oidText(bytes(0x55, 0x1d, 0x13))).toBe("2.5.29.19");
    expect(oidText(bytes(0x88, 0x37, 0x01))).toBe("2.999.1");
    expect(oidText(bytes(0x00))).toBe("0.0");
    const large = bytes(0x2a, ...Array.from({ length: 12 }, () => 0xff), 0x01);
    expect(oidText(large)).toBe(Buffer.from(large).toString("hex"));
    expect(oidText(bytes())).toBe("0.0");
  });

  test("integers", () => {
    expect(integerOf(bytes(0x7f))).toBe(127);
    expect(integerOf(bytes(0x01, 0x00))).toBe(256);
    expect(integerOf(bytes(0xff))).toBe(-1);
    expect(integerOf(bytes())).toBeUndefined();
    expect(integerOf(bytes(1, 2, 3, 4, 5))).toBeUndefined();
  });
});

describe("values that are not what they should be", () => {
  test("basic constraints", () => {
    expect(readBasicConstraints(bytes(0x30, 0))).toEqual({ ca: false });
    expect(readBasicConstraints(bytes(0x30, 3, 1, 1, 0))).toEqual({ ca: false });
    expect(readBasicConstraints(bytes(0x30, 3, 1, 1, 0xff))).toEqual({ ca: true });
    const long = bytes(0x30, 10, 1, 1, 0xff, 2, 5, 1, 1, 1, 1, 1);
    expect(readBasicConstraints(long)).toEqual({ ca: true });
    expect(() => readBasicConstraints(bytes(0x30, 6, 1, 1, 0xff, 4, 1, 0))).toThrow("malformed");
    expect(() => readBasicConstraints(bytes(0x31, 0))).toThrow("malformed");
    expect(() => readBasicConstraints(bytes(0x30, 0, 0))).toThrow("malformed");
  });

  test("bits", () => {
    expect(readBits(bytes(3, 2, 1, 0x06))).toEqual(bytes(0x06));
    expect(() => readBits(bytes(3, 0))).toThrow("malformed");
    expect(() => readBits(bytes(3, 2, 8, 0x06))).toThrow("malformed");
  });

  test.for([
    ["nothing in it", [0x30, 0]],
    ["no fields", [0x30, 4, 0x30, 0, 0x30, 0]],
  ] as const)("a certificate with %s", ([, values]) => {
    expect(() => readFields(bytes(...values))).toThrow("malformed");
  });
});
