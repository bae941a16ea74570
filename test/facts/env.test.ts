import { describe, expect, it } from "vitest";
import type { EnvValue } from "../../src/model/facts.ts";
import type { Missing } from "../../src/model/gathered.ts";
import { forbid, memorySource, valueOf } from "../support/source.ts";

const configMap = (name: string, data: unknown) => ({
  kind: "ConfigMap",
  metadata: { name, namespace: "istio-system" },
  data,
});

interface Given {
  env?: unknown;
  envFrom?: unknown;
  configMaps?: Record<string, unknown>[];
  refuse?: (request: string) => Missing | undefined;
  template?: Record<string, unknown>;
}

function deployment({ env, envFrom, template }: Given): Record<string, unknown> {
  return {
    kind: "Deployment",
    metadata: { name: "istiod", namespace: "istio-system", labels: { app: "istiod" } },
    spec: {
      template: {
        metadata: template,
        spec: { containers: [{ name: "discovery", env, envFrom }] },
      },
    },
  };
}

/** Variables of istiod's container by name. */
async function read(given: Given): Promise<Record<string, EnvValue>> {
  const { judged } = await valueOf("istiods", {
    objects: [deployment(given), ...(given.configMaps ?? [])],
    ...(given.refuse && { refuse: given.refuse }),
  });
  return Object.fromEntries(judged[0]?.env ?? []);
}

const set = (value: string) => ({ kind: "value", value });
const key = (name: string, of: string, more: object = {}) => ({
  configMapKeyRef: { name, key: of, ...more },
});

const field = (fieldPath: string) => ({ fieldRef: { fieldPath } });

describe("variables by value", () => {
  it("are those that mc knows", async () => {
    const env = [
      { name: "CLUSTER_ID", value: "a" },
      { name: "SOLO_LICENSE_KEY", value: "eyJhbGciOi" },
    ];
    expect(await read({ env })).toEqual({ CLUSTER_ID: set("a") });
  });

  it("have the value of the last entry with their name", async () => {
    const env = [
      { name: "CLUSTER_ID", value: "a" },
      { name: "CLUSTER_ID", value: "b" },
    ];
    expect(await read({ env })).toEqual({ CLUSTER_ID: set("b") });
  });

  it("may be empty, or booleans that YAML did not quote", async () => {
    const env = [{ name: "NETWORK" }, { name: "ENABLE_PEERING_DISCOVERY", value: true }];
    expect(await read({ env })).toEqual({
      NETWORK: set(""),
      ENABLE_PEERING_DISCOVERY: set("true"),
    });
  });

  it.each([null, "text", [null, 1, "x", {}, { name: {} }]])("are none in %j", async (env) => {
    expect(await read({ env, envFrom: env })).toEqual({});
  });
});

describe("$(NAME)", () => {
  it("takes variables declared before", async () => {
    const env = [
      { name: "NETWORK", value: "net" },
      { name: "CLUSTER_ID", value: "$(NETWORK)-$(REVISION)-$$(NETWORK)-$(NOPE)" },
      { name: "REVISION", value: "r" },
    ];
    expect((await read({ env }))["CLUSTER_ID"]).toEqual(set("net-$(REVISION)-$(NETWORK)-$(NOPE)"));
  });

  it("is not resolved by a variable whose value is not read", async () => {
    const env = [
      { name: "TOKEN", value: "hunter2" },
      { name: "CLUSTER_ID", value: "$(TOKEN)" },
      { name: "NETWORK", value: "$(CLUSTER_ID)" },
    ];
    const found = await read({ env });
    const why = "mc does not read the values of variables it does not know";
    expect(found["CLUSTER_ID"]).toEqual({ kind: "unresolved", from: "variable TOKEN", why });
    expect(found["NETWORK"]).toEqual({ kind: "unresolved", from: "variable CLUSTER_ID", why });
  });
});

describe("variables by reference", () => {
  it("follow ConfigMaps", async () => {
    const env = [{ name: "CLUSTER_ID", valueFrom: key("settings", "name") }];
    const configMaps = [configMap("settings", { name: "a" })];
    expect(await read({ env, configMaps })).toEqual({
      CLUSTER_ID: {
        kind: "value",
        value: "a",
        from: "ConfigMap istio-system/settings key name",
      },
    });
  });

  it("say what is missing, unless it is optional", async () => {
    const configMaps = [configMap("settings", { name: "a" })];
    const env = [
      { name: "CLUSTER_ID", valueFrom: key("none", "name") },
      { name: "NETWORK", valueFrom: key("settings", "none") },
      { name: "REVISION", valueFrom: key("none", "name", { optional: true }) },
      { name: "ISTIO_META_NETWORK", valueFrom: key("settings", "none", { optional: true }) },
    ];
    expect(await read({ env, configMaps })).toEqual({
      CLUSTER_ID: {
        kind: "unresolved",
        from: "ConfigMap istio-system/none key name",
        why: 'configmaps "none" not found',
      },
      NETWORK: {
        kind: "unresolved",
        from: "ConfigMap istio-system/settings key none",
        why: "the ConfigMap has no such key",
      },
    });
  });

  it("say what may not be read, be it optional", async () => {
    const env = [{ name: "NETWORK", valueFrom: key("net", "name", { optional: true }) }];
    const found = await read({ env, refuse: forbid("get istio-system/configmaps/net") });
    expect(found["NETWORK"]).toMatchObject({
      kind: "unresolved",
      why: "get istio-system/configmaps/net is forbidden",
    });
  });

  it.each([
    ["api-token", "abc"],
    ["net", "a\nb"],
    ["net", "a".repeat(1025)],
    ["net", { a: 1 }],
    ["net", null],
    ["ca.crt", "x"],
  ])("do not take key %s with what is no plain value", async (of, data) => {
    const env = [{ name: "NETWORK", valueFrom: key("net", of) }];
    const found = await read({ env, configMaps: [configMap("net", { [of]: data })] });
    expect(found["NETWORK"]).toMatchObject({
      kind: "unresolved",
      why: "its value is not one that mc reads",
    });
  });

  it("never read Secrets", async () => {
    const env = [{ name: "NETWORK", valueFrom: { secretKeyRef: { name: "net", key: "n" } } }];
    const { source, reader } = memorySource({ objects: [deployment({ env })] });
    const istiods = await source.fact("istiods");
    expect(istiods.ok && istiods.value.judged[0]?.env.get("NETWORK")).toEqual({
      kind: "unresolved",
      from: "Secret istio-system/net key n",
      why: "mc does not read Secrets for variables",
    });
    expect(reader.requests).toEqual(["list deployments app=istiod"]);
  });

  it("take fields of the template that its pods share", async () => {
    const env = [
      { name: "NETWORK", valueFrom: field("metadata.labels['topology.istio.io/network']") },
      { name: "REVISION", valueFrom: field('metadata.annotations["rev"]') },
      { name: "CLUSTER_ID", valueFrom: field("metadata.namespace") },
      { name: "ISTIO_META_NETWORK", valueFrom: field("metadata.name") },
      { name: "ISTIO_META_CLUSTER_ID", valueFrom: field("metadata.labels['none']") },
      { name: "ENABLE_PEERING_DISCOVERY", valueFrom: { resourceFieldRef: {} } },
    ];
    const template = {
      labels: { "topology.istio.io/network": "net" },
      annotations: { rev: "r", other: "o" },
    };
    const found = await read({ env, template });
    expect(found).toMatchObject({
      NETWORK: { value: "net", from: "field metadata.labels['topology.istio.io/network']" },
      REVISION: { value: "r" },
      CLUSTER_ID: { value: "istio-system" },
      ISTIO_META_NETWORK: { kind: "unresolved", why: "known only in the running pod" },
      ISTIO_META_CLUSTER_ID: { kind: "unresolved" },
      ENABLE_PEERING_DISCOVERY: { kind: "unresolved", from: "valueFrom" },
    });
  });
});

describe("envFrom", () => {
  it("takes keys under a prefix, and is overruled by env", async () => {
    const found = await read({
      envFrom: [
        { configMapRef: { name: "one" } },
        { prefix: "ISTIO_META_", configMapRef: { name: "two" } },
        { prefix: "X_", configMapRef: { name: "two" } },
      ],
      env: [{ name: "CLUSTER_ID", value: "b" }],
      configMaps: [
        configMap("one", { CLUSTER_ID: "a", REVISION: "r", OTHER: "o" }),
        configMap("two", { NETWORK: "net", REVISION: "s" }),
      ],
    });
    expect(found).toEqual({
      CLUSTER_ID: set("b"),
      REVISION: { kind: "value", value: "r", from: "ConfigMap istio-system/one key REVISION" },
      ISTIO_META_NETWORK: {
        kind: "value",
        value: "net",
        from: "ConfigMap istio-system/two key NETWORK",
      },
    });
  });

  it("leaves open what a Secret may set, where nothing else does", async () => {
    const found = await read({
      envFrom: [
        { prefix: "ISTIO_META_", secretRef: { name: "one" } },
        { prefix: "ISTIO_META_", secretRef: { name: "two" } },
        { prefix: "ISTIO_", configMapRef: { name: "map" } },
        { prefix: "X_", secretRef: { name: "three" } },
        { secretRef: {} },
      ],
      configMaps: [configMap("map", { META_CLUSTER_ID: "a" })],
    });
    expect(found).toEqual({
      ISTIO_META_CLUSTER_ID: {
        kind: "value",
        value: "a",
        from: "ConfigMap istio-system/map key META_CLUSTER_ID",
      },
      ISTIO_META_NETWORK: {
        kind: "unresolved",
        from: "Secret istio-system/one",
        why: "mc does not read Secrets for variables",
        perhaps: true,
      },
      ISTIO_META_REQUESTED_NETWORK_VIEW: {
        kind: "unresolved",
        from: "Secret istio-system/one",
        why: "mc does not read Secrets for variables",
        perhaps: true,
      },
    });
    const all = await read({
      envFrom: [{ secretRef: { name: "license" } }],
      env: [{ name: "NETWORK", value: "net" }],
    });
    expect(all["NETWORK"]).toEqual(set("net"));
    expect(all["ENABLE_PEERING_DISCOVERY"]?.kind).toBe("unresolved");
  });

  it("leaves open what an unreadable ConfigMap may set", async () => {
    const envFrom = [{ prefix: "ISTIO_META_", configMapRef: { name: "one" } }];
    const found = await read({ envFrom, refuse: forbid("get") });
    expect(Object.keys(found)).toEqual([
      "ISTIO_META_CLUSTER_ID",
      "ISTIO_META_NETWORK",
      "ISTIO_META_REQUESTED_NETWORK_VIEW",
    ]);
    expect(found["ISTIO_META_NETWORK"]).toEqual({
      kind: "unresolved",
      from: "ConfigMap istio-system/one key NETWORK",
      why: "get istio-system/configmaps/one is forbidden",
    });
    expect(await read({ envFrom })).toEqual({});
  });

  it("takes the CNI's ConfigMap from the list of those", async () => {
    const envFrom = [{ configMapRef: { name: "istio-cni-config" } }];
    const object = {
      kind: "DaemonSet",
      metadata: { name: "istio-cni-node", namespace: "istio-system" },
      spec: { template: { spec: { containers: [{ name: "install-cni", envFrom }] } } },
    };
    const { source, reader } = memorySource({
      objects: [object, configMap("istio-cni-config", { NETWORK: "net" })],
    });
    const cnis = await source.fact("cnis");
    expect(cnis.ok && cnis.value[0]?.env.get("NETWORK")).toMatchObject({ value: "net" });
    expect(reader.requests).toEqual([
      "list daemonsets",
      "list configmaps metadata.name=istio-cni-config",
    ]);

    const other = memorySource({ objects: [object], refuse: forbid("list configmaps") });
    await other.source.fact("cnis");
    expect(other.reader.requests).toContain("get istio-system/configmaps/istio-cni-config");
  });
});
