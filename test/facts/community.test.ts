import { describe, expect, it } from "vitest";
import { ClusterSource } from "../../src/engine/source.ts";
import { FACTS } from "../../src/facts/index.ts";
import { redactObject } from "../../src/readers/redact.ts";
import { RESOURCES } from "../../src/model/resource.ts";
import type { RawObject } from "../../src/model/reader.ts";
import { missing } from "../../src/model/gathered.ts";
import { makeRoot } from "../support/certificates.ts";
import {
  forbid,
  type MemoryContents,
  MemoryReader,
  memorySource,
  valueOf,
} from "../support/source.ts";

const TOKEN_SIGNATURE = "c2lnbmF0dXJlLW5vYm9keS1tYXktc2Vl";

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function token(claims: Record<string, unknown>): string {
  return `${encoded({ alg: "RS256" })}.${encoded(claims)}.${TOKEN_SIGNATURE}`;
}

const FOREVER = {
  iss: "kubernetes/serviceaccount",
  sub: "system:serviceaccount:istio-system:istio-reader-service-account",
  "kubernetes.io/serviceaccount/namespace": "istio-system",
  "kubernetes.io/serviceaccount/service-account.name": "istio-reader-service-account",
  "kubernetes.io/serviceaccount/service-account.uid": "uid-of-reader",
  "kubernetes.io/serviceaccount/secret.name": "reader-secret",
};

interface Kubeconfig {
  server?: string;
  ca?: string;
  user?: Record<string, unknown>;
}

function kubeconfig({ server = "https://b.example:6443", ca = "", user }: Kubeconfig): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "b",
    clusters: [
      {
        name: "b",
        cluster: { server, "certificate-authority-data": Buffer.from(ca).toString("base64") },
      },
    ],
    contexts: [{ name: "b", context: { cluster: "b", user: "b" } }],
    users: [{ name: "b", user: user ?? { token: token(FOREVER) } }],
  });
}

function remoteSecret(data: Record<string, string>, name = "istio-remote-secret-b"): RawObject {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      namespace: "istio-system",
      name,
      labels: { "istio/multiCluster": "true" },
      annotations: { "networking.istio.io/cluster": "b" },
    },
    data: Object.fromEntries(
      Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString("base64")]),
    ),
  };
}

async function kubeconfigOf(text: string) {
  const [secret] = await valueOf("remoteSecrets", { objects: [remoteSecret({ b: text })] });
  const { kubeconfigs } = secret ?? {};
  if (!kubeconfigs?.ok) throw new Error("not read");
  return kubeconfigs.value[0];
}

describe("kubeconfigs of remote secrets", () => {
  it("say where they lead and whose token they have", async () => {
    const root = await makeRoot();
    expect(await kubeconfigOf(kubeconfig({ ca: root.pem }))).toEqual({
      cluster: "b",
      server: "https://b.example:6443",
      authorities: [expect.stringMatching(/^[\da-f]{64}$/)],
      credentials: ["token"],
      claims: {
        issuer: "kubernetes/serviceaccount",
        subject: FOREVER.sub,
        account: {
          namespace: "istio-system",
          name: "istio-reader-service-account",
          uid: "uid-of-reader",
        },
        secret: "reader-secret",
      },
    });
  });

  it("have the expiry and account of a bound token", async () => {
    const claims = {
      exp: 1_800_000_000,
      "kubernetes.io": {
        namespace: "istio-system",
        serviceaccount: { name: "reader", uid: "u" },
      },
    };
    const read = await kubeconfigOf(kubeconfig({ user: { token: token(claims) } }));
    expect(read?.claims).toEqual({
      expires: 1_800_000_000_000,
      account: { namespace: "istio-system", name: "reader", uid: "u" },
    });
  });

  it.each<[string, Record<string, unknown>, string[]]>([
    ["nothing", {}, []],
    ["a token of another kind", { token: "static" }, ["opaque token"]],
    ["one that looks like a JSON web token", { token: "a.b.c" }, ["opaque token"]],
    ["a list in place of claims", { token: `a.${encoded([1])}.c` }, ["opaque token"]],
    ["a command", { exec: { command: "aws" } }, ["exec"]],
    ["files", { tokenFile: "/t", "client-key": "/k" }, ["tokenFile", "clientKey"]],
    ["a provider", { "auth-provider": { name: "oidc" } }, ["auth-provider oidc"]],
    ["a password", { username: "a", password: "hunter2" }, ["password"]],
  ])("sign in with %s", async (_, user, credentials) => {
    expect(await kubeconfigOf(kubeconfig({ user }))).toMatchObject({ credentials });
  });

  it("never have who and by what password the server is reached", async () => {
    const read = await kubeconfigOf(kubeconfig({ server: "https://jane:pw@b.example/x" }));
    expect(read?.server).toBe("https://b.example/x");
  });

  it.each([
    ["a: [", "it is not YAML of a map"],
    ["just words", "it is not YAML of a map"],
    ["", "its chosen context leads to no cluster"],
    ["{current-context: x, contexts: [{name: x}]}", "its chosen context leads to no cluster"],
    ["40 bytes long", "it is redacted in this recording"],
  ])("say in words of ours why %j cannot be read", async (text, unreadable) => {
    const object = remoteSecret({ b: text });
    expect(await kubeconfigOf(text)).toMatchObject({ unreadable, credentials: [] });
    expect(await valueOf("remoteSecrets", { objects: [{ ...object, data: { b: 1 } }] })).toEqual([
      expect.objectContaining({
        kubeconfigs: {
          ok: true,
          value: [expect.objectContaining({ unreadable: "it is no text" })],
        },
      }),
    ]);
  });

  it("are kept without any credential, and once kept they stay the same", () => {
    const secret = remoteSecret({
      b: kubeconfig({}),
      c: kubeconfig({ user: { token: "static" } }),
    });
    const kept = redactObject(RESOURCES.secrets, secret);
    const text = JSON.stringify(kept);
    expect(text).not.toContain(TOKEN_SIGNATURE);
    expect(text).not.toContain(encoded(FOREVER));
    expect(text).not.toContain("static");
    expect(text).toContain("uid-of-reader");
    expect(redactObject(RESOURCES.secrets, kept)).toEqual(kept);
    const other = { ...secret, metadata: { namespace: "istio-system", name: "other" } };
    expect(JSON.stringify(redactObject(RESOURCES.secrets, other))).not.toContain("b.example");
  });

  it("come from stringData of files too", async () => {
    const { data: _, ...secret } = remoteSecret({});
    const objects = [{ ...secret, stringData: { b: kubeconfig({}) } }];
    const [read] = await valueOf("remoteSecrets", { objects });
    expect(read?.kubeconfigs).toMatchObject({ ok: true, value: [{ credentials: ["token"] }] });
  });

  it("are asked for only where there are any that count", async () => {
    const objects = [remoteSecret({ b: kubeconfig({}) })];
    const linesOf = async (mode: "peering" | "community", present = objects) => {
      const { reader, source } = memorySource({ objects: present }, { mode });
      await source.fact("remoteSecrets");
      return reader.requests.filter((line) => line.startsWith("list secrets"));
    };
    const named = "list secrets in istio-system istio/multiCluster=true (metadata)";
    expect(await linesOf("community", [])).toEqual([named]);
    expect(await linesOf("peering")).toEqual([named]);
    expect(await linesOf("community")).toEqual([named, named.replace(" (metadata)", "")]);
  });

  it("that may not be read leave the names", async () => {
    const { reader, source } = memorySource({ objects: [remoteSecret({ b: "x" })] });
    const list = reader.list.bind(reader);
    reader.list = (resource, options) =>
      options?.metadataOnly || resource.plural !== "secrets"
        ? list(resource, options)
        : Promise.resolve({ ok: false, why: "timeout", detail: "late" });
    const read = await source.fact("remoteSecrets");
    expect(read).toMatchObject({
      ok: true,
      value: [{ name: "istio-remote-secret-b", cluster: "b", kubeconfigs: { ok: false } }],
    });
  });
});

function istiod(name = "istiod-1"): RawObject {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace: "istio-system", name, labels: { app: "istiod" } },
    spec: { containers: [{ name: "discovery", image: "pilot:1.29.1" }] },
    status: { phase: "Running" },
  };
}

const OURS = [istiod(), remoteSecret({ b: kubeconfig({}) })];
const AT = "istio-system/istiod-1:15014/debug";

describe("what only community multicluster has", () => {
  it("is not asked for without a sign of it", async () => {
    const { reader, source } = memorySource({ objects: [istiod()] });
    expect(await source.fact("remoteClusters")).toEqual({ ok: true, value: [] });
    expect(await source.fact("proxyPods")).toEqual({ ok: true, value: [] });
    expect(await source.fact("endpoints")).toEqual({ ok: true, value: undefined });
    expect(await source.fact("credentialTarget")).toEqual({ ok: true, value: undefined });
    expect(reader.requests.filter((line) => line.startsWith("debug"))).toEqual([]);
    expect(reader.requests.join()).not.toContain("canonical-name");
  });

  it.each([
    ["is injected", { "istio-injection": "enabled" }, true],
    ["has a revision", { "istio.io/rev": "1-28" }, true],
    ["is not injected", { "istio-injection": "disabled", "istio.io/rev": "1-28" }, false],
    ["is ambient", { "istio.io/dataplane-mode": "ambient" }, false],
  ])("but pods with a proxy are where a namespace %s", async (_, labels, asked) => {
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "legacy", labels } };
    const { reader, source } = memorySource({ objects: [istiod(), namespace] });
    await source.fact("proxyPods");
    expect(reader.requests.join().includes("canonical-name")).toBe(asked);
  });

  it("is asked for where --mode says so", async () => {
    const { reader, source } = memorySource({ objects: [istiod()] }, { mode: "community" });
    await source.fact("remoteClusters");
    expect(reader.requests).toContain(`debug ${AT}/clusterz`);
  });

  it("the clusters that istiod reads, by /debug/clusterz", async () => {
    const body = [
      { id: "a", syncStatus: "synced" },
      { id: "b", secretName: "istio-system/s", syncStatus: "timeout" },
      7,
    ];
    const read = await valueOf("remoteClusters", {
      objects: OURS,
      debug: { [`${AT}/clusterz`]: body },
    });
    expect(read).toEqual([
      {
        namespace: "istio-system",
        pod: "istiod-1",
        answer: {
          ok: true,
          value: [
            { id: "a", status: "synced" },
            { id: "b", secret: "istio-system/s", status: "timeout" },
            { id: "", status: "" },
          ],
        },
      },
    ]);
  });

  it("one that is syncing is looked at twice, and the second look counts", async () => {
    const debug: Record<string, unknown> = {
      [`${AT}/clusterz`]: [{ id: "b", syncStatus: "syncing" }],
    };
    const reader = new MemoryReader({ objects: OURS, debug });
    const ask = reader.debug.bind(reader);
    const bodies = [[{ id: "b", syncStatus: "syncing" }], [{ id: "b", syncStatus: "synced" }]];
    reader.debug = async (target, path) => {
      await ask(target, path);
      return { ok: true, value: bodies.shift() };
    };
    const read = await new ClusterSource(reader, {}, FACTS).fact("remoteClusters");
    expect(read).toMatchObject({
      ok: true,
      value: [{ answer: { value: [{ status: "synced" }] } }],
    });
    expect(bodies).toEqual([]);
  });

  it("a second look that fails leaves the first", async () => {
    const reader = new MemoryReader({ objects: OURS });
    const answers = [
      { ok: true, value: [{ id: "b", syncStatus: "syncing" }] },
      { ok: false, why: "timeout", detail: "late" },
    ] as const;
    let asked = 0;
    reader.debug = () => Promise.resolve(answers[asked++] ?? answers[1]);
    const read = await new ClusterSource(reader, {}, FACTS).fact("remoteClusters");
    expect(read).toMatchObject({ value: [{ answer: { value: [{ status: "syncing" }] } }] });
  });

  it.each([{}, null, "x"])("another answer than a list is a fault of its own: %j", async (body) => {
    const debug = { [`${AT}/clusterz`]: body, [`${AT}/networkz`]: body ?? {} };
    const [read] = await valueOf("remoteClusters", { objects: OURS, debug });
    expect(read?.answer).toMatchObject({ ok: false, why: "unreadable" });
    const endpoints = await valueOf("endpoints", { objects: OURS, debug });
    expect(endpoints?.gateways).toMatchObject({ ok: false, why: "unreadable" });
  });

  it("the endpoints by cluster, and the gateways of networks", async () => {
    const shards = {
      "hello.sample.svc.cluster.local": {
        sample: {
          Shards: {
            "Kubernetes/b": [{ Network: "net-b", Addresses: ["10.0.0.1"] }, {}],
            "Kubernetes/a": [{ Address: "10.0.0.2" }],
            "Kubernetes/c": [],
            External: "x",
          },
        },
      },
    };
    const networkz = [
      { Network: "net-b", Cluster: "b", Addr: "192.0.2.2", Port: 15_443, HBONEPort: 0 },
      { Network: "net-c" },
    ];
    const debug = { [`${AT}/endpointShardz`]: shards, [`${AT}/networkz`]: networkz };
    const read = await valueOf("endpoints", { objects: OURS, debug });
    expect(read).toEqual({
      services: {
        ok: true,
        value: [
          {
            host: "hello.sample.svc.cluster.local",
            namespace: "sample",
            shards: [
              { cluster: "a", count: 1, networks: [""] },
              { cluster: "b", count: 2, networks: ["", "net-b"] },
            ],
          },
        ],
      },
      gateways: {
        ok: true,
        value: [
          { network: "net-b", cluster: "b", address: "192.0.2.2", port: 15_443, hbonePort: 0 },
          { network: "net-c", cluster: "", address: "", port: 0, hbonePort: 0 },
        ],
      },
    });
    const older = { [`${AT}/endpointz`]: shards, [`${AT}/networkz`]: null };
    expect(await valueOf("endpoints", { objects: OURS, debug: older })).toEqual({
      services: read?.services,
      gateways: { ok: true, value: [] },
    });
  });

  it("without an istiod there is nobody to ask", async () => {
    const read = await valueOf("endpoints", { objects: OURS.slice(1) });
    expect(read?.services).toMatchObject({ ok: false, detail: "no istiod runs" });
    const refused = await valueOf("endpoints", { objects: OURS, refuse: forbid("list pods") });
    expect(refused?.gateways).toMatchObject({ ok: false, why: "forbidden" });
  });

  it("pods with a proxy, native sidecars among them", async () => {
    const env = [
      { name: "ISTIO_META_NETWORK", value: "net-a" },
      { name: "ISTIO_META_CLUSTER_ID", value: "a" },
    ];
    const pod = (name: string, spec: unknown, more: Record<string, unknown> = {}): RawObject => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        namespace: "sample",
        name,
        labels: { "service.istio.io/canonical-name": "hello" },
        ...more,
      },
      spec,
      status: { phase: name === "done" ? "Succeeded" : "Running" },
    });
    const proxy = { name: "istio-proxy", env };
    const objects = [
      ...OURS,
      pod("native", { initContainers: [proxy], containers: [{ name: "app" }] }),
      pod("classic", { containers: [{ name: "app" }, { name: "istio-proxy" }] }),
      pod("without", { containers: [{ name: "app" }] }),
      pod("done", { containers: [proxy] }),
      pod("gone", { containers: [proxy] }, { deletionTimestamp: "2026-01-01T00:00:00Z" }),
    ];
    const read = await valueOf("proxyPods", { objects });
    expect(read.map(({ name, network, clusterId }) => ({ name, network, clusterId }))).toEqual([
      { name: "classic" },
      { name: "native", network: "net-a", clusterId: "a" },
    ]);
    expect(
      await memorySource({ objects, refuse: forbid("list pods") }).source.fact("proxyPods"),
    ).toMatchObject({ ok: false });
  });

  it("by what a kubeconfig elsewhere can be told to lead here", async () => {
    const root = await makeRoot();
    const objects: RawObject[] = [
      {
        kind: "ConfigMap",
        metadata: { namespace: "istio-system", name: "kube-root-ca.crt" },
        data: { "ca.crt": root.pem },
      },
      {
        kind: "ServiceAccount",
        metadata: { namespace: "istio-system", name: "istio-reader-service-account", uid: "u" },
      },
      { kind: "ServiceAccount", metadata: { namespace: "istio-system", name: "odd" } },
      { kind: "Secret", metadata: { namespace: "istio-system", name: "reader-secret" } },
    ];
    const target = async (mode: "peering" | "community") => {
      const here = new ClusterSource(new MemoryReader({ objects }), { mode }, FACTS);
      here.peers = [new ClusterSource(new MemoryReader({ objects: OURS }), {}, FACTS)];
      return here.fact("credentialTarget");
    };
    expect(await target("peering")).toEqual({ ok: true, value: undefined });
    expect(await target("community")).toEqual({
      ok: true,
      value: {
        authorities: { ok: true, value: [expect.stringMatching(/^[\da-f]{64}$/)] },
        accounts: {
          ok: true,
          value: [{ namespace: "istio-system", name: "istio-reader-service-account", uid: "u" }],
        },
        secrets: { ok: true, value: ["reader-secret"] },
      },
    });
  });
});

describe("the mesh configuration", () => {
  it("has what community multicluster goes by", async () => {
    const mesh = `
defaultConfig: {meshId: mesh1, discoveryAddress: "istiod-remote.istio-system.svc:15012"}
caCertificates: [{trustDomains: [other], pem: x}]
serviceSettings:
- {settings: {clusterLocal: true}, hosts: ["*.local-only.svc.cluster.local"]}
- {settings: {clusterLocal: false}, hosts: ["*.shared.svc.cluster.local"]}
serviceScopeConfigs:
- {scope: GLOBAL, servicesSelector: {matchExpressions: [{key: istio.io/global, operator: In, values: ["true"]}, {}]}}
- {servicesSelector: {matchLabels: {a: b}}}
`;
    const object = {
      kind: "ConfigMap",
      metadata: { namespace: "istio-system", name: "istio" },
      data: { mesh },
    };
    const deployment = {
      kind: "Deployment",
      metadata: { namespace: "istio-system", name: "istiod", labels: { app: "istiod" } },
    };
    const [config] = await valueOf("meshConfigs", { objects: [object, deployment] });
    expect(config).toEqual({
      revision: "default",
      configMap: "istio",
      trustDomain: "cluster.local",
      trustDomainAliases: [],
      foreignTrustDomains: ["other"],
      clusterLocalHosts: ["*.local-only.svc.cluster.local"],
      serviceScopes: [
        { scope: "GLOBAL", services: [{ key: "istio.io/global", values: ["true"] }] },
        { scope: "LOCAL", services: [{ key: "a", values: ["b"] }] },
      ],
      meshId: "mesh1",
      discoveryAddress: "istiod-remote.istio-system.svc:15012",
    });
  });
});

describe("Gateways of Istio's own kind", () => {
  const metadata = (name: string) => ({ namespace: "istio-system", name });
  const entrance = {
    kind: "Service",
    metadata: { ...metadata("gw"), labels: { "topology.istio.io/network": "n" } },
    spec: { ports: [{ port: 15_443 }] },
  };
  const gateway = (name: string, servers: unknown) => ({
    apiVersion: "networking.istio.io/v1",
    kind: "Gateway",
    metadata: metadata(name),
    spec: { selector: { istio: "eastwestgateway" }, servers },
  });
  const route = {
    kind: "VirtualService",
    metadata: metadata("istiod-vs"),
    spec: {
      gateways: ["istiod"],
      tls: [
        {
          match: [{ port: 15_012, sniHosts: ["*"] }, {}],
          route: [{ destination: { host: "istiod.istio-system" } }, {}],
        },
        {},
      ],
    },
  };
  const ISTIOD = gateway("istiod", [
    { port: { number: 15_012 }, tls: { mode: "PASSTHROUGH" }, hosts: ["*"] },
  ]);

  it("are read with the routes to istiod, and none of the Gateway API among them", async () => {
    const odd = [gateway("odd", [{}]), { ...gateway("", []), metadata: {} }];
    const other = { ...gateway("k8s", []), apiVersion: "gateway.networking.k8s.io/v1" };
    const objects = [entrance, ISTIOD, ...odd, other, route, { ...route, metadata: {} }];
    const selector = new Map([["istio", "eastwestgateway"]]);
    expect(await valueOf("istioGateways", { objects })).toEqual({
      gateways: [
        {
          ...metadata("istiod"),
          selector,
          servers: [{ port: 15_012, tlsMode: "PASSTHROUGH", hosts: ["*"] }],
        },
        { ...metadata("odd"), selector, servers: [{ hosts: [] }] },
      ],
      routes: {
        ok: true,
        value: [
          {
            ...metadata("istiod-vs"),
            gateways: ["istiod"],
            sniHosts: ["*"],
            ports: [15_012],
            destinations: ["istiod.istio-system"],
          },
          {
            ...metadata("istiod-vs"),
            gateways: ["istiod"],
            sniHosts: [],
            ports: [],
            destinations: [],
          },
        ],
      },
    });
  });

  it.each<[string, readonly RawObject[], readonly string[]]>([
    ["nothing lets other networks in", [ISTIOD], []],
    [
      "no Gateway is for istiod",
      [entrance, gateway("x", [])],
      ["list gateways.networking.istio.io"],
    ],
  ])("are asked for no more than what is of use where %s", async (_, objects, expected) => {
    const { source, reader } = memorySource({ objects }, { mode: "community" });
    await source.fact("services");
    reader.requests.length = 0;
    await source.fact("istioGateways");
    expect(reader.requests).toEqual(expected);
  });

  it("say what was not read", async () => {
    const read = async (line: string) =>
      memorySource({ objects: [entrance, ISTIOD], refuse: forbid(line) }).source.fact(
        "istioGateways",
      );
    expect(await read("list services")).toMatchObject({ ok: false });
    const refuse = (request: string) =>
      request.startsWith("list gateways.") ? missing("not-found", "no CRD") : undefined;
    expect(
      await memorySource({ objects: [entrance], refuse }).source.fact("istioGateways"),
    ).toMatchObject({ ok: true, value: { gateways: [] } });
    expect(await read("list gateways.networking.istio.io")).toMatchObject({ ok: false });
    expect(await read("list virtualservices")).toMatchObject({
      ok: true,
      value: { routes: { ok: false, why: "forbidden" } },
    });
  });

  it("are kept apart from those of the Gateway API, which are called alike", () => {
    const kept = redactObject(RESOURCES.istioGateways, ISTIOD);
    expect(kept).toEqual(ISTIOD);
    expect(redactObject(RESOURCES.gateways, ISTIOD)["spec"]).toEqual({});
  });
});

describe("where a cluster without an istiod finds one", () => {
  const slice = (name: string | undefined, more: object = {}) => ({
    kind: "EndpointSlice",
    metadata: {
      namespace: "istio-system",
      name: "s",
      ...(name === undefined ? {} : { labels: { "kubernetes.io/service-name": name } }),
    },
    ...more,
  });
  const deployed = {
    kind: "Deployment",
    metadata: { namespace: "istio-system", name: "istiod", labels: { app: "istiod" } },
  };
  const full = { endpoints: [{ addresses: ["192.0.2.1"] }, {}], ports: [{ port: 15_012 }, {}] };

  it("is read from the EndpointSlices of the Services for it", async () => {
    const objects = [
      slice("istiod-remote"),
      slice("istiod", full),
      slice("web", full),
      slice(undefined),
    ];
    const { source } = memorySource({ objects }, { mode: "community" });
    expect(await source.fact("istiodEndpoints")).toEqual({
      ok: true,
      value: [
        { service: "istiod", addresses: ["192.0.2.1"], ports: [15_012] },
        { service: "istiod-remote", addresses: [], ports: [] },
      ],
    });
  });

  it("is read from Endpoints where a recording has no slices", async () => {
    const endpoints = (name?: string, subsets?: unknown) => ({
      kind: "Endpoints",
      metadata: { namespace: "istio-system", ...(name === undefined ? {} : { name }) },
      subsets,
    });
    const subset = { addresses: [{ ip: "192.0.2.1" }, {}], ports: [{ port: 15_012 }, {}] };
    const objects = [endpoints("istiod", [subset, {}]), endpoints("web", [subset]), endpoints()];
    const refuse = (request: string) =>
      request.startsWith("list endpointslices") ? missing("not-recorded", "no") : undefined;
    const { source } = memorySource({ objects, refuse }, { mode: "community" });
    expect(await source.fact("istiodEndpoints")).toEqual({
      ok: true,
      value: [{ service: "istiod", addresses: ["192.0.2.1"], ports: [15_012] }],
    });
    const none = (request: string) =>
      request.startsWith("list endpoint") ? missing("not-recorded", request) : undefined;
    expect(
      await memorySource({ refuse: none }, { mode: "community" }).source.fact("istiodEndpoints"),
    ).toMatchObject({ ok: false, detail: "list endpointslices in istio-system" });
  });

  it.each<[string, MemoryContents, object]>([
    ["there is one", { objects: [deployed, slice("istiod", full)] }, { ok: true, value: [] }],
    [
      "it is not known whether there is one",
      { refuse: forbid("list deployments app=istiod") },
      { ok: false },
    ],
    [
      "EndpointSlices are refused",
      { refuse: forbid("list endpointslices in istio-system") },
      { ok: false },
    ],
  ])("is not where %s", async (_, contents, expected) => {
    const { source } = memorySource(contents, { mode: "community" });
    expect(await source.fact("istiodEndpoints")).toMatchObject(expected);
  });
});
