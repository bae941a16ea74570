import { describe, expect, it } from "vitest";
import { factOf, forbid, valueOf } from "../support/source.ts";

interface Given {
  name?: string;
  namespace?: string;
  revision?: string;
  env?: Record<string, string>;
  containers?: unknown[];
  more?: Record<string, unknown>;
}

function istiod({ name = "istiod", namespace = "istio-system", revision, ...more }: Given = {}) {
  const env = Object.entries(more.env ?? {}).map(([variable, value]) => ({
    name: variable,
    value,
  }));
  return {
    kind: "Deployment",
    metadata: {
      name,
      namespace,
      labels: { app: "istiod", ...(revision && { "istio.io/rev": revision }) },
    },
    spec: {
      replicas: 2,
      template: {
        metadata: { labels: { "app.kubernetes.io/version": "1.28.5" } },
        spec: {
          containers: more.containers ?? [{ name: "discovery", image: "pilot:1.28.5-solo", env }],
        },
      },
    },
    status: { observedGeneration: 1, readyReplicas: 1 },
    ...more.more,
  };
}

const PEERING = { ENABLE_PEERING_DISCOVERY: "true" };

async function names(objects: object[], revision?: string) {
  const { judged, others } = await valueOf(
    "istiods",
    { objects: objects as Record<string, unknown>[] },
    revision === undefined ? {} : { revision },
  );
  return { judged: judged.map(({ name }) => name), others: others.map(({ name }) => name) };
}

const condition = (type: string, status: string) => ({ type, status, reason: "R" });

async function idOf(given: Given): Promise<string | undefined> {
  return (await valueOf("istiods", { objects: [istiod(given)] })).judged[0]?.clusterId;
}

describe("istiods", () => {
  it("says what a Deployment is", async () => {
    const objects = [istiod({ env: { ...PEERING, CLUSTER_ID: "a" } })];
    expect((await valueOf("istiods", { objects })).judged).toEqual([
      expect.objectContaining({
        kind: "Deployment",
        namespace: "istio-system",
        name: "istiod",
        desired: 2,
        ready: 1,
        revision: "default",
        clusterId: "a",
        peering: true,
        hasDiscovery: true,
        versionLabel: "1.28.5",
        images: [{ container: "discovery", image: "pilot:1.28.5-solo" }],
        conditions: [],
      }),
    ]);
  });

  it("takes the revision of the pods when the Deployment does not say", async () => {
    const given = istiod();
    given.spec.template.metadata.labels = { "istio.io/rev": "gloo" } as never;
    expect((await valueOf("istiods", { objects: [given] })).judged[0]?.revision).toBe("gloo");
    const { judged } = await valueOf("istiods", { objects: [given] }, { revision: "gloo" });
    expect(judged).toHaveLength(1);
  });

  it("judges those that peer, in order of namespace and name", async () => {
    const objects = [
      istiod({ name: "istiod-b", env: PEERING }),
      istiod({ name: "istiod-a", env: PEERING }),
      istiod({ name: "istiod-c", env: { ENABLE_PEERING_DISCOVERY: "false" } }),
    ];
    expect(await names(objects)).toEqual({
      judged: ["istiod-a", "istiod-b"],
      others: ["istiod-c"],
    });
  });

  it("judges all when none peers, and none when there is none", async () => {
    expect(await names([istiod(), istiod({ name: "istiod-b" })])).toEqual({
      judged: ["istiod", "istiod-b"],
      others: [],
    });
    expect(await names([])).toEqual({ judged: [], others: [] });
  });

  it("judges the revision of -r, the default one also without a label", async () => {
    const objects = [istiod(), istiod({ name: "istiod-gloo", revision: "gloo", env: PEERING })];
    expect(await names(objects, "default")).toEqual({
      judged: ["istiod"],
      others: ["istiod-gloo"],
    });
    expect(await names(objects, "gloo")).toEqual({ judged: ["istiod-gloo"], others: ["istiod"] });
    expect((await names(objects, "none")).judged).toEqual([]);
  });

  it("takes CLUSTER_ID as istiod does", async () => {
    expect(await idOf({})).toBe("Kubernetes");
    expect(await idOf({ env: { CLUSTER_ID: "" } })).toBe("Kubernetes");
    const valueFrom = { secretKeyRef: { name: "s", key: "k" } };
    const unknown = { name: "discovery", env: [{ name: "CLUSTER_ID", valueFrom }] };
    expect(await idOf({ containers: [unknown] })).toBeUndefined();
  });

  it("takes the argument that overrules CLUSTER_ID", async () => {
    const of = (...args: unknown[]) =>
      idOf({
        containers: [{ name: "discovery", args, env: [{ name: "CLUSTER_ID", value: "env" }] }],
      });
    expect(await of("discovery", "--clusterID=arg")).toBe("arg");
    expect(await of("--clusterID", "arg", "--domain", "x")).toBe("arg");
    expect(await of("--clusterID=one", "--clusterID=two")).toBe("two");
    expect(await of("--clusterID=$(CLUSTER_ID)-x")).toBe("env-x");
    expect(await of("--clusterID=")).toBe("Kubernetes");
    expect(await of("--clusterID")).toBe("env");
    const valueFrom = { secretKeyRef: { name: "s", key: "k" } };
    const unknown = {
      name: "discovery",
      command: ["pilot-discovery", "--clusterID=$(CLUSTER_ID)"],
      env: [{ name: "CLUSTER_ID", valueFrom }],
    };
    expect(await idOf({ containers: [unknown] })).toBeUndefined();
  });

  it("takes the only container for discovery, of several none", async () => {
    const env = [{ name: "CLUSTER_ID", value: "a" }];
    const one = await valueOf("istiods", {
      objects: [istiod({ containers: [{ name: "x", env }] })],
    });
    expect(one.judged[0]).toMatchObject({ hasDiscovery: false, clusterId: "a" });
    const two = await valueOf("istiods", {
      objects: [istiod({ containers: [{ name: "x", env }, { name: "y" }] })],
    });
    expect(two.judged[0]).toMatchObject({ hasDiscovery: false, env: new Map() });
    expect(two.judged[0]).not.toHaveProperty("clusterId");
  });

  it("keeps the conditions that are not as they should be", async () => {
    const conditions = [
      condition("Available", "False"),
      condition("Progressing", "True"),
      condition("ReplicaFailure", "True"),
      condition("Other", "False"),
    ];
    const objects = [istiod({ more: { status: { conditions } } })];
    const [found] = (await valueOf("istiods", { objects })).judged;
    expect(found?.conditions.map(({ type }) => type)).toEqual(["Available", "ReplicaFailure"]);
    expect(found).toMatchObject({ desired: 2 });
    expect(found).not.toHaveProperty("ready");
  });

  it("counts no replicas as ready when a written status names none", async () => {
    const more = { spec: {}, status: { observedGeneration: 2 } };
    const [found] = (await valueOf("istiods", { objects: [istiod({ more })] })).judged;
    expect(found).toMatchObject({ desired: 1, ready: 0, images: [] });
  });

  it("leaves out what has no name, and says what could not be read", async () => {
    const nameless = { kind: "Deployment", metadata: { labels: { app: "istiod" } } };
    expect((await valueOf("istiods", { objects: [nameless] })).judged).toEqual([]);
    const fact = await factOf("istiods", { refuse: forbid("list deployments") });
    expect(fact).toMatchObject({ ok: false, why: "forbidden" });
  });
});

function read(objects: object[], settings = {}): Promise<string> {
  return valueOf("istioNamespace", { objects: objects as Record<string, unknown>[] }, settings);
}

describe("istioNamespace", () => {
  it("is that of -i, else of istiod, else istio-system", async () => {
    const gloo = istiod({ namespace: "gloo-mesh" });
    expect(await read([gloo], { istioNamespace: "mine" })).toBe("mine");
    expect(await read([gloo])).toBe("gloo-mesh");
    expect(await read([])).toBe("istio-system");
    expect(await read([gloo, istiod({ namespace: "other" })])).toBe("istio-system");
  });

  it("is that of the judged istiods, of all when none is judged", async () => {
    const objects = [
      istiod({ namespace: "old" }),
      istiod({ namespace: "new", revision: "new", env: PEERING }),
    ];
    expect(await read(objects)).toBe("new");
    expect(await read(objects, { revision: "default" })).toBe("old");
    expect(await read([istiod({ namespace: "old" })], { revision: "none" })).toBe("old");
  });

  it("is istio-system when the Deployments cannot be read", async () => {
    const fact = await factOf("istioNamespace", { refuse: forbid("list deployments") });
    expect(fact).toEqual({ ok: true, value: "istio-system" });
  });
});

const daemonSet = (name: string, more: object = {}) => ({
  kind: "DaemonSet",
  metadata: { name, namespace: "kube-system" },
  ...more,
});

describe("ztunnels and cnis", () => {
  it("are known by name, or by label wherever it is", async () => {
    const objects = [
      daemonSet("ztunnel", { status: { desiredNumberScheduled: 3, numberReady: 2 } }),
      daemonSet("a", { metadata: { name: "a", labels: { app: "ztunnel" } } }),
      daemonSet("b", { spec: { selector: { matchLabels: { app: "ztunnel" } } } }),
      daemonSet("c", { spec: { template: { metadata: { labels: { app: "ztunnel" } } } } }),
      daemonSet("d", { spec: { selector: { matchLabels: { "k8s-app": "istio-cni-node" } } } }),
      daemonSet("istio-cni-node"),
      daemonSet("kube-proxy"),
    ];
    const ztunnels = await valueOf("ztunnels", { objects });
    expect(ztunnels.map(({ name }) => name)).toEqual(["a", "b", "c", "ztunnel"]);
    expect(ztunnels[3]).toMatchObject({ kind: "DaemonSet", desired: 3, ready: 2 });
    expect(ztunnels[1]).not.toHaveProperty("desired");
    const cnis = await valueOf("cnis", { objects });
    expect(cnis.map(({ name }) => name)).toEqual(["d", "istio-cni-node"]);
  });

  it("say what could not be read", async () => {
    const refuse = forbid("list daemonsets");
    expect(await factOf("ztunnels", { refuse })).toMatchObject({ ok: false, why: "forbidden" });
  });
});

describe("gatewayDeployments", () => {
  it("are those with the Gateway's label", async () => {
    const labels = { "gateway.networking.k8s.io/gateway-name": "gw" };
    const objects = [
      { kind: "Deployment", metadata: { name: "gw", namespace: "x", labels } },
      { kind: "Deployment", metadata: { name: "other", namespace: "x" } },
    ];
    const found = await valueOf("gatewayDeployments", { objects });
    expect(found.map(({ name }) => name)).toEqual(["gw"]);
    const refused = await factOf("gatewayDeployments", { refuse: forbid("list") });
    expect(refused.ok).toBe(false);
  });
});
