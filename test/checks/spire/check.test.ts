import { describe, expect, test } from "vitest";
import { spire } from "../../../src/checks/spire/check.ts";
import { gathered, missing } from "../../../src/model/gathered.ts";
import { node, runCluster } from "../../support/facts.ts";
import { forbid } from "../../support/source.ts";
import { change, config, lines, spireFindings, without } from "../../support/spire.ts";

const AGENT = {
  namespace: "spire-server",
  name: "spire-agent",
  scheduling: { nodeSelector: new Map(), tolerations: [] },
  config: missing("forbidden", "configmaps is forbidden"),
};

test("is skipped where SPIRE is not, and folds away", () => {
  const { findings, summary } = runCluster(spire);
  expect(findings).toEqual([
    {
      severity: "skip",
      message: "the mesh takes no identities from SPIRE",
      because: { notInUse: "SPIRE" },
    },
  ]);
  expect(summary).toBe("the mesh takes no identities from SPIRE");
});

test("says where SPIRE is there and not used", () => {
  const use = { signs: [], byZtunnel: false, agents: [AGENT], drivers: [], ztunnelSockets: [] };
  expect(lines(runCluster(spire, { spire: use }).findings)).toEqual([
    "info: SPIRE is in the cluster, and nothing says that the mesh takes identities from it",
  ]);
});

test("does not know where DaemonSets were not read, or only in part", () => {
  const unread = runCluster(spire, { spire: missing("forbidden", "daemonsets is forbidden") });
  expect(lines(unread.findings)).toEqual([
    "skip: not known whether the mesh uses SPIRE: daemonsets is forbidden",
  ]);
  const use = { signs: [], byZtunnel: false, agents: [], drivers: [], ztunnelSockets: [] };
  const partly = runCluster(spire, { spire: { ...use, partly: "daemonsets is forbidden" } });
  expect(lines(partly.findings)).toEqual([
    "skip: no sign of SPIRE in the namespaces that were read: daemonsets is forbidden",
  ]);
});

test("says what was not read, and that is no fault", async () => {
  const configs = await spireFindings({ alone: true, refuse: forbid("get spire-server") });
  expect(lines(configs.spire)).toEqual([
    "info: configuration of SPIRE not checked: get spire-server/configmaps/spire-agent is forbidden",
  ]);
  const pods = await spireFindings({
    alone: true,
    refuse: (line) => (line === "list pods" ? forbid("list")(line) : undefined),
  });
  expect(lines(pods.spire)).toEqual(["info: pods of SPIRE not checked: list pods is forbidden"]);
});

test("cannot tell of nodes that were not read", async () => {
  const noDriver = without(
    ({ kind, metadata }) => kind === "Pod" && metadata.name.startsWith("spire-agent-"),
  );
  const placed = change("DaemonSet", "spire-agent", (object) => {
    object["status"] = {};
  });
  const unplaced = await spireFindings({ alone: true, changes: [noDriver, placed] });
  expect(lines(unplaced.spire)).toEqual([
    "fail: no SPIRE agent in any namespace, though the mesh takes identities from SPIRE",
  ]);
});

test("finds nodes without an agent, of whatever cause, and knows young ones", () => {
  const pod = (name: string, nodeName: string, more: object = {}) => ({
    namespace: "spire-server",
    name,
    labels: new Map(),
    phase: "Running",
    status: "Running",
    ready: 1,
    total: 1,
    restarts: 0,
    healthy: true,
    finished: false,
    deleting: false,
    images: [],
    env: new Map(),
    nodeName,
    ...more,
  });
  const use = {
    signs: ["x"],
    byZtunnel: true,
    agents: [{ ...AGENT, desired: 1, ready: 1 }],
    drivers: [],
    ztunnelSockets: [],
  };
  const pods = { servers: [], agents: [pod("a", "n1")], drivers: [], workloads: [] };
  const ztunnelPods = [pod("z1", "n1"), pod("z2", "n2"), pod("z3", "n3")];
  const run = (changes: object): string[] =>
    lines(runCluster(spire, { spire: use, spirePods: pods, ztunnelPods, ...changes }).findings);
  const about = (found: string[]): string[] => found.filter((one) => one.includes("node"));
  expect(about(run({ nodes: [node({ name: "n2" }), node({ name: "n3" })] }))).toEqual([
    "fail: no SPIRE agent on nodes n2, n3, where ztunnel runs",
  ]);
  const young = node({ name: "n2", createdAt: Date.parse("2026-01-15T11:59:30Z") });
  expect(about(run({ nodes: [young] }))).toEqual([]);
  expect(about(run({ nodes: missing("forbidden", "nodes is forbidden") }))).toEqual([
    "info: nodes without SPIRE agent not checked: nodes is forbidden",
  ]);
  const waiting = { ...pods, agents: [pod("a", "n1"), { ...pod("b", ""), nodeName: undefined }] };
  expect(about(run({ nodes: [node({ name: "n2" })], spirePods: waiting }))).toEqual([]);
  const two = {
    ...use,
    agents: [...use.agents, { ...AGENT, name: "other", desired: 1, ready: 1 }],
  };
  expect(about(run({ nodes: [node({ name: "n2" })], spire: two }))).toContain(
    "fail: no SPIRE agent on node n2, where ztunnel runs",
  );
});

test("warns of a driver that is not there before something mounts it, and fails where several do", () => {
  const use = { signs: ["x"], byZtunnel: false, agents: [], drivers: [], ztunnelSockets: [] };
  const workload = {
    namespace: "a",
    name: "b",
    uid: "u",
    labels: new Map(),
    serviceAccount: "c",
    hostNetwork: false,
    mountsSocket: true,
  };
  const none = { servers: [], agents: [], drivers: [], workloads: [] };
  const run = (spirePods: object): string[] =>
    lines(runCluster(spire, { spire: use, spirePods: { ...none, ...spirePods } }).findings);
  expect(run({})).toContain(
    "warn: no SPIFFE CSI driver in any namespace: waypoints will wait for its volumes",
  );
  expect(run({ workloads: [workload, { ...workload, name: "d" }] })).toContain(
    "fail: no SPIFFE CSI driver in any namespace, though 2 pods mount it",
  );
});

test("takes values that SPIRE replaces as they are not known", async () => {
  const found = await spireFindings({
    alone: true,
    changes: [
      config("spire-agent", "agent.conf", (text) =>
        text
          .replace('"trust_domain": "cluster1"', '"trust_domain": "$DOMAIN"')
          .replace("spiffe://cluster1/ns", "spiffe://$DOMAIN/ns"),
      ),
    ],
  });
  expect(lines(found.spire)).toEqual([]);
});

test("names what it judges where no volume names a ConfigMap", async () => {
  const anonymous = change("DaemonSet", "spire-agent", ({ spec }) => {
    const { template } = spec as { template: { spec: { volumes: Record<string, unknown>[] } } };
    template.spec.volumes = [];
  });
  const { spire: findings } = await spireFindings({ alone: true, changes: [anonymous] });
  expect(lines(findings)).toEqual([
    "info: configuration of SPIRE not checked: no ConfigMap of DaemonSet spire-server/spire-agent has key agent.conf",
  ]);
});

describe("of an agent by its configuration", () => {
  const sound = {
    trustDomain: "cluster.local",
    delegates: ["spiffe://cluster.local/ns/istio-system/sa/ztunnel"],
    adminSocket: "/tmp/admin.sock",
  };
  const ztunnel = {
    namespace: "istio-system",
    name: "ztunnel-dvlwk",
    uid: "u",
    labels: new Map(),
    serviceAccount: "ztunnel",
    hostNetwork: false,
    mountsSocket: false,
  };
  const run = (agent: object, more: object = {}, changes: object = {}): string[] =>
    runCluster(spire, {
      spire: {
        signs: ["x"],
        byZtunnel: true,
        agents: [{ ...AGENT, config: gathered(sound), ...agent }],
        drivers: [],
        ztunnelSockets: ["/run/spire/admin"],
        ...more,
      },
      spirePods: { servers: [], agents: [], drivers: [], workloads: [ztunnel] },
      ...changes,
    })
      .findings.filter(({ message }) => message.startsWith("agent "))
      .map(({ message, object }) => `${object?.kind} ${object?.name}: ${message}`);

  test("it is not known where its socket is", () => {
    expect(run({})).toEqual([]);
    expect(run({ adminVolume: { path: "/else" } }, { ztunnelSockets: [] })).toEqual([]);
    expect(run({ adminVolume: { path: "/run/spire/admin/" } })).toEqual([]);
    expect(run({ adminVolume: { path: "/run/spire" } })).toEqual([]);
  });

  test("what no ConfigMap holds is of the DaemonSet", () => {
    expect(run({ adminVolume: "pod" })).toEqual([
      expect.stringMatching(
        /^DaemonSet spire-agent: agent spire-server\/spire-agent has its admin/,
      ),
    ]);
  });

  test("its delegates are of the mesh's trust domain where it does not say its own", () => {
    const other = gathered({ ...sound, trustDomain: "" });
    expect(run({ config: other })).toEqual([]);
    const unread = missing("forbidden", "configmaps is forbidden");
    expect(run({ config: other }, {}, { meshConfigs: unread })).toEqual([]);
  });

  test("nothing is asked of it where ztunnel does not use it", () => {
    expect(run({ adminVolume: "pod" }, { byZtunnel: false })).toEqual([]);
  });

  test("pods of ztunnel that were not read need nothing", () => {
    const noDelegates = gathered({ ...sound, delegates: [] });
    const unread = missing("forbidden", "pods is forbidden");
    expect(run({ config: noDelegates }, {}, { ztunnelPods: unread })).toEqual([]);
    expect(run({ config: noDelegates }, {}, { spirePods: unread })).toEqual([]);
    expect(run({ config: noDelegates })).toHaveLength(1);
  });
});

test("a configuration that cannot be parsed is an error, of servers and managers as well", async () => {
  const { spire: findings } = await spireFindings({
    alone: true,
    changes: [
      config("spire-server", "server.conf", () => "server {"),
      config("spire-controller-manager", "controller-manager-config.yaml", () => "a: [b"),
    ],
  });
  expect(lines(findings)).toEqual([
    expect.stringMatching(/^error: server\.conf of ConfigMap spire-server\/spire-server cannot/),
    expect.stringMatching(/^error: controller-manager-config\.yaml of ConfigMap spire-server\//),
  ]);
});

test("trust domains are compared also where no ConfigMap is known", () => {
  const found = runCluster(spire, {
    spire: { signs: ["x"], byZtunnel: false, agents: [], drivers: [], ztunnelSockets: [] },
    spireTrust: {
      servers: [
        { namespace: "s", config: { trustDomain: "a", authorities: [] } },
        { namespace: "t", config: { trustDomain: "b", authorities: [] } },
      ],
      bundles: [],
    },
  });
  expect(lines(found.findings)).toContain(
    "fail: parts of SPIRE have different trust domains: SPIRE server in s has a, SPIRE server in t has b",
  );
  const one = runCluster(spire, {
    spire: { signs: ["x"], byZtunnel: false, agents: [], drivers: [], ztunnelSockets: [] },
    spireTrust: {
      servers: [{ namespace: "s", config: { trustDomain: "a", authorities: [] } }],
      bundles: [],
    },
  });
  expect(lines(one.findings)).toContain(
    "fail: SPIRE issues identities of trust domain a, but that of the mesh is cluster.local",
  );
});
