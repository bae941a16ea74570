import { once } from "node:events";
import { rmSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { dump } from "js-yaml";
import { describe, expect, test } from "vitest";
import { RESOURCES } from "../../src/model/resource.ts";
import { openDirectory } from "../../src/readers/directory.ts";
import { yamlPieces } from "../../src/readers/directory/documents.ts";
import { distinct } from "../../src/readers/distinct.ts";
import { openRecordings } from "../../src/readers/recordings.ts";
import { directory, faultOf, names } from "./temp.ts";

const pod = (name: string, namespace?: string, labels: Record<string, string> = {}) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, ...(namespace ? { namespace } : {}), labels },
});

const gateway = (apiVersion: string, name: string) => ({
  apiVersion,
  kind: "Gateway",
  metadata: { name, namespace: "n" },
});

const emptied = () => ({ slim: true });

async function listed(root: string, resource = RESOURCES.pods, options = {}): Promise<string[]> {
  const answer = await (await openDirectory(root)).list(resource, options);
  expect(answer).toMatchObject({ ok: true });
  return answer.ok ? names(answer.value) : [];
}

describe("objects", () => {
  test("YAML documents, lists, typed lists and JSON at any depth", async () => {
    const root = directory({
      "a.yaml": `---\n# comment\n${dump(pod("one", "x"))}---\n${dump(pod("two", "x"))}...\n`,
      "deep/er/b.yml": dump({ apiVersion: "v1", items: [pod("three", "x")], kind: "List" }),
      "c.json": { kind: "PodList", apiVersion: "v1", items: [{ metadata: { name: "four" } }] },
      "d.yaml":
        "apiVersion: v1\nitems:\n- metadata:\n    name: five\n    namespace: x\nkind: PodList\n",
      "readme.txt": "{",
      ".hidden/e.yaml": dump(pod("never", "x")),
      "values.yaml": "replicas: 3\n",
    });
    expect(await listed(root)).toEqual(["default/four", "x/five", "x/one", "x/three", "x/two"]);
  });

  test("a list of tens of thousands that says its kind once, and before its items", async () => {
    const items = Array.from({ length: 20_001 }, (_, index) => ({
      metadata: { name: `p${index}` },
    }));
    const head = { kind: "PodList", apiVersion: "v1" };
    expect(await listed(directory({ "a.json": { ...head, items } }))).toHaveLength(20_001);
    expect(await faultOf(directory({ "a.json": { items, ...head } }))).toMatch(
      /too many list items without apiVersion and kind/,
    );
  });

  test("selectors and slim", async () => {
    const root = directory({
      "a.json": { kind: "List", items: [pod("a", "x", { app: "i" }), pod("b", "y", { app: "z" })] },
    });
    expect(await listed(root, RESOURCES.pods, { labelSelector: "app=i" })).toEqual(["x/a"]);
    expect(await listed(root, RESOURCES.pods, { namespace: "y" })).toEqual(["y/b"]);
    expect(await listed(root, RESOURCES.pods, { fieldSelector: "metadata.name=a" })).toEqual([
      "x/a",
    ]);
    const reader = await openDirectory(root);
    expect(await reader.list(RESOURCES.pods, { slim: emptied })).toEqual({
      ok: true,
      value: [{ slim: true }, { slim: true }],
    });
    expect(await reader.get(RESOURCES.pods, "x", "a")).toMatchObject({ ok: true });
    expect(await reader.get(RESOURCES.pods, "x", "b")).toMatchObject({
      why: "not-found",
      detail: 'pods "b" not found',
    });
  });

  test("one type in several versions, and types of one name", async () => {
    const root = directory({
      "a.json": [
        gateway("gateway.networking.k8s.io/v1", "a"),
        gateway("gateway.networking.k8s.io/v1beta1", "b"),
        gateway("networking.istio.io/v1", "istio"),
      ],
    });
    expect(await listed(root, RESOURCES.gateways)).toEqual(["n/a", "n/b"]);
  });

  test("what YAML and JSON can smuggle in", async () => {
    const root = directory({
      "a.yaml":
        "apiVersion: v1\nkind: Pod\n__proto__:\n  polluted: yes\nmetadata:\n  name: p\n  labels:\n    constructor: x\n  creationTimestamp: 2026-01-01T00:00:00Z\n  name: q\n",
      "b.json": '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"r","__proto__":{"a":1}}}',
      "c.yaml":
        "\uFEFFapiVersion: v1\r\nkind: Pod\r\nmetadata: &m\r\n  name: s\r\n  labels: {}\r\n",
      "d.yaml":
        "a: &a {apiVersion: v1}\n---\n<<: {kind: Pod}\napiVersion: v1\nmetadata: {name: t}\n",
    });
    expect(await listed(root)).toEqual(["default/q", "default/r", "default/s", "default/t"]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    const found = await (await openDirectory(root)).get(RESOURCES.pods, "default", "q");
    expect(found).toMatchObject({
      value: { metadata: { creationTimestamp: "2026-01-01T00:00:00Z" } },
    });
  });
});

describe("files as Windows PowerShell writes them", () => {
  const yaml = dump({ apiVersion: "v1", items: [pod("ünïcode", "x")], kind: "List" });
  const text = `\uFEFF${yaml.replaceAll("\n", "\r\n")}`;
  const little = Buffer.from(text, "utf16le");

  test.each([
    ["little end first", little],
    ["big end first", Buffer.from(little).swap16()],
  ])("in UTF-16, %s", async (_name, bytes) => {
    expect(await listed(directory({ "Pod.yaml": bytes }))).toEqual(["x/ünïcode"]);
  });

  test("in UTF-16 as JSON", async () => {
    const json = Buffer.from(`\uFEFF${JSON.stringify(pod("j", "x"))}`, "utf16le");
    expect(await listed(directory({ "pod.json": json }))).toEqual(["x/j"]);
  });

  test.each([
    ["UTF-16", little],
    ["UTF-8", Buffer.from(text)],
    ["a byte", Buffer.from("a")],
  ])("in %s that comes byte by byte", async (_name, bytes) => {
    async function* bytewise(): AsyncGenerator<Uint8Array> {
      for (const byte of bytes) yield Promise.resolve(Uint8Array.of(byte));
    }
    let whole = "";
    for await (const part of yamlPieces(bytewise())) whole += part.text;
    expect(whole).toContain(bytes.length === 1 ? "a" : "name: ünïcode");
  });

  test("or that hold less than a byte order mark", async () => {
    const root = directory({
      "a.yaml": "",
      "b.yaml": "\n",
      "c.json": "1",
      "d.yaml": dump(pod("d")),
    });
    expect(await listed(root)).toEqual(["default/d"]);
  });
});

describe("absent types", () => {
  const everything = [
    pod("p", "n"),
    { apiVersion: "apps/v1", kind: "ReplicaSet", metadata: { name: "r", namespace: "n" } },
  ];

  test("a plain directory does not say whether Secrets or nodes exist", async () => {
    const reader = await openDirectory(directory({ "a.json": everything }));
    for (const resource of [RESOURCES.secrets, RESOURCES.nodes, RESOURCES.namespaces]) {
      expect(await reader.list(resource)).toMatchObject({ ok: false, why: "not-recorded" });
      expect(await reader.get(resource, "n", "x")).toMatchObject({ why: "not-recorded" });
    }
    expect(await reader.list(RESOURCES.deployments)).toEqual({ ok: true, value: [] });
    expect(await reader.connect()).toMatchObject({
      ok: true,
      value: { files: { origin: expect.stringContaining("/"), blank: [] } },
    });
    expect(reader.contextArgument).toBeUndefined();
  });

  test("without custom resources, Gateways were not recorded; with some, there are none", async () => {
    const built = await openDirectory(directory({ "a.json": everything }));
    expect(await built.list(RESOURCES.gateways)).toMatchObject({ why: "not-recorded" });
    expect(await built.get(RESOURCES.gateways, "n", "x")).toMatchObject({ why: "not-recorded" });
    for (const apiVersion of ["networking.istio.io/v1", "gateway.networking.k8s.io/v1"]) {
      const custom = { apiVersion, kind: "Telemetry", metadata: { name: "t", namespace: "n" } };
      const reader = await openDirectory(directory({ "a.json": [...everything, custom] }));
      expect(await reader.list(RESOURCES.gateways)).toEqual({ ok: true, value: [] });
      expect(await reader.get(RESOURCES.gateways, "n", "x")).toMatchObject({ why: "not-found" });
    }
    const own = {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "Role",
      metadata: { name: "r" },
    };
    const roles = await openDirectory(directory({ "a.json": [...everything, own] }));
    expect(await roles.list(RESOURCES.gateways)).toMatchObject({ why: "not-recorded" });
    const none = { apiVersion: "gateway.networking.k8s.io/v1", kind: "GatewayList", items: [] };
    const empty = await openDirectory(directory({ "a.json": [...everything, none] }));
    expect(await empty.list(RESOURCES.gateways)).toEqual({ ok: true, value: [] });
  });

  test("what other objects show to be there was not recorded", async () => {
    const custom = {
      apiVersion: "networking.istio.io/v1",
      kind: "Telemetry",
      metadata: { name: "t" },
    };
    const owned = (kind: string, labels: Record<string, string> = {}) => {
      const { metadata, ...rest } = pod("p", "n", labels);
      return { ...rest, metadata: { ...metadata, ownerReferences: [{ kind, name: "o" }] } };
    };
    const labelled = pod("p", "n", { "gateway.networking.k8s.io/gateway-name": "g" });
    for (const [object, resource] of [
      [labelled, RESOURCES.gateways],
      [labelled, RESOURCES.gatewayClasses],
      [owned("Gateway"), RESOURCES.gateways],
      [owned("DaemonSet"), RESOURCES.daemonSets],
      [owned("ReplicaSet", { "pod-template-hash": "1" }), RESOURCES.deployments],
    ] as const) {
      const reader = await openDirectory(directory({ "a.json": [...everything, custom, object] }));
      expect(await reader.list(resource)).toMatchObject({ why: "not-recorded" });
    }
    // ReplicaSets of others make pods as well.
    const rollout = directory({ "a.json": [...everything, custom, owned("ReplicaSet")] });
    const reader = await openDirectory(rollout);
    expect(await reader.list(RESOURCES.deployments)).toEqual({ ok: true, value: [] });
  });

  describe("by namespace", () => {
    const inNamespace = (kind: string, name: string, namespace?: string, apiVersion = "v1") => ({
      apiVersion,
      kind,
      metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    });
    const entrance = inNamespace("Gateway", "g", "n", "gateway.networking.k8s.io/v1");
    const labelled = pod("p", "m", { "gateway.networking.k8s.io/gateway-name": "g" });

    test("one that is there and of which there is nothing was not recorded", async () => {
      const namespaces = ["n", "m", "kube-public", "kube-node-lease"].map((name) =>
        inNamespace("Namespace", name),
      );
      const reader = await openDirectory(
        directory({ "a.json": [...namespaces, pod("p", "n"), entrance] }),
      );
      const why = { why: "not-recorded", detail: expect.stringMatching(/ of namespace m$/) };
      for (const resource of [RESOURCES.pods, RESOURCES.gateways, RESOURCES.services]) {
        expect(reader.unrecorded?.(resource)).toMatchObject({ namespaces: ["n"], why });
        expect(await reader.list(resource, { namespace: "m" })).toMatchObject({
          why: "not-recorded",
        });
      }
      expect(await reader.get(RESOURCES.gateways, "m", "x")).toMatchObject(why);
      expect(await reader.get(RESOURCES.gateways, "n", "x")).toMatchObject({ why: "not-found" });
      expect(reader.unrecorded?.(RESOURCES.nodes)).toBeUndefined();
      // One that is not there holds nothing.
      expect(await reader.get(RESOURCES.gateways, "other", "x")).toMatchObject({
        why: "not-found",
      });
    });

    test("one whose pods are of a Gateway has one", async () => {
      const reader = await openDirectory(directory({ "a.json": [labelled, entrance] }));
      expect(reader.unrecorded?.(RESOURCES.gateways)).toMatchObject({ namespaces: ["n"] });
      expect(reader.unrecorded?.(RESOURCES.services)).toBeUndefined();
    });

    test("where nothing tells which there are, none of which there is nothing is known", async () => {
      const reader = await openDirectory(directory({ "a.json": [pod("p", "n"), entrance] }));
      expect(await reader.list(RESOURCES.pods, { namespace: "m" })).toMatchObject({
        why: "not-recorded",
      });
    });

    test("ConfigMaps without the one that every namespace has were picked out", async () => {
      const config = (...all: string[]) => all.map((name) => inNamespace("ConfigMap", name, "n"));
      const some = await openDirectory(directory({ "a.json": config("istio") }));
      expect(await some.get(RESOURCES.configMaps, "n", "istio-ca-root-cert")).toMatchObject({
        why: "not-recorded",
      });
      const all = await openDirectory(directory({ "a.json": config("istio", "kube-root-ca.crt") }));
      expect(await all.get(RESOURCES.configMaps, "n", "istio-ca-root-cert")).toMatchObject({
        why: "not-found",
      });
    });

    test("a list of a namespace says what that one has", async () => {
      const none = (kind: string) => ({ apiVersion: "v1", kind: `${kind}List`, items: [] });
      const base = { "x.json": [inNamespace("Namespace", "n"), inNamespace("Namespace", "m")] };
      const pods = { ...none("Pod"), items: [pod("p", "n")] };
      for (const place of ["m/pods.json", "namespaces/m/core/pods.json"]) {
        const files = { ...base, "n/pods.json": pods, [place]: none("Pod") };
        const reader = await openDirectory(directory(files));
        expect(reader.unrecorded?.(RESOURCES.pods)).toBeUndefined();
        expect(reader.unrecorded?.(RESOURCES.services)).toMatchObject({ namespaces: ["n"] });
      }
      const files = { ...base, "namespaces/n/core/pods.json": pods };
      const reader = await openDirectory(directory(files));
      expect(reader.unrecorded?.(RESOURCES.pods)).toMatchObject({ namespaces: ["n"] });
    });
  });

  test("without anything of apps, Deployments were not recorded", async () => {
    const reader = await openDirectory(directory({ "a.json": pod("p") }));
    expect(await reader.list(RESOURCES.deployments)).toMatchObject({ why: "not-recorded" });
  });

  test("an empty list of a type says that there is none; a type that mc does not read, nothing", async () => {
    const secrets = { apiVersion: "v1", kind: "SecretList", items: [] };
    const nodes = "apiVersion: v1\nitems:\n- metadata:\n    labels: {}\nkind: NodeList\n";
    const reader = await openDirectory(directory({ "a.json": secrets, "b.yaml": nodes }));
    expect(await reader.list(RESOURCES.secrets)).toEqual({ ok: true, value: [] });
    expect(await reader.get(RESOURCES.secrets, "n", "x")).toMatchObject({ why: "not-found" });
    expect(await reader.list(RESOURCES.nodes)).toEqual({ ok: true, value: [] });
    const events = { ...RESOURCES.pods, plural: "events", kind: "Event" };
    expect(await reader.list(events)).toMatchObject({ why: "not-recorded" });
  });

  test("recorded CRDs say which custom types are served", async () => {
    const crd = {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "workloadentries.networking.istio.io" },
    };
    const custom = { apiVersion: "security.istio.io/v1", kind: "PeerAuthentication" };
    const some = { ...custom, metadata: { name: "p", namespace: "n" } };
    const reader = await openDirectory(directory({ "a.json": [crd, some, pod("p")] }));
    expect(await reader.list(RESOURCES.workloadEntries)).toEqual({ ok: true, value: [] });
    expect(await reader.list(RESOURCES.gateways)).toMatchObject({ why: "not-found" });
    // Who has CRDs alone has not looked for objects of their types.
    const alone = await openDirectory(directory({ "a.json": [crd, pod("p")] }));
    expect(await alone.list(RESOURCES.workloadEntries)).toMatchObject({ why: "not-recorded" });
  });

  test("in a recording they do not exist, unless it says otherwise", async () => {
    const request = { verb: "list", group: "", resource: "nodes" };
    const reader = await openDirectory(
      directory({
        "objects/a.json": pod("p", "n"),
        "snapshot.json": {
          schemaVersion: "mc.snapshot/v1",
          context: "prod",
          time: "2026-01-15T12:00:00Z",
          serverVersion: "v1.36.0",
          user: "admin",
          unread: [
            { request, why: "forbidden", detail: "nodes is forbidden" },
            {
              request: { verb: "get", group: "", resource: "secrets", namespace: "n", name: "s" },
              why: "timeout",
              detail: "no answer within 30 s",
            },
            {
              debug: { namespace: "n", pod: "p", port: 15014, path: "/debug/license" },
              why: "not-found",
              detail: "404",
            },
            { nonsense: true },
            null,
          ],
        },
      }),
    );
    expect(reader).toMatchObject({ context: "prod", contextArgument: "prod", kind: "recording" });
    expect(reader.now()).toBe(Date.parse("2026-01-15T12:00:00Z"));
    expect(await reader.connect()).toEqual({
      ok: true,
      value: { serverVersion: "v1.36.0", user: "admin" },
    });
    expect(await reader.list(RESOURCES.nodes)).toEqual({
      ok: false,
      why: "forbidden",
      detail: "nodes is forbidden",
      request,
    });
    expect(await reader.list(RESOURCES.secrets)).toEqual({ ok: true, value: [] });
    expect(await reader.get(RESOURCES.secrets, "n", "s")).toMatchObject({ why: "timeout" });
    expect(await reader.get(RESOURCES.secrets, "n", "t")).toMatchObject({ why: "not-found" });
    const target = { namespace: "n", pod: "p", port: 15014 };
    expect(await reader.debug(target, "/debug/license")).toMatchObject({ why: "not-found" });
    expect(await reader.debug(target, "/debug/syncz")).toMatchObject({ why: "not-recorded" });
    await reader.close();
  });

  test("a recording that lists what it read says so of the rest", async () => {
    const reader = await openDirectory(
      directory({
        "objects/a.json": pod("p", "n"),
        "snapshot.json": {
          read: [
            { verb: "list", group: "", resource: "pods", labelSelector: "app=x" },
            { verb: "list", group: "", resource: "configmaps", fieldSelector: "metadata.name=c" },
            { verb: "get", group: "", resource: "secrets", namespace: "n", name: "s" },
          ],
        },
      }),
    );
    expect(await reader.list(RESOURCES.pods, { labelSelector: "app=x" })).toMatchObject({
      value: [],
    });
    expect(await reader.list(RESOURCES.pods, { labelSelector: "app=y" })).toMatchObject({
      why: "not-recorded",
    });
    expect(await reader.list(RESOURCES.nodes)).toMatchObject({ why: "not-recorded" });
    expect(await reader.get(RESOURCES.secrets, "n", "s")).toMatchObject({ why: "not-found" });
    expect(await reader.get(RESOURCES.secrets, "n", "t")).toMatchObject({ why: "not-recorded" });
    expect(await reader.get(RESOURCES.configMaps, "n", "c")).toMatchObject({ why: "not-found" });
    expect(await reader.get(RESOURCES.configMaps, "n", "d")).toMatchObject({ why: "not-recorded" });
  });

  test("a failed connection comes back", async () => {
    const connection = { why: "unreachable", detail: "connection refused" };
    const reader = await openDirectory(directory({ "snapshot.json": { connection } }));
    expect(await reader.connect()).toEqual({ ok: false, ...connection });
  });
});

describe("debug answers", () => {
  test("by namespace, pod, port and path", async () => {
    const reader = await openDirectory(
      directory({
        "a.json": pod("p", "n"),
        "debug/n/p/15014/debug/license.json": { State: "OK" },
        "debug/n/%50/15000/config_dump.json": "<html>",
      }),
    );
    expect(await reader.debug({ namespace: "n", pod: "p", port: 15014 }, "/debug/license")).toEqual(
      { ok: true, value: { State: "OK" } },
    );
    expect(
      await reader.debug({ namespace: "n", pod: "P", port: 15000 }, "/config_dump"),
    ).toMatchObject({ why: "unreadable" });
  });
});

describe("several clusters", () => {
  test("each sub-directory with a snapshot.json, in the order of the run", async () => {
    const root = directory({
      "b/snapshot.json": { context: "first", position: 0 },
      "a/snapshot.json": { context: "second", position: 1 },
      "a/objects/x.json": pod("p"),
      "c/snapshot.json": {},
    });
    const readers = await openRecordings(root);
    expect(readers.map(({ context }) => context)).toEqual(["first", "second", "c"]);
    expect(await readers[0]?.list(RESOURCES.pods)).toEqual({ ok: true, value: [] });
    expect(await readers[1]?.list(RESOURCES.pods)).toMatchObject({ value: [{ kind: "Pod" }] });
    await expect(openDirectory(root)).rejects.toThrow(/several clusters/);
  });
});

describe("when it was made", () => {
  const times = async (files: Record<string, unknown>): Promise<(number | undefined)[]> =>
    (await openRecordings(directory(files))).map(({ recordedAt }) => recordedAt);

  test("is in snapshot.json, or in the timestamp of a must-gather, or not known", async () => {
    const at = Date.parse("2026-01-15T12:05:00Z");
    const objects = { "inner/pods.json": pod("p", "n") };
    expect(await times({ "snapshot.json": { time: "2026-01-15T12:05:00Z" } })).toEqual([at]);
    expect(await times({ "snapshot.json": { time: "soon" } })).toEqual([undefined]);
    expect(await times(objects)).toEqual([undefined]);
    const started = "2026-01-15 11:00:00.123 +0000 UTC m=+0.001\n";
    for (const ended of [
      "2026-01-15 12:05:00",
      "2026-01-15 12:05:00.987 +0000 UTC m=+99.1",
      "2026-01-15 14:05:00.9 +0200 CEST m=+99.1",
    ]) {
      const timestamp = `${started}${ended}\n`;
      expect(await times({ ...objects, "inner/timestamp": timestamp })).toEqual([at]);
    }
    expect(await times({ ...objects, timestamp: "9999-99-99 99:99:99\nnow\n" })).toEqual([
      undefined,
    ]);
  });

  test("is not before the newest time in it, where it does not say", async () => {
    const after = async (files: Record<string, unknown>): Promise<(number | undefined)[]> =>
      (await openRecordings(directory(files))).map(({ recordedAfter }) => recordedAfter);
    const { metadata, ...rest } = pod("p", "n");
    const made = { ...rest, metadata: { ...metadata, creationTimestamp: "2026-01-15T11:00:00Z" } };
    const heartbeat = { type: "Ready", lastHeartbeatTime: "2026-01-15T12:05:00Z" };
    const node = {
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: "n", managedFields: [{ time: "2026-01-15T12:04:00Z" }, { time: 5 }] },
      status: { conditions: [heartbeat, { lastTransitionTime: "yesterday" }] },
    };
    const at = Date.parse("2026-01-15T12:05:00Z");
    expect(await after({ "pods.json": made, "nodes.json": node })).toEqual([at]);
    expect(await after({ "pods.json": pod("p", "n") })).toEqual([undefined]);
    const future = {
      ...node,
      status: { conditions: [{ lastHeartbeatTime: "2999-01-15T12:05:00Z" }] },
    };
    expect(await after({ "pods.json": made, "nodes.json": future })).toEqual([undefined]);
    const report = {
      "r/cluster/k8s-resources": JSON.stringify({ kind: "List", items: [made, node] }),
    };
    expect(await after(report)).toEqual([at]);
    expect(await times(report)).toEqual([undefined]);
    expect(await after({ "snapshot.json": { time: "2026-01-15T12:05:00Z" } })).toEqual([undefined]);
  });

  test("is kept where a recording goes by another name", async () => {
    const [first, second] = await Promise.all(
      [1, 2].map((day) =>
        openRecordings(
          directory({ "snapshot.json": { context: "a", time: `2026-01-0${day}T00:00:00Z` } }),
        ),
      ),
    );
    const renamed = distinct([...(first ?? []), ...(second ?? [])]);
    expect(renamed.map(({ context, recordedAt }) => [context, recordedAt])).toEqual([
      ["a", Date.parse("2026-01-01T00:00:00Z")],
      ["a (2)", Date.parse("2026-01-02T00:00:00Z")],
    ]);
  });
});

describe("clusters beside one another", () => {
  const withUid = (uid: string, name = "kube-system") => ({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name, uid },
  });

  test("a directory without a snapshot.json beside one that has it is a cluster", async () => {
    const root = directory({
      "run/a/snapshot.json": { context: "first", position: 0 },
      "run/a/objects/x.json": pod("p", "n"),
      "run/b/objects/deep/x.json": pod("q", "n"),
      "elsewhere/c/x.json": pod("r", "n"),
      "run/logs/report.json": { outcome: "fail" },
      "run/report.json": { schemaVersion: "mc.check/v1" },
      "run/readme.txt": "not read",
    });
    const readers = await openRecordings(root);
    expect(readers.map(({ context }) => context)).toEqual(["first", "elsewhere", "b"]);
    const pods = await Promise.all(readers.map((reader) => reader.list(RESOURCES.pods)));
    expect(pods.map((answer) => (answer.ok ? names(answer.value) : answer))).toEqual([
      ["n/p"],
      ["n/r"],
      ["n/q"],
    ]);
  });

  test("beside a bug report too", async () => {
    const root = directory({
      "a/cluster/cluster-context": "first",
      "b/pods.json": pod("q", "n"),
    });
    const readers = await openRecordings(root);
    expect(readers.map(({ context }) => context).toSorted()).toEqual(["b", "first"]);
  });

  test("objects that are in no cluster's directory are not dropped without a word", async () => {
    const root = directory({
      "a/snapshot.json": { context: "first" },
      "pods.json": pod("q", "n"),
    });
    await expect(openRecordings(root)).rejects.toThrow(
      /pods\.json is beside the directories of clusters and in none of them: not read$/,
    );
  });

  test.each<[string, Record<string, unknown>]>([
    ["two directories", { "a/x.json": withUid("1"), "b/x.json": withUid("2") }],
    ["below another", { "top/a/x.json": withUid("1"), "top/b/x.json": withUid("2") }],
    ["two files", { "a.json": withUid("1"), "b.json": withUid("2") }],
    ["one in the other", { "x.json": withUid("1"), "b/x.json": withUid("2") }],
    [
      "without uids",
      { "a/x.json": pod("p", "n", { of: "a" }), "b/x.json": pod("p", "n", { of: "b" }) },
    ],
    [
      "beside a third one that says what it is",
      {
        "c/snapshot.json": {},
        "d/a/x.json": withUid("1"),
        "d/b/x.json": withUid("2"),
      },
    ],
  ])("%s of two clusters are not read as one", async (_, files) => {
    await expect(openRecordings(directory(files))).rejects.toThrow(
      /has (Namespace kube-system|Pod n\/p) in \S+ and another one in \S+: these are recordings of several clusters/,
    );
  });

  const listOf = (...items: unknown[]) => ({ kind: "List", apiVersion: "v1", items });

  test("two lists of one namespace that have nothing in common are of two clusters", async () => {
    const root = directory({
      "a/pods.json": listOf(pod("istiod-1", "n"), pod("istiod-2", "n")),
      "b/pods.json": listOf(pod("istiod-3", "n")),
    });
    await expect(openRecordings(root)).rejects.toThrow(
      /has one list of Pods of namespace n in a\/pods\.json and another one in b\/pods\.json, which have nothing in common: if these are recordings of several clusters, give each with a --directory of its own; if not, put them into one directory$/,
    );
    const nodes = (name: string) => ({ apiVersion: "v1", kind: "Node", metadata: { name } });
    await expect(
      openRecordings(
        directory({ "a/n.json": listOf(nodes("a-1")), "b/n.json": listOf(nodes("b-1")) }),
      ),
    ).rejects.toThrow(/one list of Nodes in a\/n\.json/);
  });

  test.each<[string, Record<string, unknown>]>([
    [
      "of other namespaces",
      { "n/pods.json": listOf(pod("p", "n")), "m/pods.json": listOf(pod("q", "m")) },
    ],
    ["in one directory", { "a/x.json": listOf(pod("p", "n")), "a/y.json": listOf(pod("q", "n")) }],
    ["one below the other", { "x.json": listOf(pod("p", "n")), "a/y.json": listOf(pod("q", "n")) }],
    [
      "with something in common",
      {
        "a/x.json": listOf(pod("p", "n"), pod("q", "n")),
        "b/x.json": listOf(pod("q", "n"), pod("r", "n")),
        "c/x.json": listOf(pod("r", "n")),
      },
    ],
    ["an object each", { "p/p.json": pod("p", "n"), "q/q.json": pod("q", "n") }],
  ])("lists %s are of one", async (_, files) => {
    expect(await openRecordings(directory(files))).toHaveLength(1);
  });

  test("the same object twice is of one cluster", async () => {
    const root = directory({
      "cluster-scoped-resources/core/namespaces/a.json": withUid("1"),
      "namespaces/a/a.json": { ...withUid("1"), status: { phase: "Active" } },
      "namespaces/a/pods.json": { kind: "List", items: [pod("p", "n"), pod("q", "n")] },
      "namespaces/a/pods/p.json": pod("p", "n", { changed: "below" }),
      "manifests/a.json": {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name: "kube-system" },
      },
      "b/pod.json": pod("q", "n"),
      "b/strange.json": [{ kind: "Pod" }, { apiVersion: "v1", kind: "Pod", metadata: {} }],
    });
    expect(await listed(root)).toEqual(["n/p", "n/q"]);
  });
});

describe("what cannot be read is a UsageError that names it", () => {
  test("no such directory, no directory, nothing in it", async () => {
    expect(await faultOf("/nonexistent/dir")).toMatch(
      /\/nonexistent\/dir: no such file or directory/,
    );
    expect(await faultOf(directory({}))).toMatch(/has no Kubernetes objects/);
    expect(await faultOf(directory({ "a.yaml": "a: 1\n" }))).toMatch(/has no Kubernetes objects/);
  });

  test("the file and the line of what is no YAML or JSON, never its text", async () => {
    expect(await faultOf(directory({ "a.yaml": "a: 1\n---\nb: [\nc: hunter2\n" }))).toMatch(
      /a\.yaml: line [345]: /,
    );
    expect(await faultOf(directory({ "a.yaml": "x: *nobody\n" }))).toMatch(/a\.yaml: line 1: /);
    expect(await faultOf(directory({ "a.json": '{"a": hunter2}' }))).toMatch(
      /a\.json: line 1: not valid JSON$/,
    );
    expect(await faultOf(directory({ "a.json": '{"a": 1' }))).toMatch(/ends too early/);
    expect(await faultOf(directory({ "a.json": "}" }))).toMatch(/not valid JSON/);
    expect(await faultOf(directory({ "a.json": "[".repeat(500) }))).toMatch(/nested too deeply/);
    expect(await faultOf(directory({ "a.yaml": "[".repeat(500) }))).toMatch(/nesting/);
    expect(await faultOf(directory({ "snapshot.json": "{" }))).toMatch(
      /snapshot\.json: not valid JSON/,
    );
    expect(
      await faultOf(directory({ "snapshot.json": { schemaVersion: "mc.snapshot/v9" } })),
    ).toMatch(/schemaVersion is mc\.snapshot\/v9/);
    const list = "apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Pod\n- b: [\nkind: List\n";
    expect(await faultOf(directory({ "a.yaml": list }))).toMatch(/a\.yaml: line [56]: /);
  });

  test("a YAML bomb", async () => {
    const levels = Array.from({ length: 9 }, (_, level) => {
      const items = Array.from({ length: 9 }, () => (level === 0 ? "x" : `*a${level - 1}`));
      return `a${level}: &a${level} [${items.join(", ")}]\n`;
    });
    expect(await faultOf(directory({ "a.yaml": levels.join("") }))).toMatch(
      /aliases unfold to more than/,
    );
    const many = `a: &a x\nb: [${"*a, ".repeat(200)}]\n`;
    expect(await faultOf(directory({ "a.yaml": many }))).toMatch(/aliases/);
    expect(await faultOf(directory({ "a.yaml": "a: &a [*a]\n" }))).toMatch(/aliases/);
  });

  test("what is no file though it has the name of one", async () => {
    const root = directory({ "a.json": pod("p", "n"), "b.yaml/c.json": pod("q", "n") });
    expect(await listed(root)).toEqual(["n/p", "n/q"]);
    const [log, object] = [createServer(), createServer()];
    await once(log.listen(join(root, "log")), "listening");
    expect(await listed(root)).toHaveLength(2);
    await once(object.listen(join(root, "d.yaml")), "listening");
    expect(await faultOf(root)).toMatch(/d\.yaml: not a regular file$/);
    log.close();
    object.close();
  });

  test("an object larger than any that Kubernetes has", async () => {
    const large = "x".repeat(9 * 1024 * 1024);
    expect(await faultOf(directory({ "a.yaml": `a: 1\nb: ${large}` }))).toMatch(
      /a\.yaml: line 2: a line of more than 8 MiB/,
    );
    const lines = `${"y".repeat(1023)}\n`.repeat(9 * 1024);
    expect(await faultOf(directory({ "a.yaml": `a: 1\n---\nb: |\n${lines}` }))).toMatch(
      /a\.yaml: line 3: a single object of more than 8 MiB/,
    );
    expect(await faultOf(directory({ "a.json": `["${"z".repeat(65 * 1024 * 1024)}"]` }))).toMatch(
      /a\.json: line 1: a single object of more than 64 MiB/,
    );
  });

  test("a directory by a link of its own", async () => {
    const link = join(directory(), "link");
    symlinkSync(directory({ "a.json": pod("p", "n") }), link);
    expect(await listed(link)).toEqual(["n/p"]);
    expect(await openRecordings(link)).toMatchObject([{ context: "link" }]);
  });

  test("links that lead out; those that stay inside are read once", async () => {
    const outside = directory({ "secret.yaml": "x: [" });
    const root = directory({ "a.json": pod("p", "n") });
    symlinkSync(join(root, "a.json"), join(root, "b.json"));
    symlinkSync(join(root, "gone"), join(root, "gone.json"));
    symlinkSync(outside, join(root, ".hidden"));
    expect(await listed(root)).toEqual(["n/p"]);
    symlinkSync(join(outside, "secret.yaml"), join(root, "c.yaml"));
    expect(await faultOf(root)).toMatch(/c\.yaml is a link that leads out of the directory/);
    rmSync(join(root, "c.yaml"));
    symlinkSync(outside, join(root, "objects"));
    expect(await faultOf(root)).toMatch(/objects is a link that leads out/);
  });
});
