import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { slimFor } from "../../src/facts/slim.ts";
import type { RawObject } from "../../src/model/reader.ts";
import { RESOURCES } from "../../src/model/resource.ts";
import { makeRoot } from "../support/certificates.ts";
import { factOf, forbid, memorySource, valueOf } from "../support/source.ts";

const { pem: certificate } = await makeRoot();
const pem = (body?: string) =>
  body === undefined
    ? certificate
    : `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`;
/** What is kept of a key: that something was there. */
const OTHER = "-----BEGIN OTHER-----\n-----END OTHER-----\n";
const base64 = (text: string) => Buffer.from(text).toString("base64");

const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const pkcs8 = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const keyBody = pkcs8.split("\n")[1] ?? "";

function configMap(data?: unknown) {
  const metadata = { name: "istio-ca-root-cert", namespace: "istio-system" };
  return { kind: "ConfigMap", metadata, data };
}

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
        keys: ["ca-cert.pem", "ca-key.pem", "cert-chain.pem", "root-cert.pem"],
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
    expect(reader.requests.toSorted()).toEqual([
      "get mine/configmaps/istio-ca-root-cert",
      "get mine/secrets/cacerts",
      "get mine/secrets/istio-ca-secret",
      "list deployments app=istiod",
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
      lacks: ["ca-key.pem", "root-cert.pem"],
    });
    const odd = {
      kind: "Secret",
      metadata: { name: "cacerts", namespace: "istio-system" },
      data: 1,
    };
    expect(await valueOf("intermediate", { objects: [odd] })).toEqual({
      secret: "none",
      keys: [],
      passedOver: ["ca-cert.pem", "ca-key.pem", "cert-chain.pem", "root-cert.pem"],
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
      keys: ["ca-cert.pem", "ca-key.pem"],
      lacks: ["cert-chain.pem", "root-cert.pem"],
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

/** An istiod Deployment with these variables. */
function istiod(env: Record<string, string> = {}, version = "1.28.5") {
  const name = `istiod-${version.replaceAll(".", "-")}`;
  return {
    kind: "Deployment",
    metadata: { name, namespace: "istio-system", labels: { app: "istiod" } },
    spec: {
      template: {
        spec: {
          containers: [
            {
              name: "discovery",
              image: `registry.example/pilot:${version}`,
              env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
            },
          ],
        },
      },
    },
  };
}

const SELF_MADE = secret("istio-ca-secret", { "ca-cert.pem": base64(pem()), "ca-key.pem": "" });
const RECORDED = { dumps: true };

describe("which CA istiod signs with", () => {
  const objects = [secret("cacerts", CACERTS), SELF_MADE];

  it.each([
    [{ ENABLE_CA_SERVER: "false" }, "ENABLE_CA_SERVER=false, so an external CA signs"],
    [
      { EXTERNAL_CA: "ISTIOD_RA_KUBERNETES_API" },
      "EXTERNAL_CA=ISTIOD_RA_KUBERNETES_API, so an external CA signs",
    ],
    [{ ROOT_CA_DIR: "/etc/mine" }, "ROOT_CA_DIR=/etc/mine, so it loads its CA from there"],
  ])("another than the Secret's by %o", async (env, why) => {
    const fact = await valueOf("intermediate", { objects: [istiod(env), ...objects] });
    expect(fact).toEqual({
      secret: "none",
      keys: [],
      external: `istiod istio-system/istiod-1-28-5 has ${why}`,
    });
  });

  it.each([
    {},
    { ENABLE_CA_SERVER: "true" },
    { ENABLE_CA_SERVER: "nonsense" },
    { ROOT_CA_DIR: "./etc/cacerts" },
    { ROOT_CA_DIR: "/etc/cacerts/" },
    { EXTERNAL_CA: "" },
  ])("the Secret's by %o", async (env) => {
    const fact = await valueOf("intermediate", { objects: [istiod(env), ...objects] });
    expect(fact).toMatchObject({ secret: "cacerts", certificate: pem() });
    expect(fact).not.toHaveProperty("external");
  });

  it("an external one where there is no Secret, as far as istiod's arguments tell", async () => {
    const plain = istiod({});
    expect(await valueOf("intermediate", { objects: [plain] })).toEqual({
      secret: "none",
      keys: [],
    });
    const { spec, ...rest } = plain as unknown as { spec: { template: { spec: object } } };
    const withArguments = (...args: string[]) => ({
      ...rest,
      spec: {
        ...spec,
        template: {
          ...spec.template,
          spec: { containers: [{ name: "discovery", env: [], args: ["discovery", ...args] }] },
        },
      },
    });
    const files = ["--tlsCertFile=/tls/tls.crt", "--tlsKeyFile", "/tls/tls.key"];
    expect(await valueOf("intermediate", { objects: [withArguments(...files)] })).toEqual({
      secret: "none",
      keys: [],
      external:
        "there is neither Secret cacerts nor istio-ca-secret, and istiod istio-system/istiod-1-28-5 has its certificate from a file (--tlsCertFile=/tls/tls.crt), as istio-csr of cert-manager gives it: an external CA signs, as it seems",
    });
    // Its own certificate says nothing of what it signs with.
    const both = { objects: [withArguments(...files), ...objects] };
    expect(await valueOf("intermediate", both)).toMatchObject({ secret: "cacerts" });
    const one = { objects: [withArguments("--tlsCertFile=/tls/tls.crt", "--domain=x")] };
    expect(await valueOf("intermediate", one)).toEqual({ secret: "none", keys: [] });
  });

  it("the Secret's while one istiod of several signs with it", async () => {
    const both = [istiod({ ENABLE_CA_SERVER: "false" }), istiod({}, "1.27.1"), ...objects];
    expect(await valueOf("intermediate", { objects: both })).toMatchObject({ secret: "cacerts" });
  });

  it.each([
    ["without its key before 1.27", "1.26.4", ["ca-cert.pem", "cert-chain.pem", "root-cert.pem"]],
    ["without any file that it looks for", "1.28.5", []],
  ])("one that it made, if Secret cacerts is %s", async (_, version, keys) => {
    const cacerts = secret("cacerts", Object.fromEntries(keys.map((key) => [key, base64(pem())])));
    const fact = await valueOf("intermediate", {
      objects: [istiod({}, version), cacerts, SELF_MADE],
    });
    expect(fact).toMatchObject({ secret: "istio-ca-secret", certificate: pem() });
    expect(fact.passedOver).toContain("ca-key.pem");
    const refuse = forbid("get istio-system/secrets/istio-ca-secret");
    expect(
      await factOf("intermediate", { objects: [istiod({}, version), cacerts], refuse }),
    ).toMatchObject({ why: "forbidden" });
  });

  it("none without a key from 1.27 on: istiod does not start", async () => {
    const { "ca-key.pem": _, ...data } = CACERTS;
    const fact = await valueOf("intermediate", { objects: [istiod(), secret("cacerts", data)] });
    expect(fact).toMatchObject({ secret: "cacerts", lacks: ["ca-key.pem"] });
  });

  it("one that it made and keeps in cacerts, unless there is an istio-ca-secret", async () => {
    const uses = istiod({ USE_CACERTS_FOR_SELF_SIGNED_CA: "true" });
    const generated = secret("cacerts", { ...CACERTS, "istio-generated": "" });
    const fact = await valueOf("intermediate", { objects: [uses, generated] });
    expect(fact).toMatchObject({ secret: "cacerts" });
    const older = await valueOf("intermediate", { objects: [uses, generated, SELF_MADE] });
    expect(older).toMatchObject({ secret: "istio-ca-secret" });
    const unused = await valueOf("intermediate", { objects: [istiod(), generated, SELF_MADE] });
    expect(unused).toMatchObject({ secret: "cacerts" });
  });
});

describe("what a recording leaves open", () => {
  const { "ca-key.pem": _, ...withoutKey } = CACERTS;

  it("is whether there was a key, unless names were kept", async () => {
    const objects = [secret("cacerts", withoutKey)];
    const open = await valueOf("intermediate", { objects }, RECORDED);
    expect(open).not.toHaveProperty("lacks");
    const metadata = {
      name: "cacerts",
      namespace: "istio-system",
      annotations: { "mc.snapshot/key-names": "true" },
    };
    const kept = [secret("cacerts", withoutKey, { metadata })];
    expect(await valueOf("intermediate", { objects: kept }, RECORDED)).toMatchObject({
      lacks: ["ca-key.pem"],
    });
  });

  it("is not a file of certificates", async () => {
    const { "root-cert.pem": __, ...data } = withoutKey;
    const fact = await valueOf("intermediate", { objects: [secret("cacerts", data)] }, RECORDED);
    expect(fact).toMatchObject({ lacks: ["root-cert.pem"] });
  });

  it.each([base64("709 bytes long"), "709 bytes long", base64("REDACTED"), "*****"])(
    "is a value that was taken away: %s",
    async (value) => {
      const objects = [secret("cacerts", { ...CACERTS, "ca-cert.pem": value })];
      expect(await factOf("intermediate", { objects }, RECORDED)).toEqual({
        ok: false,
        why: "not-recorded",
        detail: "ca-cert.pem of Secret istio-system/cacerts is redacted in this recording",
      });
      const map = configMap({ "root-cert.pem": "709 bytes long" });
      expect(await factOf("rootCertificate", { objects: [map] }, RECORDED)).toMatchObject({
        why: "not-recorded",
      });
    },
  );

  it("is a Secret without any data", async () => {
    const objects = [{ kind: "Secret", metadata: { name: "cacerts", namespace: "istio-system" } }];
    expect(await factOf("intermediate", { objects }, RECORDED)).toMatchObject({
      why: "not-recorded",
      detail: "Secret istio-system/cacerts has no data in this recording",
    });
  });
});

describe("revocation lists", () => {
  const data = { ...CACERTS, "ca-crl.pem": base64("x") };

  it("are of a Secret in Istio's form from 1.27 on", async () => {
    const read = (deployment: object, object = secret("cacerts", data)) =>
      valueOf("intermediate", { objects: [deployment as RawObject, object] });
    expect(await read(istiod())).toHaveProperty("crl");
    expect(await read(istiod({}, "1.26.4"))).not.toHaveProperty("crl");
    expect(await read(istiod({ PILOT_ENABLE_CA_CRL: "false" }))).not.toHaveProperty("crl");
    const tls = { "tls.crt": "", "tls.key": "", "ca.crt": "", "ca-crl.pem": "" };
    expect(await read(istiod(), secret("cacerts", tls))).not.toHaveProperty("crl");
    expect(await valueOf("intermediate", { objects: [secret("cacerts", data)] })).toHaveProperty(
      "crl",
    );
  });
});

it("two files in a row are a chain as they stand: without a line end between they are glued", async () => {
  const tls = { "tls.crt": base64(pem().trimEnd()), "tls.key": "", "ca.crt": base64(pem()) };
  const { chain } = await valueOf("intermediate", { objects: [secret("cacerts", tls)] });
  expect(chain).toContain("-----END CERTIFICATE----------BEGIN CERTIFICATE-----");
});

describe("rootCertificate", () => {
  it("is root-cert.pem of the ConfigMap", async () => {
    const objects = [configMap({ "root-cert.pem": `${pem()}${pkcs8}` })];
    expect(await valueOf("rootCertificate", { objects })).toEqual({ pem: pem() + OTHER });
    expect(await valueOf("rootCertificate", { objects: [configMap()] })).toEqual({});
  });

  it("is in the ConfigMap that istiod names", async () => {
    const named = istiod({ PILOT_CA_CERT_CONFIGMAP: "roots" });
    const { metadata, ...rest } = configMap({ "root-cert.pem": pem() });
    const roots = { ...rest, metadata: { ...metadata, name: "roots" } };
    expect(await valueOf("rootCertificate", { objects: [named, configMap(), roots] })).toEqual({
      pem: pem(),
      configMap: "roots",
    });
    expect(await valueOf("rootCertificate", { objects: [named, configMap()] })).toEqual({
      missing: true,
      configMap: "roots",
    });
  });

  it("says why it could not be read", async () => {
    expect(await valueOf("rootCertificate", {})).toEqual({ missing: true });
    const refuse = forbid("get istio-system/configmaps");
    expect(await factOf("rootCertificate", { refuse })).toMatchObject({ why: "forbidden" });
  });
});
