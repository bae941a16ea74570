import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { CHECKS } from "../../src/checks/index.ts";
import { check } from "../../src/engine/check.ts";
import { namespacesThatMatter } from "../../src/engine/narrow.ts";
import { narrowedNotes } from "../../src/engine/narrowed-notes.ts";
import { gathered, missing } from "../../src/model/gathered.ts";
import type { RawObject } from "../../src/model/reader.ts";
import { RESOURCES, type Resource } from "../../src/model/resource.ts";
import type { Report } from "../../src/model/report.ts";
import { openRecordings } from "../../src/readers/recordings.ts";
import { record } from "../../src/readers/record.ts";
import { clusterRef } from "../support/facts.ts";
import { runMc } from "../support/cli.ts";
import type { AccessRules } from "../support/rbac.ts";
import { liveClusters, type LiveScenario, timeless } from "../support/scenario.ts";
import { forbid, memorySource } from "../support/source.ts";

/** Refuses lists of pods but for those of some namespaces. */
function podsOnlyIn(...namespaces: string[]) {
  return (line: string) =>
    line.startsWith("list pods") && !namespaces.some((one) => line.includes(` in ${one} `))
      ? missing("forbidden", `${line} is forbidden`)
      : undefined;
}

const REQUEST = { precheck: false, concurrency: 16 };

let live: LiveScenario | undefined;

afterEach(async () => {
  await live?.close();
  live = undefined;
});

const object = (kind: string, namespace: string, name: string, labels = {}): RawObject => ({
  kind,
  metadata: { name, ...(namespace && { namespace }), labels },
});

const list = (resource: Resource, objects: RawObject[]) => ({
  resource,
  options: {},
  answer: gathered(objects),
});

describe("the namespaces that matter", () => {
  it("are those that are named, the usual ones, those of Istio's parts and of the mesh", () => {
    const lists = [
      {
        ...list(RESOURCES.pods, [object("Pod", "mesh", "istiod")]),
        options: { labelSelector: "a" },
      },
      list(RESOURCES.pods, [object("Pod", "shop", "cart")]),
      list(RESOURCES.gateways, [
        object("Gateway", "edge", "istio-eastwest"),
        { kind: "Gateway", metadata: {} },
      ]),
      list(RESOURCES.nodes, [object("Node", "", "n")]),
      list(RESOURCES.namespaces, [
        object("Namespace", "", "bookinfo", { "istio.io/dataplane-mode": "ambient" }),
        object("Namespace", "", "net", { "topology.istio.io/network": "n" }),
        object("Namespace", "", "global", { "solo.io/service-scope": "global" }),
        object("Namespace", "", "plain", { team: "istio.io" }),
        { kind: "Namespace", metadata: { labels: { "istio.io/x": "nameless" } } },
      ]),
    ];
    expect(namespacesThatMatter({ istioNamespace: "im", namespace: "gw" }, lists)).toEqual([
      "im",
      "gw",
      "istio-system",
      "istio-eastwest",
      "kube-system",
      "bookinfo",
      "edge",
      "global",
      "mesh",
      "net",
    ]);
  });

  it("are twenty at most", () => {
    const many = Array.from({ length: 50 }, (_, index) =>
      object("Gateway", `ns-${index}`, "istio-eastwest"),
    );
    expect(namespacesThatMatter({}, [list(RESOURCES.gateways, many)])).toHaveLength(20);
  });
});

describe("what was read in some namespaces only", () => {
  const namespaces = CHECKS.find(({ id }) => id === "shared-services");

  it.each([
    [["a", "b"], "only namespaces a, b were read for services: "],
    [[], "only some namespaces were read for services: "],
  ])("%j is told", (read, said) => {
    const refused = missing("forbidden", "no");
    const narrowed = [{ group: "", resource: "services", namespaces: read, refused }];
    const notes = namespaces
      ? narrowedNotes(namespaces, { ref: clusterRef("a"), facts: {}, narrowed })
      : [];
    expect(notes.map(({ severity, message }) => [severity, message])).toEqual([
      ["info", `ctx-a: ${said}listing them in all namespaces is forbidden`],
    ]);
  });
});

describe("a list that is forbidden for the whole cluster", () => {
  const objects = [
    object("Pod", "istio-system", "istiod-1", { app: "istiod" }),
    object("Pod", "elsewhere", "istiod-2", { app: "istiod" }),
    object("Namespace", "", "istio-system"),
  ];

  it("is read where it is allowed, and what was read is noted", async () => {
    const refuse = podsOnlyIn("istio-system", "istio-eastwest");
    const { source } = memorySource({ objects, refuse });
    expect(await source.fact("istiodPods")).toMatchObject({
      ok: true,
      value: [{ namespace: "istio-system", name: "istiod-1" }],
    });
    expect(source.narrowed).toMatchObject([
      {
        group: "",
        resource: "pods",
        refused: { why: "forbidden" },
        namespaces: ["istio-system", "istio-eastwest"],
      },
    ]);
  });

  it("stays forbidden when nothing is found: it may well be elsewhere", async () => {
    const refuse = podsOnlyIn("kube-system");
    const { source } = memorySource({ objects, refuse });
    expect(await source.fact("istiodPods")).toMatchObject({
      ok: false,
      why: "forbidden",
      detail:
        "list pods app in (istiod,ztunnel) is forbidden; there is none in the namespaces that may be read (kube-system)",
    });
    expect(source.narrowed).toEqual([]);
  });

  it("stays forbidden when no namespace may be read", async () => {
    const { source } = memorySource({ objects, refuse: forbid("list") });
    expect(await source.fact("istiodPods")).toMatchObject({
      detail: "list pods app in (istiod,ztunnel) is forbidden",
    });
  });

  it("of namespaces is each by itself", async () => {
    const { source } = memorySource({ objects, refuse: forbid("list namespaces") });
    expect(await source.fact("namespaces")).toMatchObject({
      ok: true,
      value: [{ name: "istio-system" }],
    });
    // Those that were looked for and do not exist are known as well.
    const namespaces = ["istio-system", "istio-eastwest", "kube-system"];
    expect(source.narrowed).toMatchObject([{ group: "", resource: "namespaces", namespaces }]);
    const plain = memorySource({ objects, refuse: forbid("list namespaces") });
    expect(await plain.source.listWhereAllowed(RESOURCES.namespaces)).toMatchObject({
      ok: true,
      value: [{ metadata: { name: "istio-system" } }],
    });
  });

  it("notes what every list of a type could see", async () => {
    const refuse = forbid("list pods k8s-app", "list pods app", "list pods in kube-system app");
    const both = [...objects, object("Pod", "kube-system", "cni", { "k8s-app": "istio-cni-node" })];
    const { source } = memorySource({ objects: both, refuse });
    await Promise.all([source.fact("istiodPods"), source.fact("cniPods")]);
    expect(source.narrowed).toMatchObject([{ namespaces: ["istio-system", "istio-eastwest"] }]);
    expect((await source.fact("cniPods")).ok).toBe(true);
  });

  it("of entries is that of the istio namespace, which is all that counts", async () => {
    const entry = {
      kind: "WorkloadEntry",
      metadata: {
        name: "e",
        namespace: "istio-system",
        labels: { "solo.io/source-workload": "autogenflat.x" },
      },
    };
    const refuse = forbid("list workloadentries solo");
    const { source } = memorySource({ objects: [entry], refuse });
    expect(await source.fact("flatEntries")).toMatchObject({ ok: true, value: [{ name: "e" }] });
    expect(source.narrowed).toEqual([]);
    const none = memorySource({ refuse: forbid("list workloadentries") });
    expect(await none.source.fact("flatEntries")).toMatchObject({ why: "forbidden" });
  });
});

const READS = [
  { group: "", resource: "pods" },
  { group: "", resource: "services" },
  { group: "", resource: "configmaps" },
  { group: "", resource: "secrets" },
  { group: "", resource: "pods/portforward" },
  { group: "", resource: "namespaces" },
  { group: "apps", resource: "deployments" },
  { group: "apps", resource: "daemonsets" },
  { group: "gateway.networking.k8s.io", resource: "gateways" },
  { group: "networking.istio.io", resource: "workloadentries" },
];

/** Roles in these namespaces, and no ClusterRole. */
function rolesIn(...namespaces: string[]): AccessRules {
  return namespaces.flatMap((namespace) => READS.map((rule) => ({ ...rule, namespace })));
}

function statuses({ clusters, mesh }: Report): Record<string, string> {
  const all = [...(clusters[0]?.checks ?? []), ...mesh];
  return Object.fromEntries(all.map(({ id, status }) => [id, status]));
}

describe("a user with roles in namespaces only", () => {
  it("gets the checks judged on them, each saying so", async () => {
    live = await liveClusters("healthy", {
      users: [{ name: "dev", allowOnly: rolesIn("istio-system", "istio-eastwest") }],
    });
    const report = await check(live.readers, REQUEST);
    expect(statuses(report)).toMatchObject({
      connection: "pass",
      "env-vars": "info",
      license: "info",
      "cni-dns-capture": "info",
      "pods-istiod": "info",
      "pods-ztunnel": "info",
      "pods-eastwest": "info",
      "pods-cni": "info",
      gateways: "info",
      peers: "info",
      "shared-services": "info",
      "control-plane": "info",
      // Nodes are in no namespace.
      platform: "error",
      certs: "pass",
      network: "info",
      "stale-workloads": "info",
      "peer-addresses": "info",
      "trust-domains": "info",
      "cluster-identity": "info",
      links: "info",
      "data-plane": "info",
      versions: "info",
      services: "info",
    });
    const gateways = report.clusters[0]?.checks.find(({ id }) => id === "gateways");
    expect(gateways?.summary).toBe("all eastwest gateways programmed");
    expect(gateways?.findings).toContainEqual({
      severity: "info",
      cluster: "cluster1",
      message:
        "cluster1: only namespaces istio-system, istio-eastwest were read for namespaces, pods, services, deployments.apps, gateways.gateway.networking.k8s.io: listing them in all namespaces is forbidden",
    });
    const links = report.mesh.find(({ id }) => id === "links");
    expect(links?.findings.map(({ cluster }) => cluster)).toEqual(
      expect.arrayContaining(["cluster1", "cluster2"]),
    );
  });

  it("is not told that the mesh is broken by what may be elsewhere", async () => {
    live = await liveClusters("healthy", {
      users: [{ name: "dev", allowOnly: rolesIn("istio-system") }],
    });
    const report = await check(live.readers, REQUEST);
    expect(Object.values(statuses(report))).not.toContain("fail");
    expect(statuses(report)).toMatchObject({ gateways: "error", "pods-istiod": "info" });
    const gateways = report.clusters[0]?.checks.find(({ id }) => id === "gateways");
    expect(gateways?.summary).toContain(
      "there is none in the namespaces that may be read (istio-system)",
    );
    expect(gateways?.findings[0]?.remediation?.commands[0]).toContain("create clusterrole");
  });

  it("can name the namespace that matters to it", async () => {
    live = await liveClusters("split-namespaces", {
      users: [{ name: "dev", allowOnly: rolesIn("istio-system", "istio-gateways", "kube-system") }],
    });
    const guessed = statuses(await check(live.readers, REQUEST));
    expect(guessed).toMatchObject({ gateways: "error", "pods-ztunnel": "info" });
    const named = await check(live.readers, { ...REQUEST, namespace: "istio-gateways" });
    expect(statuses(named)).toMatchObject({ gateways: "info", peers: "info" });
  });

  it("is told by mc snapshot what it could see", async () => {
    live = await liveClusters("healthy", {
      users: [{ name: "dev", allowOnly: rolesIn("istio-system", "istio-eastwest") }],
    });
    const directory = mkdtempSync(join(tmpdir(), "mc-narrow-"));
    const file = join(directory, "mesh.tar.gz");
    const { code, stderr } = await runMc(
      ["snapshot", "--contexts=cluster1", "--output-file", file],
      { env: { KUBECONFIG: live.kubeconfig } },
    );
    rmSync(directory, { recursive: true });
    expect(code).toBe(0);
    expect(stderr).toContain(
      "note: cluster1: only namespaces istio-system, istio-eastwest were read for configmaps, namespaces, pods, ",
    );
  });

  it("leaves a recording with the same report", async () => {
    live = await liveClusters("flat-network", {
      users: [{ name: "dev", allowOnly: rolesIn("istio-system", "istio-eastwest") }],
    });
    const directory = mkdtempSync(join(tmpdir(), "mc-narrow-"));
    try {
      const recorders = live.readers.map((reader) => record(reader));
      const fromLive = await check(
        recorders.map(({ reader }) => reader),
        REQUEST,
      );
      await Promise.all(recorders.map((one, index) => one.write(join(directory, String(index)))));
      const recorded = await Promise.all(
        recorders.map((_, index) => openRecordings(join(directory, String(index)))),
      );
      const fromRecording = await check(recorded.flat(), REQUEST);
      expect(timeless(fromRecording)).toEqual(timeless(fromLive));
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
