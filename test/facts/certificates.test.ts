import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { certificatesOnly } from "../../src/facts/pem.ts";
import { slimFor } from "../../src/facts/slim.ts";
import { RESOURCES } from "../../src/model/resource.ts";
import { factOf, forbid, memorySource, valueOf } from "../support/source.ts";

/** DER that begins like a certificate: SEQUENCE { SEQUENCE { [0] { INTEGER 2 } … } … }. */
const DER = Buffer.from("308200103082000ca003020102", "hex").toString("base64");
const pem = (body = DER, label = "CERTIFICATE") =>
  `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;
const base64 = (text: string) => Buffer.from(text).toString("base64");

const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const pkcs8 = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const keyBody = pkcs8.split("\n")[1] ?? "";

describe("certificatesOnly", () => {
  it.each([
    ["empty", "", ""],
    ["one", pem(), pem()],
    ["CRLF", pem().replaceAll("\n", "\r\n"), pem()],
    ["text around", `Subject: x\n${pem()}trailing garbage`, pem()],
    ["several without line breaks between", `${pem().trim()}${pem().trim()}`, pem() + pem()],
    ["no PEM", "garbage", ""],
    ["a key beside it", `${pem()}${pkcs8}${pem()}`, pem() + pem()],
    ["a broken certificate", pem("????"), pem("").replace("\n\n", "\n")],
    ["one cut off", `-----BEGIN CERTIFICATE-----\n${DER}`, `-----BEGIN CERTIFICATE-----\n${DER}\n`],
    [
      "one cut off before a key",
      `-----BEGIN CERTIFICATE-----\n${DER}\n${pkcs8}`,
      `-----BEGIN CERTIFICATE-----\n${DER}\n`,
    ],
    ["another label", pem(DER, "TRUSTED CERTIFICATE"), ""],
  ])("%s", (_, text, expected) => {
    expect(certificatesOnly(text)).toBe(expected);
    expect(certificatesOnly(expected)).toBe(expected);
  });

  it("drops keys of every kind under a certificate's heading", () => {
    const rsa = generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey;
    const ed25519 = generateKeyPairSync("ed25519").privateKey;
    const options = { format: "der" } as const;
    const ders = [
      privateKey.export({ ...options, type: "sec1" }),
      privateKey.export({ ...options, type: "pkcs8" }),
      rsa.export({ ...options, type: "pkcs1" }),
      rsa.export({ ...options, type: "pkcs8" }),
      ed25519.export({ ...options, type: "pkcs8" }),
      rsa.export({ ...options, type: "pkcs8", cipher: "aes-256-cbc", passphrase: "x" }),
    ];
    for (const der of ders) {
      const body = der.toString("base64");
      expect(certificatesOnly(pem(body))).not.toContain(body.slice(0, 40));
    }
  });
});

function secret(name: string, data: Record<string, string>, more: object = {}) {
  return { kind: "Secret", metadata: { name, namespace: "istio-system" }, data, ...more };
}

const CACERTS = {
  "ca-cert.pem": base64(pem()),
  "ca-key.pem": base64(pkcs8),
  "cert-chain.pem": base64(pem() + pem()),
  "root-cert.pem": base64(pem()),
};

describe("intermediate", () => {
  it("is of Secret cacerts", async () => {
    const { source, reader } = memorySource({ objects: [secret("cacerts", CACERTS)] });
    expect(await source.fact("intermediate")).toEqual({
      ok: true,
      value: {
        secret: "cacerts",
        certificate: pem(),
        chain: pem() + pem(),
        root: pem(),
        keys: ["ca-cert.pem", "cert-chain.pem", "root-cert.pem"],
      },
    });
    expect(reader.requests).not.toContain("get istio-system/secrets/istio-ca-secret");
  });

  it("is of its TLS form when that is there", async () => {
    const tls = { ...CACERTS, "tls.crt": base64(pem()), "tls.key": base64(pkcs8) };
    const found = await valueOf("intermediate", { objects: [secret("cacerts", tls)] });
    expect(found).toMatchObject({ certificate: pem(), chain: pem() });
    expect(found).not.toHaveProperty("root");
    const whole = { ...tls, "ca.crt": base64(pem()) };
    expect(await valueOf("intermediate", { objects: [secret("cacerts", whole)] })).toMatchObject({
      chain: pem() + pem(),
      root: pem(),
    });
  });

  it("is of istio-ca-secret else, or of none", async () => {
    const objects = [secret("istio-ca-secret", { "ca-cert.pem": base64(pem()) })];
    expect(await valueOf("intermediate", { objects })).toEqual({
      secret: "istio-ca-secret",
      certificate: pem(),
      keys: ["ca-cert.pem"],
    });
    expect(await valueOf("intermediate", {})).toEqual({ secret: "none", keys: [] });
  });

  it("is read in the istio namespace", async () => {
    const { source, reader } = memorySource({}, { istioNamespace: "mine" });
    await source.fact("intermediate");
    await source.fact("rootCertificate");
    expect(reader.requests).toEqual([
      "get mine/secrets/cacerts",
      "get mine/secrets/istio-ca-secret",
      "get mine/configmaps/istio-ca-root-cert",
    ]);
  });

  it("is not known when a Secret may not be read", async () => {
    const one = await factOf("intermediate", {
      refuse: forbid("get istio-system/secrets/cacerts"),
    });
    expect(one).toMatchObject({ ok: false, why: "forbidden" });
    const two = await factOf("intermediate", {
      refuse: forbid("get istio-system/secrets/istio-ca-secret"),
    });
    expect(two).toMatchObject({ ok: false, why: "forbidden" });
  });

  it("tells an empty key from a missing one, and survives what is not base64", async () => {
    const data = { "ca-cert.pem": "%%%", "cert-chain.pem": "" };
    expect(await valueOf("intermediate", { objects: [secret("cacerts", data)] })).toEqual({
      secret: "cacerts",
      certificate: "",
      chain: "",
      keys: ["ca-cert.pem", "cert-chain.pem"],
    });
    const odd = {
      kind: "Secret",
      metadata: { name: "cacerts", namespace: "istio-system" },
      data: 1,
    };
    expect(await valueOf("intermediate", { objects: [odd] })).toEqual({
      secret: "cacerts",
      keys: [],
    });
  });

  it("takes stringData of a manifest", async () => {
    const object = secret(
      "cacerts",
      {},
      { stringData: { "ca-cert.pem": pem(), "ca-key.pem": pkcs8 } },
    );
    expect(await valueOf("intermediate", { objects: [object] })).toEqual({
      secret: "cacerts",
      certificate: pem(),
      keys: ["ca-cert.pem"],
    });
  });

  it("never holds a private key, wherever it was pasted", async () => {
    const data = {
      "ca-cert.pem": base64(pem() + pkcs8),
      "cert-chain.pem": base64(pkcs8),
      "root-cert.pem": base64(pem(keyBody)),
      "ca-key.pem": base64(pkcs8),
      password: base64("hunter2"),
    };
    const object = secret("cacerts", data, {
      stringData: { "tls.crt": pkcs8, more: "hunter2" },
      metadata: {
        name: "cacerts",
        namespace: "istio-system",
        annotations: {
          "kubectl.kubernetes.io/last-applied-configuration": `{"data":"${keyBody}"}`,
        },
      },
    });
    const fact = await valueOf("intermediate", { objects: [object] });
    const kept = slimFor(RESOURCES.secrets)(object);
    const slim = JSON.stringify(kept);
    const texts = [JSON.stringify(fact), slim, Buffer.from(slim, "base64").toString()];
    for (const data64 of Object.values((kept["data"] ?? {}) as Record<string, string>)) {
      texts.push(Buffer.from(data64, "base64").toString());
    }
    for (const text of texts) {
      expect(text).not.toContain(keyBody.slice(0, 30));
      expect(text).not.toContain("PRIVATE KEY");
      expect(text).not.toContain("hunter2");
    }
    expect(fact.keys).not.toContain("password");
  });
});

const configMap = (data?: unknown) => ({
  kind: "ConfigMap",
  metadata: { name: "istio-ca-root-cert", namespace: "istio-system" },
  data,
});

describe("rootCertificate", () => {
  it("is root-cert.pem of the ConfigMap", async () => {
    const objects = [configMap({ "root-cert.pem": `${pem()}${pkcs8}` })];
    expect(await valueOf("rootCertificate", { objects })).toEqual({ pem: pem() });
    expect(await valueOf("rootCertificate", { objects: [configMap()] })).toEqual({});
  });

  it("says why it could not be read", async () => {
    expect(await valueOf("rootCertificate", {})).toEqual({ missing: true });
    const refuse = forbid("get istio-system/configmaps");
    expect(await factOf("rootCertificate", { refuse })).toMatchObject({ why: "forbidden" });
  });
});
