import { describe, expect, test } from "vitest";
import { trustDomains } from "../../../src/checks/trust-domains/check.ts";
import type { Facts, GatewayFact, MeshConfigFact } from "../../../src/model/facts.ts";
import { missing } from "../../../src/model/gathered.ts";
import {
  clusterRef,
  COMMUNITY,
  env,
  healthyFacts,
  istiod,
  labels,
  remoteGateway,
  runMesh,
  workload,
  type TestMember,
} from "../../support/facts.ts";
import { commandsOf, messagesOf, notPassed, ofSeverity } from "../../support/verdict.ts";

const ANNOTATION = "gateway.istio.io/trust-domain";
const NAME = "Remote gateway istio-eastwest/istio-remote-peer-net-b of ctx-a";
const SKIPPING = [workload({ env: env({ SKIP_VALIDATE_TRUST_DOMAIN: "true" }) })];

function config(trustDomain: string, changes: Partial<MeshConfigFact> = {}): MeshConfigFact {
  return {
    revision: "default",
    configMap: "istio",
    trustDomain,
    trustDomainAliases: [],
    ...changes,
  };
}

function gatewayFor(to: string, trustDomain?: string): GatewayFact {
  const annotations = labels(trustDomain === undefined ? {} : { [ANNOTATION]: trustDomain });
  return remoteGateway(to, { annotations });
}

function remotes(id: string, ...remote: GatewayFact[]): Facts["gateways"] {
  return { ...healthyFacts(id, []).gateways, remote };
}

/** A cluster of trust domain `domain` whose ztunnel takes all of them. */
function inDomain(domain: string, changes: TestMember["changes"] = {}): TestMember {
  return { changes: { meshConfigs: [config(domain)], ztunnels: SKIPPING, ...changes } };
}

test("an annotation that differs is a warning in precheck: linking is what mends it", () => {
  const members = {
    a: { changes: { gateways: remotes("a", gatewayFor("b", "old.local")) } },
    b: {},
  };
  expect(notPassed(runMesh(trustDomains, members))).toEqual(["fail"]);
  expect(notPassed(runMesh(trustDomains, members, { precheck: true }))).toEqual(["warn"]);
});

test("healthy", () => {
  const verdict = runMesh(trustDomains);
  expect(notPassed(verdict)).toEqual([]);
  expect(verdict.summary).toBe("trust domain is cluster.local everywhere");
  expect(messagesOf(verdict, "pass")).toContain("Cluster ctx-a has trust domain cluster.local");
  expect(messagesOf(verdict, "pass")).toContain(
    `${NAME} has the trust domain of ctx-b: cluster.local`,
  );
});

test("distinct trust domains that gateways name and ztunnel takes", () => {
  const verdict = runMesh(trustDomains, {
    a: inDomain("a.local", { gateways: remotes("a", gatewayFor("b", "b.local")) }),
    b: inDomain("b.local", { gateways: remotes("b", gatewayFor("a", "a.local")) }),
  });
  expect(notPassed(verdict)).toEqual([]);
  expect(verdict.summary).toBe("remote gateways have the trust domains of their clusters");
});

describe("the annotation", () => {
  test("of another trust domain fails", () => {
    const gateways = remotes("a", gatewayFor("b", "b.local"));
    const verdict = runMesh(trustDomains, { a: { changes: { gateways } }, b: {} });
    expect(messagesOf(verdict, "fail")).toEqual([
      `${NAME} has trust domain b.local, but that of ctx-b is cluster.local`,
    ]);
    expect(ofSeverity(verdict, "fail")[0]).toMatchObject({
      cluster: "ctx-a",
      object: { kind: "Gateway", namespace: "istio-eastwest", name: "istio-remote-peer-net-b" },
    });
    expect(commandsOf(verdict, "fail")).toEqual([
      `kubectl --context ctx-a -n istio-eastwest annotate gateways.gateway.networking.k8s.io istio-remote-peer-net-b ${ANNOTATION}=cluster.local --overwrite`,
    ]);
  });

  test("warns where the source's ztunnel does not validate", () => {
    const gateways = remotes("a", gatewayFor("b", "b.local"));
    const verdict = runMesh(trustDomains, {
      a: { changes: { gateways, ztunnels: SKIPPING } },
      b: {},
    });
    expect(notPassed(verdict)).toEqual(["warn"]);
    expect(messagesOf(verdict, "warn")[0]).toContain(
      "(ztunnel has SKIP_VALIDATE_TRUST_DOMAIN=true)",
    );
  });

  test.each([
    ["unset", [workload({ env: env({}) })]],
    ["false", [workload({ env: env({ SKIP_VALIDATE_TRUST_DOMAIN: "false" }) })]],
    ["of one of two", [...SKIPPING, workload({ name: "ztunnel-2" })]],
    ["of none", []],
    ["not read", missing("forbidden", "daemonsets is forbidden")],
  ])("fails with SKIP_VALIDATE_TRUST_DOMAIN %s", (_, ztunnels) => {
    const gateways = remotes("a", gatewayFor("b", "b.local"));
    const verdict = runMesh(trustDomains, { a: { changes: { gateways, ztunnels } }, b: {} });
    expect(notPassed(verdict)).toEqual(["fail"]);
  });

  test("an alias of the cluster is not its trust domain", () => {
    const gateways = remotes("a", gatewayFor("b", "old.local"));
    const meshConfigs = [config("cluster.local", { trustDomainAliases: ["old.local"] })];
    const verdict = runMesh(trustDomains, {
      a: { changes: { gateways } },
      b: { changes: { meshConfigs } },
    });
    expect(messagesOf(verdict, "fail")[0]).toBe(
      `${NAME} has trust domain old.local, but that of ctx-b is cluster.local, of which that is but an alias`,
    );
  });

  test("absent is right for the default and for the source's own", () => {
    const gateways = remotes("a", gatewayFor("b"));
    expect(notPassed(runMesh(trustDomains, { a: { changes: { gateways } }, b: {} }))).toEqual([]);
    const own = runMesh(trustDomains, {
      a: inDomain("mesh.local", { gateways }),
      b: inDomain("mesh.local", { gateways: remotes("b", gatewayFor("a", "mesh.local")) }),
    });
    expect(notPassed(own)).toEqual([]);
  });

  test("absent is wrong for others", () => {
    const verdict = runMesh(trustDomains, {
      a: { changes: { gateways: remotes("a", gatewayFor("b", "")) } },
      b: inDomain("b.local"),
    });
    expect(messagesOf(verdict, "fail")).toEqual([
      `${NAME} has no annotation ${ANNOTATION}, but that of ctx-b is b.local`,
    ]);
  });

  test("of a gateway for the cluster itself does not matter", () => {
    const gateways = remotes("a", gatewayFor("a", "x"));
    expect(notPassed(runMesh(trustDomains, { a: { changes: { gateways } }, b: {} }))).toEqual([]);
  });

  test("of a cluster outside the run, or that could not be read, is not compared", () => {
    const gateways = remotes("a", gatewayFor("z", "x"), gatewayFor("c", "x"));
    const verdict = runMesh(
      trustDomains,
      { a: { changes: { gateways } }, b: {} },
      { absent: [clusterRef("c")] },
    );
    expect(notPassed(verdict)).toEqual([]);
  });
});

describe("distinct trust domains", () => {
  test("warn for each ztunnel that validates", () => {
    const verdict = runMesh(trustDomains, {
      a: inDomain("a.local", { ztunnels: [workload()], gateways: remotes("a") }),
      b: inDomain("b.local", { gateways: remotes("b") }),
      c: inDomain("b.local", { gateways: remotes("c") }),
    });
    expect(notPassed(verdict)).toEqual(["warn"]);
    expect(messagesOf(verdict, "warn")).toEqual([
      "clusters have distinct trust domains, a.local (ctx-a), b.local (ctx-b, ctx-c), but ztunnel of ctx-a validates them",
    ]);
    expect(commandsOf(verdict, "warn")).toEqual([
      "kubectl --context ctx-a -n istio-system set env daemonset/ztunnel SKIP_VALIDATE_TRUST_DOMAIN=true",
    ]);
  });

  test("are not checked where ztunnel could not be read", () => {
    const ztunnels = missing("forbidden", "daemonsets is forbidden");
    const verdict = runMesh(trustDomains, {
      a: inDomain("a.local", { ztunnels, gateways: remotes("a") }),
      b: inDomain("b.local", { gateways: remotes("b") }),
    });
    expect(messagesOf(verdict, "info")).toEqual([
      "SKIP_VALIDATE_TRUST_DOMAIN of ztunnel in ctx-a not checked: daemonsets is forbidden",
    ]);
  });
});

describe("the mesh configuration", () => {
  test("of the judged revision counts", () => {
    const judged = [istiod({ name: "istiod-canary", revision: "canary" })];
    const meshConfigs = [config("old.local"), config("new.local", { revision: "canary" })];
    const verdict = runMesh(trustDomains, {
      a: inDomain("new.local", { gateways: remotes("a", gatewayFor("b", "new.local")) }),
      b: inDomain("", {
        meshConfigs,
        istiods: { judged, others: [istiod()] },
        gateways: remotes("b"),
      }),
    });
    expect(notPassed(verdict)).toEqual([]);
  });

  test("of any revision where istiod could not be read", () => {
    const istiods = missing("forbidden", "deployments is forbidden");
    const gateways = remotes("a", gatewayFor("b", "b.local"));
    const verdict = runMesh(trustDomains, {
      a: inDomain("b.local", { gateways }),
      b: inDomain("", {
        istiods,
        gateways: remotes("b"),
        meshConfigs: [config("b.local", { revision: "canary" })],
      }),
    });
    expect(notPassed(verdict)).toEqual([]);
  });

  test("of two revisions that differ: either will do", () => {
    const judged = [istiod(), istiod({ name: "istiod-canary", revision: "canary" })];
    const meshConfigs = [config("cluster.local"), config("new.local", { revision: "canary" })];
    const verdict = runMesh(trustDomains, {
      a: { changes: { ztunnels: SKIPPING } },
      b: inDomain("", { meshConfigs, istiods: { judged, others: [] } }),
    });
    expect(notPassed(verdict)).toEqual([]);
  });

  test("without any the default holds", () => {
    expect(
      notPassed(runMesh(trustDomains, { a: {}, b: { changes: { meshConfigs: [] } } })),
    ).toEqual([]);
  });

  test("that cannot be parsed is an error, and gateways are not compared with it", () => {
    const meshConfigs = [config("cluster.local", { unreadable: "bad indentation in line 3" })];
    const verdict = runMesh(trustDomains, { a: {}, b: { changes: { meshConfigs } } });
    expect(messagesOf(verdict, "error")).toEqual([
      "trust domain of ctx-b could not be checked: ConfigMap istio: bad indentation in line 3",
    ]);
    expect(commandsOf(verdict, "error")).toEqual([
      "kubectl --context ctx-b -n istio-system get configmap istio -o yaml",
    ]);
    expect(messagesOf(verdict, "skip")).toEqual([
      `${NAME}: not compared, the trust domain of ctx-b is not known`,
    ]);
  });
});

test("Services that could not be read are said to be missing", () => {
  const services = missing("forbidden", "services is forbidden");
  const verdict = runMesh(trustDomains, { a: { changes: { services } }, b: {} });
  expect(notPassed(verdict)).toEqual(["info"]);
});

test("one cluster: pairs are skipped", () => {
  const gateways = remotes("a", gatewayFor("b", "x"));
  const verdict = runMesh(trustDomains, { a: { changes: { gateways } } });
  expect(messagesOf(verdict, "skip")).toEqual([
    "skipped: only one cluster is checked, so trust domains are not compared",
  ]);
  expect(notPassed(verdict)).toEqual(["skip"]);
});

describe("of sidecars", () => {
  const inMesh = (domain: string, changes: Partial<MeshConfigFact> = {}): TestMember => ({
    changes: { meshConfigs: [config(domain, changes)], ztunnels: [], gateways: remotes("a") },
  });
  const LED: TestMember = {
    changes: { ...inMesh("c.local").changes, istiods: { judged: [], others: [] } },
  };

  test.each<[string, Partial<MeshConfigFact>, string[], string]>([
    [
      "that are aliases of each other pass",
      { trustDomainAliases: ["b.local"] },
      [],
      "sidecars of ctx-a take b.local for their own",
    ],
    [
      "that are none warn",
      {},
      ["warn"],
      "sidecars of ctx-a do not take b.local of other clusters: trustDomainAliases has none",
    ],
    [
      "with another alias warn",
      { trustDomainAliases: ["old.local"] },
      ["warn"],
      "trustDomainAliases has old.local",
    ],
    [
      "for which there are roots alone are told",
      { foreignTrustDomains: ["b.local"] },
      ["info"],
      "ctx-a has roots for b.local and does not take them for aliases",
    ],
  ])("%s", (_, changes, expected, message) => {
    const members = {
      a: inMesh("a.local", changes),
      b: inMesh("b.local", { trustDomainAliases: ["a.local"] }),
    };
    const verdict = runMesh(trustDomains, members, COMMUNITY);
    expect(notPassed(verdict)).toEqual(expected);
    expect(verdict.findings.map((one) => one.message).join("\n")).toContain(message);
  });

  test("one that is led by another cluster takes that one's", () => {
    const members = { a: inMesh("a.local"), c: LED };
    const verdict = runMesh(trustDomains, members, COMMUNITY);
    expect(notPassed(verdict)).toEqual([]);
    expect(verdict.summary).toBe("trust domain is a.local everywhere");
  });

  test("beside ztunnel its rule counts", () => {
    const gateways = remotes("a");
    const members = {
      a: { changes: { meshConfigs: [config("a.local")], gateways } },
      b: { changes: { gateways } },
    };
    const [first] = messagesOf(runMesh(trustDomains, members, COMMUNITY), "warn");
    expect(first).toContain("but ztunnel of ctx-a validates them");
  });
});
