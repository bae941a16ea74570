import { generateKeyPairSync } from "node:crypto";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { check } from "../../src/engine/check.ts";
import { at } from "../../src/lib/json.ts";
import type { ClusterReader, RawObject } from "../../src/model/reader.ts";
import { RESOURCES, type Resource } from "../../src/model/resource.ts";
import { record, writeRecordings } from "../../src/readers/record.ts";
import { redactDebug } from "../../src/readers/record/debug.ts";
import { scrubText } from "../../src/readers/record/secret-text.ts";
import { redactObject } from "../../src/readers/redact.ts";
import { makeRoot } from "../support/certificates.ts";
import { recordedClusters, SCENARIO_NAMES } from "../support/scenario.ts";
import { directory, filesUnder } from "./temp.ts";

const KEY = generateKeyPairSync("ec", {
  namedCurve: "P-256",
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
}).privateKey;
const KEY_BODY = KEY.split("\n")[1] ?? "";
const TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJwbGFudGVkIn0.c2lnbmF0dXJlLXBsYW50ZWQ";
const KUBECONFIG = `apiVersion: v1
kind: Config
clusters:
- {name: c, cluster: {server: "https://planted.example:6443"}}
users:
- {name: u, user: {token: planted-plain, client-key-data: cGxhbnRlZA==}}
`;

/** Every form in which a planted secret may turn up. */
const PLANTED = [
  "hunter2",
  "planted",
  KEY_BODY,
  KEY_BODY.slice(10, 40),
  TOKEN,
  ...["hunter2", "planted", KEY, TOKEN, KUBECONFIG].map((text) => {
    const encoded = Buffer.from(text).toString("base64");
    // PEM texts begin alike.
    return text === KEY ? encoded.slice(60, 90) : encoded.slice(0, 8);
  }),
].map((text) => text.toLowerCase());

/** Planted secrets that the text still has. */
function leaks(text: string): string[] {
  const lower = text.toLowerCase();
  return PLANTED.filter((secret) => lower.includes(secret));
}

/** What is kept of a key beside certificates: that there was something. */
const OTHER = "-----BEGIN OTHER-----\n-----END OTHER-----\n";
const base64 = (text: string): string => Buffer.from(text).toString("base64");

let pem = "";
beforeAll(async () => {
  ({ pem } = await makeRoot());
});

function data(object: RawObject): Record<string, string> {
  return at(redactObject(RESOURCES.secrets, object), "data") as Record<string, string>;
}

describe("Secrets", () => {
  test("keep certificates, written anew, and nothing else", () => {
    const redacted = redactObject(RESOURCES.secrets, {
      metadata: { name: "cacerts", namespace: "istio-system" },
      type: "Opaque",
      data: {
        "ca-cert.pem": base64(`hunter2\r\n${pem.replaceAll("\n", "\r\n")}\r\n${KEY}hunter2`),
        "ca-key.pem": base64(KEY),
        "cert-chain.pem": "",
        "root-cert.pem": base64(
          `-----BEGIN CERTIFICATE-----\n${base64("hunter2")}\n-----END CERTIFICATE-----`,
        ),
        "istio-generated": base64("hunter2"),
        hunter2: "",
      },
      stringData: { "tls.key": KEY, "tls.crt": `${KEY}${pem}` },
    });
    const kept = redacted["data"] as Record<string, string>;
    const plain = redacted["stringData"] as Record<string, string>;
    expect(Object.keys(kept).toSorted()).toEqual([
      "ca-cert.pem",
      "ca-key.pem",
      "cert-chain.pem",
      "istio-generated",
      "root-cert.pem",
    ]);
    expect(kept["ca-key.pem"]).toBe("");
    expect(plain).toEqual({ "tls.crt": OTHER + pem, "tls.key": "" });
    const texts = Object.fromEntries(
      Object.entries(kept).map(([key, value]) => [key, Buffer.from(value, "base64").toString()]),
    );
    expect(texts["ca-cert.pem"]).toBe(`${pem}${OTHER}`.trimEnd());
    // Something that is no certificate is not the same as nothing.
    expect(texts["root-cert.pem"]).toBe(
      "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----",
    );
    expect(texts["cert-chain.pem"]).toBe("");
    expect(leaks(JSON.stringify({ redacted, texts }))).toEqual([]);
  });

  test("what hides behind a certificate's own bytes is not kept", () => {
    const der = Buffer.from(pem.replaceAll(/-----.*-----|\s/g, ""), "base64");
    const stuffed = Buffer.concat([der, Buffer.from(KEY)]).toString("base64");
    const text = `-----BEGIN CERTIFICATE-----\n${stuffed}\n-----END CERTIFICATE-----\n`;
    const kept = data({ metadata: { name: "s" }, data: { "tls.crt": base64(text) } });
    expect(leaks(Buffer.from(kept["tls.crt"] ?? "", "base64").toString())).toEqual([]);
  });

  test("of a CA's Secret it is said that no name of a private file was left out", () => {
    const marked = (name: string, isWhole = true): unknown =>
      at(
        redactObject(RESOURCES.secrets, { metadata: { name } }, isWhole),
        "metadata",
        "annotations",
      );
    // Another recording may have left it out.
    expect(marked("cacerts", false)).toBeUndefined();
    expect(marked("cacerts")).toEqual({ "mc.snapshot/key-names": "true" });
    expect(marked("istio-ca-secret")).toEqual(marked("cacerts"));
    expect(marked("other")).toBeUndefined();
  });

  test("a remote secret keeps its name and the cluster that it is for", () => {
    const redacted = redactObject(RESOURCES.secrets, {
      metadata: {
        name: "istio-remote-secret-west",
        labels: { "istio/multiCluster": "true" },
        annotations: { "networking.istio.io/cluster": "west", other: "hunter2" },
      },
      data: { west: base64(KUBECONFIG) },
    });
    expect(redacted).toEqual({
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        name: "istio-remote-secret-west",
        labels: { "istio/multiCluster": "true" },
        annotations: { "networking.istio.io/cluster": "west" },
      },
      data: { west: { unreadable: "its chosen context leads to no cluster" } },
    });
  });

  test.each([5, [], { data: 7 }, { data: { "tls.crt": 8 } }])("take anything: %j", (object) => {
    expect(leaks(JSON.stringify(redactObject(RESOURCES.secrets, object as RawObject)))).toEqual([]);
  });
});

describe("other objects", () => {
  test("a ConfigMap's kubeconfigs, keys and tokens, however they are written", () => {
    const redacted = redactObject(RESOURCES.configMaps, {
      metadata: { name: "c", annotations: { a: "hunter2" } },
      data: {
        AMBIENT_DNS_CAPTURE: "true",
        "root-cert.pem": `${pem}${KEY}`,
        kubeconfig: KUBECONFIG,
        config: JSON.stringify({ kind: "Config", users: [{ user: { token: "planted" } }] }),
        encoded: base64(KUBECONFIG),
        TOKEN: "hunter2",
        url: "https://me:hunter2@registry.example/",
        line: "user=x password=hunter2 y",
        header: `Bearer ${TOKEN}`,
        mesh: "trustDomain: td\nextensionProviders:\n- token: hunter2\n",
        meshNetworks: "a: hunter2\nb: c\n",
      },
      binaryData: { x: base64("hunter2") },
    });
    expect(leaks(JSON.stringify(redacted))).toEqual([]);
    expect(redacted).toMatchObject({ data: { AMBIENT_DNS_CAPTURE: "true" } });
    expect(at(redacted, "data", "root-cert.pem")).toBe(pem + OTHER);
  });

  test("a Gateway's fields but for managers, and annotations that mean something", () => {
    const redacted = redactObject(RESOURCES.gateways, {
      apiVersion: "gateway.networking.k8s.io/v1beta1",
      kind: "Gateway",
      metadata: {
        name: "g",
        namespace: "n",
        resourceVersion: "7",
        annotations: {
          "gateway.istio.io/trust-domain": "td",
          "peering.solo.io/data-plane-service-type": "NodePort",
          "gateway.istio.io/token": "hunter2",
          "example.com/note": "hunter2",
          "kubectl.kubernetes.io/last-applied-configuration": '{"a":"hunter2"}',
        },
        managedFields: [
          { manager: "mc", operation: "Apply", time: "2026-01-01T00:00:00Z", fieldsV1: { a: 1 } },
          { manager: "istio", operation: "Update", subresource: "status" },
        ],
      },
      spec: {
        gatewayClassName: "istio-remote",
        addresses: [{ type: "IPAddress", value: "192.0.2.1" }],
        listeners: [
          {
            name: "xds-tls",
            port: 15012,
            protocol: "TLS",
            tls: { mode: "Passthrough", x: "hunter2" },
          },
        ],
        infrastructure: { annotations: { a: "hunter2" } },
      },
    });
    expect(leaks(JSON.stringify(redacted))).toEqual([]);
    expect(JSON.parse(JSON.stringify(redacted))).toEqual({
      apiVersion: "gateway.networking.k8s.io/v1beta1",
      kind: "Gateway",
      metadata: {
        name: "g",
        namespace: "n",
        annotations: {
          "gateway.istio.io/trust-domain": "td",
          "peering.solo.io/data-plane-service-type": "NodePort",
        },
        managedFields: [{ manager: "mc" }, { manager: "istio", subresource: "status" }],
      },
      spec: {
        gatewayClassName: "istio-remote",
        addresses: [{ type: "IPAddress", value: "192.0.2.1" }],
        listeners: [
          { name: "xds-tls", port: 15012, protocol: "TLS", tls: { mode: "Passthrough" } },
        ],
      },
    });
  });

  test("variables whose names say that they are secret, wherever they are set", () => {
    const spec = {
      containers: [
        {
          name: "discovery",
          env: [
            { name: "CLUSTER_ID", value: "west" },
            { name: "SOLO_LICENSE_KEY", value: "hunter2" },
            { name: "PLAIN", value: "hunter2" },
            { name: "X", valueFrom: { secretKeyRef: { name: "license", key: "key" } } },
          ],
          args: ["--token=hunter2"],
        },
      ],
    };
    for (const [resource, object] of [
      [RESOURCES.pods, { spec }],
      [RESOURCES.deployments, { spec: { template: { spec } } }],
    ] as const) {
      const metadata = { name: "istiod", namespace: "istio-system" };
      const text = JSON.stringify(redactObject(resource, { metadata, ...object }));
      expect(leaks(text)).toEqual([]);
      expect(text).toContain("west");
    }
  });

  test("of a type that no fact reads, the name", () => {
    const resource: Resource = { ...RESOURCES.pods, plural: "widgets", kind: "Widget" };
    expect(
      redactObject(resource, { metadata: { name: "w", namespace: "n" }, spec: { a: "hunter2" } }),
    ).toEqual({ apiVersion: "v1", kind: "Widget", metadata: { name: "w", namespace: "n" } });
  });
});

describe("debug answers", () => {
  test("of known paths keep what facts read", () => {
    expect(redactDebug("debug/license", { State: "OK", Product: "p", Key: "hunter2" })).toEqual({
      State: "OK",
      Product: "p",
    });
    const syncz = [
      { cluster_id: "b", proxy: "p", proxy_type: "istiod", nonce: "hunter2" },
      { cluster_id: "a", istio_version: "1.28" },
      null,
    ];
    expect(redactDebug("debug/syncz", syncz)).toEqual([
      { cluster_id: "a", istio_version: "1.28" },
      { cluster_id: "b", proxy: "p", proxy_type: "istiod" },
      {},
    ]);
    expect(redactDebug("debug/syncz", "hunter2")).toEqual({});
    expect(redactDebug("debug/license", [KEY])).toEqual({});
  });

  test("of ztunnel keep its identity and the roots that it trusts", () => {
    const chain = { pem: base64(`${pem}${KEY}`) };
    const dump = {
      config: { network: "n", clusterId: "c", caToken: "hunter2" },
      certificates: [
        { identity: "x", certChain: [chain], rootCerts: [chain, { pem }, { pem: 5 }] },
        { rootCerts: [chain] },
      ],
      workloads: ["hunter2"],
    };
    const kept = redactDebug("config_dump", dump);
    expect(kept).toMatchObject({
      config: { network: "n", clusterId: "c" },
      certificates: [
        { rootCerts: [{ pem }, { pem: pem + OTHER }] },
        { rootCerts: [{ pem: pem + OTHER }] },
      ],
    });
    expect(leaks(JSON.stringify(kept))).toEqual([]);
  });

  test("of other paths lose what says that it is secret, or looks so", () => {
    const kept = redactDebug("debug/other", {
      list: [{ apiToken: "hunter2", secretName: "ns/name", text: `see ${TOKEN}` }, null, 5],
    });
    expect(kept).toEqual({
      list: [{ apiToken: "REDACTED", secretName: "ns/name", text: "see REDACTED" }, null, 5],
    });
  });
});

test("messages of pods are left as they are", () => {
  for (const text of [
    'secret "license" not found',
    "failed to fetch anonymous token: unexpected status from GET request to https://a.example/token?scope=x",
    "couldn't find key license in Secret istio-system/license",
    "back-off 5m0s restarting failed container=discovery pod=istiod-6d9cdf88cf-l47tf",
    `registry.example/pilot@sha256:${"a1".repeat(32)}`,
    "Unauthorized",
  ]) {
    expect(scrubText(text)).toBe(text);
  }
});

async function recorded(readers: readonly ClusterReader[]): Promise<string> {
  const recorders = readers.map((reader) => record(reader));
  await check(
    recorders.map(({ reader }) => reader),
    { precheck: false, concurrency: 4 },
  );
  const path = join(directory(), "out");
  await writeRecordings(recorders, { kind: "directory", path });
  return Object.entries(filesUnder(path)).flat().join("\n");
}

/** The object with secrets wherever an object may have some. */
function planted(object: RawObject): RawObject {
  const copy = structuredClone(object) as Record<string, Record<string, unknown>>;
  const metadata = copy["metadata"] ?? {};
  metadata["annotations"] = {
    ...(metadata["annotations"] as object),
    "kubectl.kubernetes.io/last-applied-configuration": '{"token":"hunter2"}',
    "example.com/license-key": "hunter2",
  };
  metadata["managedFields"] = [{ manager: "hunter-x", fieldsV1: { "f:hunter2": {} } }];
  const template = at(copy, "spec", "template", "spec") ?? copy["spec"];
  for (const container of (at(template, "containers") ?? []) as Record<string, unknown>[]) {
    container["env"] = [
      ...((container["env"] as unknown[] | undefined) ?? []),
      { name: "SOLO_LICENSE_KEY", value: "hunter2" },
      { name: "DATABASE_URL", value: "postgres://me:hunter2@db" },
    ];
    container["args"] = ["--password=hunter2"];
  }
  if (object["kind"] === "ConfigMap") {
    copy["data"] = { ...copy["data"], kubeconfig: KUBECONFIG, short: base64(KUBECONFIG), TOKEN };
  }
  if (object["kind"] === "Secret") {
    const key = base64(KEY);
    copy["data"] = {
      ...copy["data"],
      "ca-key.pem": key,
      "tls.key": key,
      west: base64(KUBECONFIG),
    };
  }
  return copy;
}

describe("recordings", () => {
  test.each(SCENARIO_NAMES)("%s: nothing in it looks like a secret", async (scenario) => {
    const text = await recorded(await recordedClusters(scenario));
    expect(text).not.toMatch(/PRIVATE KEY|last-applied|LICENSE_KEY|resourceVersion|\beyJ/);
    expect(text).not.toMatch(/(ca-key\.pem|tls\.key): (?!['"]{2}\n)|client-key-data/);
  });

  test.each(["healthy", "broken", "flat-network"])(
    "%s: no planted secret is in it",
    async (name) => {
      const readers = (await recordedClusters(name)).map((reader): ClusterReader => {
        const { context, contextArgument = "x" } = reader;
        return {
          context,
          contextArgument,
          kind: "live",
          now: () => reader.now(),
          connect: () => reader.connect(),
          close: () => reader.close(),
          list: async (resource, options) => {
            const answer = await reader.list(resource, options);
            return answer.ok ? { ok: true, value: answer.value.map(planted) } : answer;
          },
          get: async (resource, namespace, object) => {
            const answer = await reader.get(resource, namespace, object);
            return answer.ok ? { ok: true, value: planted(answer.value) } : answer;
          },
          debug: async (target, path) => {
            const answer = await reader.debug(target, path);
            if (!answer.ok) return answer;
            const value = Array.isArray(answer.value)
              ? [...(answer.value as unknown[]), { token: "hunter2" }]
              : { ...(answer.value as object), LicenseKey: TOKEN, extra: KUBECONFIG };
            return { ok: true, value };
          },
        };
      });
      expect(leaks(await recorded(readers))).toEqual([]);
    },
  );
});
