import { describe, expect, test } from "vitest";
import { workloadName } from "../../../src/checks/spire-registration/workloads.ts";
import type { SpireWorkloadFact } from "../../../src/model/spire.ts";
import { spireRegistration } from "../../../src/checks/spire-registration/check.ts";
import { missing } from "../../../src/model/gathered.ts";
import { labels, runCluster } from "../../support/facts.ts";
import { forbid } from "../../support/source.ts";
import {
  change,
  type Change,
  config,
  lines,
  type SpireCase,
  spireFindings,
  without,
} from "../../support/spire.ts";

async function said(given: SpireCase): Promise<string[]> {
  const found = await spireFindings({ alone: true, ...given });
  return lines(found["spire-registration"]);
}

const MANAGER = "controller-manager-config.yaml";
const manager = (alter: (text: string) => string): Change =>
  config("spire-controller-manager", MANAGER, alter);
const identity = (name: string, alter: (spec: Record<string, unknown>) => void): Change =>
  change("ClusterSPIFFEID", name, (object) => alter(object["spec"] as Record<string, unknown>));
const named = (...names: string[]): Change =>
  without(({ kind, metadata }) => kind === "ClusterSPIFFEID" && names.includes(metadata.name));

test("finds nothing where everything has its identity", async () => {
  expect(await said({})).toEqual([]);
});

describe("what was not read is no fault", () => {
  test.each<[string, string]>([
    ["list pods", "list pods is forbidden"],
    ["list clusterspiffeids", "list clusterspiffeids is forbidden"],
    ["list clusterstaticentries", "list clusterstaticentries is forbidden"],
    ["list namespaces", "list namespaces is forbidden"],
    [
      "get spire-server/configmaps/spire-controller-manager",
      "get spire-server/configmaps/spire-controller-manager is forbidden",
    ],
  ])("%s", async (request, detail) => {
    const refuse = (line: string) =>
      line === request || line.startsWith(`${request} in`) || line.startsWith("get /namespaces")
        ? forbid(line)(line)
        : undefined;
    const found = await said({
      refuse:
        request === "list namespaces"
          ? refuse
          : (line) => (line === request ? forbid(line)(line) : undefined),
    });
    expect(found).toEqual([
      expect.stringContaining(`info: which identity pods get not checked: ${detail}`),
    ]);
  });
});

test("cannot see entries that nobody's objects make", async () => {
  const gone = without(({ metadata }) => metadata.name === "spire-controller-manager");
  const unmounted = change("Pod", "spire-server-0", ({ spec }) => {
    const podSpec = spec as { volumes: { name: string }[] };
    podSpec.volumes = podSpec.volumes.filter(({ name }) => name !== "controller-manager-config");
  });
  expect(await said({ changes: [gone, unmounted] })).toEqual([
    expect.stringMatching(/^info: entries of SPIRE's server cannot be seen from here/),
  ]);
});

test("says that CRDs are missing", async () => {
  const found = await spireFindings({
    alone: true,
    refuse: (line) =>
      line === "list clusterspiffeids"
        ? { ok: false, why: "not-found", detail: "not served" }
        : undefined,
  });
  expect(found["spire-registration"]).toEqual([
    expect.objectContaining({
      severity: "fail",
      message: expect.stringContaining("the CRDs of spire.spiffe.io are not installed") as string,
      object: { kind: "Pod", namespace: "spire-server", name: "spire-server-0" },
    }),
  ]);
});

test("does not guess a trust domain", async () => {
  const found = await said({
    changes: [manager((text) => text.replace("trustDomain: cluster1", "trustDomain: $X"))],
  });
  expect(found).toEqual([
    "info: which identity pods get not checked: the trust domain of the controller manager is not known",
  ]);
});

test("leaves several controller managers alone", async () => {
  const twice: Change = (fixture) => {
    const server = fixture.objects.find(({ metadata }) => metadata.name === "spire-server-0");
    const manager2 = fixture.objects.find(
      ({ metadata }) => metadata.name === "spire-controller-manager",
    );
    for (const one of [server, manager2]) {
      if (!one) continue;
      const copy = structuredClone(one);
      copy.metadata.namespace = "spire-two";
      fixture.objects.push(copy);
    }
  };
  expect(await said({ changes: [twice] })).toEqual([
    "info: which identity pods get not checked: there are several controller managers",
  ]);
});

describe("pods that need no identity now", () => {
  const bare = named("istio-ambient-reg", "spire-server-spire-default");
  const pods =
    (alter: (object: Record<string, Record<string, unknown>>) => void): Change =>
    (fixture) => {
      for (const object of fixture.objects) {
        if (object.kind === "Pod" && object.metadata.namespace === "bookinfo") {
          alter(object as unknown as Record<string, Record<string, unknown>>);
        }
      }
    };

  test.each<[string, Change]>([
    ["wait for a node", pods(({ spec }) => delete spec?.["nodeName"])],
    [
      "are young",
      pods(({ metadata }) =>
        Object.assign(metadata ?? {}, { creationTimestamp: "2026-01-15T11:59:00Z" }),
      ),
    ],
    [
      "are on the node's network",
      pods(({ spec }) => Object.assign(spec ?? {}, { hostNetwork: true })),
    ],
    [
      "are not in the mesh",
      pods(({ metadata }) =>
        Object.assign(metadata ?? {}, { labels: { "istio.io/dataplane-mode": "none" } }),
      ),
    ],
    ["have ended", pods(({ status }) => Object.assign(status ?? {}, { phase: "Succeeded" }))],
  ])("%s", async (_, alter) => {
    const found = await said({ changes: [bare, alter] });
    expect(found.filter((one) => one.includes("reviews"))).toEqual([]);
  });

  test("are ambient ones where ztunnel does not take identities from SPIRE", async () => {
    const sidecars: Change = (fixture) => {
      for (const { metadata, spec } of fixture.objects) {
        if (metadata.labels?.["app"] !== "ztunnel") continue;
        const template = (spec as { template?: { spec: Record<string, unknown> } }).template;
        const podSpec = (template?.spec ?? spec) as {
          volumes: unknown;
          containers: { env: unknown }[];
        };
        podSpec.volumes = [];
        for (const container of podSpec.containers) container.env = [];
      }
    };
    const found = await said({ changes: [bare, sidecars] });
    expect(found).toEqual([]);
  });
});

test("names at most ten workloads and a count", async () => {
  const many: Change = (fixture) => {
    const first = fixture.objects.find(({ metadata }) => metadata.name.startsWith("reviews"));
    if (!first) return;
    for (let index = 10; index < 25; index += 1) {
      const copy = structuredClone(first);
      copy.metadata.name = `app${index}-0`;
      copy.metadata["ownerReferences"] = [
        { kind: "StatefulSet", name: `app${index}`, controller: true },
      ];
      fixture.objects.push(copy);
    }
  };
  const [found] = await said({
    changes: [named("istio-ambient-reg", "spire-server-spire-default"), many],
  });
  expect(found).toMatch(/StatefulSet bookinfo\/app18 and 6 more: no ClusterSPIFFEID/);
});

test("says what it does not evaluate", async () => {
  const functions = identity("spire-server-spire-default", (spec) => {
    spec["spiffeIDTemplate"] = '{{ index .PodMeta.Labels "id" }}';
  });
  expect(await said({ changes: [named("istio-ambient-reg"), functions] })).toEqual([
    "info: identity of Deployment bookinfo/reviews-v1 not checked: ClusterSPIFFEID spire-server-spire-default has a template with more than plain fields",
  ]);
});

test("objects without a class, where the manager takes only those", async () => {
  const classless = manager((text) =>
    text.replace("className: spire-server-spire", 'className: ""'),
  );
  const found = await spireFindings({ alone: true, changes: [classless] });
  expect(lines(found["spire-registration"])).toContainEqual(
    expect.stringContaining(
      "have class spire-server-spire: the controller manager takes only those without one",
    ),
  );
});

test("failures count once pods that wait have been left out", async () => {
  const failing = change("ClusterSPIFFEID", "istio-ztunnel-reg", (object) => {
    object["status"] = { stats: { podEntryRenderFailures: 1 } };
  });
  const pending = change("Pod", "reviews-v1-54bb874995-x7k2p", ({ spec }) => {
    delete (spec as Record<string, unknown>)["nodeName"];
  });
  expect(await said({ changes: [failing, pending] })).toEqual([]);
  expect(await said({ changes: [failing] })).toEqual([
    "warn: ClusterSPIFFEID istio-ztunnel-reg counts 1 pods whose identity could not be made from its template",
  ]);
  const young: Change = change("ClusterSPIFFEID", "istio-ztunnel-reg", (object) => {
    object["metadata"] = { name: "istio-ztunnel-reg", creationTimestamp: "2026-01-15T11:59:30Z" };
    delete object["status"];
  });
  expect(await said({ changes: [young] })).toEqual([]);
});

test("selectors that meet no pod, whose labels are of Istio", async () => {
  const podLabel = identity("istio-ambient-reg", (spec) => {
    spec["podSelector"] = { matchLabels: { "istio.io/dataplane-mode": "ambient" } };
  });
  expect(await said({ changes: [podLabel] })).toEqual([
    "info: ClusterSPIFFEID istio-ambient-reg selects no pod: none has label istio.io/dataplane-mode=ambient; namespaces do, by which namespaceSelector selects",
  ]);
});

describe("what ztunnel says of its certificates", () => {
  test("is evidence", async () => {
    const certificates = [
      { identity: "spiffe://cluster1/ns/a/sa/b", state: "Available" },
      { identity: "spiffe://cluster1/ns/a/sa/c", state: "Unavailable: no identity issued" },
      { identity: "spiffe://cluster1/ns/a/sa/d", state: "Initializing" },
    ];
    const [fixture] = [await said({})];
    expect(fixture).toEqual([]);
    const found = await spireFindings({
      alone: true,
      debug: { "istio-system/ztunnel-60b55:15000/config_dump": { certificates } },
    });
    expect(lines(found["spire-registration"])).toEqual([
      "fail: ztunnel istio-system/ztunnel-60b55 has no certificate for spiffe://cluster1/ns/a/sa/c: Unavailable: no identity issued",
      "warn: ztunnel istio-system/ztunnel-60b55 still asks for the certificate of spiffe://cluster1/ns/a/sa/d: Initializing",
    ]);
  });
});

test("workloads have the names that people know", () => {
  const pod: SpireWorkloadFact = {
    namespace: "a",
    name: "b-1-x",
    uid: "",
    labels: labels({}),
    serviceAccount: "c",
    hostNetwork: false,
    mountsSocket: false,
  };
  expect(workloadName(pod)).toBe("Pod a/b-1-x");
  expect(workloadName({ ...pod, owner: { kind: "DaemonSet", name: "d" } })).toBe("DaemonSet a/d");
  const owner = { kind: "ReplicaSet", name: "b-1" };
  expect(workloadName({ ...pod, owner })).toBe("Deployment a/b");
  expect(workloadName({ ...pod, owner, labels: labels({ "pod-template-hash": "1" }) })).toBe(
    "Deployment a/b",
  );
});

test("is skipped where SPIRE is there and not used, which its own check says", async () => {
  const unused: Change = (fixture) => {
    without(({ metadata }) => metadata.name === "values")(fixture);
    for (const { metadata, spec } of fixture.objects) {
      if (metadata.namespace === "spire-server") continue;
      const template = (spec as { template?: { spec: object } } | undefined)?.template;
      const podSpec = (template?.spec ?? spec ?? {}) as {
        volumes?: unknown;
        containers?: { name: string; env?: { name: string }[] }[];
      };
      delete podSpec.volumes;
      for (const container of podSpec.containers ?? []) {
        container.env = container.env?.filter(({ name }) => !name.startsWith("SPIRE")) ?? [];
      }
    }
  };
  const found = await spireFindings({ alone: true, changes: [unused] });
  expect(lines(found["spire-registration"])).toEqual([
    "skip: the mesh takes no identities from SPIRE, which is in the cluster",
  ]);
  expect(lines(found.spire)).toEqual([expect.stringMatching(/^info: SPIRE is in the cluster/)]);
  expect(lines(found["spire-bundle"])).toEqual([
    "skip: no cluster is known to take identities from SPIRE",
  ]);
});

test("labels that nothing carries are told without a guess", async () => {
  const label = identity("istio-ambient-reg", (spec) => {
    spec["podSelector"] = { matchLabels: { "istio.io/gateway-name": "x" } };
  });
  expect(await said({ changes: [label] })).toEqual([
    "info: ClusterSPIFFEID istio-ambient-reg selects no pod: none has label istio.io/gateway-name=x; see which labels the pods have",
  ]);
});

test("a manager without a class is named by none", async () => {
  const classless = manager((text) => text.replace("className: spire-server-spire\n", ""));
  const found = await said({
    changes: [
      classless,
      named(
        "istio-ambient-reg",
        "istio-waypoint-reg",
        "istio-ztunnel-reg",
        "spire-server-spire-default",
      ),
    ],
  });
  expect(found).toContainEqual(
    expect.stringMatching(/^fail: no identity for DaemonSet istio-system/),
  );
});

test("pods of ztunnel that were not read are ambient or nothing", async () => {
  const refuse = (line: string) =>
    line.startsWith("list pods ") && line.includes("ztunnel") ? forbid(line)(line) : undefined;
  expect(await said({ refuse })).toEqual([]);
});

test("a manager's configuration that was not read tells nothing", () => {
  const use = { signs: ["x"], byZtunnel: true, agents: [], drivers: [], ztunnelSockets: [] };
  const run = (changes: object): string[] =>
    lines(runCluster(spireRegistration, { spire: use, ...changes }).findings);
  expect(run({ spireTrust: missing("unreadable", "no") })).toEqual([
    "info: which identity pods get not checked: no",
  ]);
  expect(run({})).toEqual([expect.stringMatching(/^info: entries of SPIRE's server cannot be/)]);
});
