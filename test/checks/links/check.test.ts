import { describe, expect, test } from "vitest";
import { links } from "../../../src/checks/links/check.ts";
import type { MeshCheckContext, Verdict } from "../../../src/model/check.ts";
import type { Facts, GatewayFact, SyncFact } from "../../../src/model/facts.ts";
import { gathered, missing, type Gathered } from "../../../src/model/gathered.ts";
import type { LinksData } from "../../../src/checks/links/data.ts";
import {
  addressOf,
  clusterRef,
  COMMUNITY,
  conditions,
  env,
  healthyFacts,
  istiod,
  labels,
  remoteGateway,
  runMesh,
  type TestMember,
} from "../../support/facts.ts";
import { commandsOf, messagesOf, notPassed, ofSeverity } from "../../support/verdict.ts";

const BROKEN = conditions({
  Accepted: "True",
  Programmed: "True",
  "gloo.solo.io/PeerConnected": "False",
  "gloo.solo.io/PeeringSucceeded": "Unknown",
});

function gateways(id: string, ...remote: GatewayFact[]): Facts["gateways"] {
  return { ...healthyFacts(id, []).gateways, remote };
}

function linkedTo(id: string, ...remote: GatewayFact[]): TestMember {
  return { changes: { gateways: gateways(id, ...remote) } };
}

function sync(answer: SyncFact["answer"]): SyncFact {
  return { namespace: "istio-system", pod: "istiod-1", answer };
}

function lists(...ids: string[]): SyncFact {
  return sync(
    gathered(
      ids.map((clusterId) => ({
        clusterId,
        proxy: `istiod-7d8.istio-system`,
        proxyType: "",
        version: "1.28.5-solo",
      })),
    ),
  );
}

function dataOf({ data }: Verdict): LinksData {
  return data as LinksData;
}

/** Edges as `from>to`. */
function arrows(verdict: Verdict): string[] {
  return dataOf(verdict).edges.map(({ from, to }) => `${from}>${to}`);
}

function synced(
  syncs: SyncFact[] | Gathered<SyncFact[]>,
  cluster = clusterRef("a"),
): { verdict: Verdict; value: boolean | undefined } {
  const verdict = runMesh(links, { a: { cluster }, b: { changes: { syncs } } });
  return { verdict, value: dataOf(verdict).edges[0]?.synced };
}

test("healthy", () => {
  const verdict = runMesh(links);
  expect(notPassed(verdict)).toEqual([]);
  expect(verdict.summary).toBe("2 links among 2 clusters");
  expect(messagesOf(verdict, "pass")).toEqual([
    `ctx-a → ctx-b is connected via ${addressOf("b")}`,
    `ctx-b → ctx-a is connected via ${addressOf("a")}`,
  ]);
  expect(dataOf(verdict)).toEqual({
    clusters: ["ctx-a", "ctx-b"],
    unread: [],
    unlinked: [],
    edges: [
      {
        from: "ctx-a",
        to: "ctx-b",
        inRun: true,
        gateway: { namespace: "istio-eastwest", name: "istio-remote-peer-net-b" },
        address: addressOf("b"),
        conditions: {
          Accepted: "True",
          Programmed: "True",
          "gloo.solo.io/PeerConnected": "True",
          "gloo.solo.io/PeeringSucceeded": "True",
          "gloo.solo.io/PeerDataPlaneProgrammed": "True",
        },
        state: "connected",
        oneWay: false,
      },
      expect.objectContaining({ from: "ctx-b", to: "ctx-a", state: "connected", oneWay: false }),
    ],
  });
});

test("a gateway for the cluster itself is no link", () => {
  const verdict = runMesh(links, { a: linkedTo("a", remoteGateway("a")), b: linkedTo("b") });
  expect(arrows(verdict)).toEqual([]);
  expect(dataOf(verdict).unlinked).toEqual(["ctx-a", "ctx-b"]);
});

describe("one-way", () => {
  test("is info, with the command for the way back", () => {
    const verdict = runMesh(links, { a: {}, b: linkedTo("b") });
    expect(notPassed(verdict)).toEqual(["info"]);
    expect(messagesOf(verdict, "info")).toEqual([
      "ctx-a → ctx-b is one-way: no gateway of ctx-b leads back",
    ]);
    expect(commandsOf(verdict, "info")).toEqual([
      "mc link --from ctx-b --to ctx-a -n istio-eastwest",
    ]);
    expect(verdict.summary).toBe("1 link among 2 clusters, 1 one-way");
    expect(dataOf(verdict).edges).toMatchObject([{ oneWay: true }]);
  });

  test("two gateways for one cluster are one link", () => {
    const second = remoteGateway("b", { name: "second" });
    const verdict = runMesh(links, {
      a: linkedTo("a", remoteGateway("b"), second),
      b: linkedTo("b"),
    });
    expect(notPassed(verdict)).toEqual(["info"]);
    expect(dataOf(verdict).edges).toHaveLength(2);
  });

  test("is not said where a gateway of the other may lead back", () => {
    const back = (given: Record<string, string>): GatewayFact =>
      remoteGateway("a", {
        labels: labels(given),
        addresses: [{ type: "IPAddress", value: "203.0.113.7" }],
      });
    const from = (gateway: GatewayFact, a: TestMember = {}): boolean | undefined =>
      dataOf(runMesh(links, { a, b: linkedTo("b", gateway) })).edges[0]?.oneWay;
    expect(from(back({}))).toBe(false);
    expect(from(back({ "topology.istio.io/network": "net-z" }))).toBe(true);
    expect(from(back({ "topology.istio.io/cluster": "z" }))).toBe(true);
    const { id: _id, network: _network, ...nameless } = clusterRef("a");
    const named = { "topology.istio.io/cluster": "z", "topology.istio.io/network": "net-z" };
    expect(from(back(named), { cluster: nameless })).toBe(false);
    expect(from(back({ "topology.istio.io/network": "net-z" }), { cluster: nameless })).toBe(false);
    const shared = { ...clusterRef("a"), network: "net-b" };
    expect(from(back({ "topology.istio.io/network": "net-b" }), { cluster: shared })).toBe(false);
  });

  test("many are one finding", () => {
    const ids = ["b", "c", "d", "e", "f", "g", "h"];
    const verdict = runMesh(links, {
      a: linkedTo("a", ...ids.map((id) => remoteGateway(id))),
      ...Object.fromEntries(ids.map((id) => [id, linkedTo(id)])),
    });
    expect(messagesOf(verdict, "info")).toEqual([
      "7 links are one-way: ctx-a → ctx-b, ctx-a → ctx-c, ctx-a → ctx-d, ctx-a → ctx-e, ctx-a → ctx-f and 2 more",
    ]);
  });
});

describe("broken", () => {
  const broken = remoteGateway("b", { conditions: BROKEN });

  test("is a fault that the Peers Check explains", () => {
    const verdict = runMesh(links, { a: linkedTo("a", broken), b: {} });
    expect(messagesOf(verdict, "fail")).toEqual([
      "ctx-a → ctx-b is broken: PeerConnected is False, PeeringSucceeded is Unknown on istio-eastwest/istio-remote-peer-net-b",
    ]);
    expect(ofSeverity(verdict, "fail")).toMatchObject([
      {
        cluster: "ctx-a",
        object: { kind: "Gateway", namespace: "istio-eastwest", name: "istio-remote-peer-net-b" },
        blockedBy: "ctx-a/peers",
      },
    ]);
    expect(commandsOf(verdict, "fail")).toEqual([
      "kubectl --context ctx-a -n istio-eastwest get gateways.gateway.networking.k8s.io istio-remote-peer-net-b -o yaml",
    ]);
    expect(dataOf(verdict).edges[0]).toMatchObject({ state: "broken", oneWay: false });
  });

  test("without conditions nobody reconciled it", () => {
    const verdict = runMesh(links, {
      a: linkedTo("a", remoteGateway("b", { conditions: new Map() })),
      b: {},
    });
    expect(messagesOf(verdict, "fail")[0]).toContain(
      "Accepted is absent, Programmed is absent, PeerConnected is absent, PeeringSucceeded is absent",
    );
  });

  test.each(["False", "Unknown"])(
    "by PeerDataPlaneProgrammed %s; older versions have none",
    (status) => {
      const healthy = {
        Accepted: "True",
        Programmed: "True",
        "gloo.solo.io/PeerConnected": "True",
        "gloo.solo.io/PeeringSucceeded": "True",
      };
      const bad = conditions({ ...healthy, "gloo.solo.io/PeerDataPlaneProgrammed": status });
      const verdict = runMesh(links, {
        a: linkedTo("a", remoteGateway("b", { conditions: bad })),
        b: {},
      });
      expect(messagesOf(verdict, "fail")[0]).toContain(`PeerDataPlaneProgrammed is ${status}`);
      const old = remoteGateway("b", { conditions: conditions(healthy) });
      expect(notPassed(runMesh(links, { a: linkedTo("a", old), b: {} }))).toEqual([]);
    },
  );

  test("is a warning in precheck, where linking again may mend it", () => {
    const verdict = runMesh(links, { a: linkedTo("a", broken), b: {} }, { precheck: true });
    expect(notPassed(verdict)).toEqual(["warn"]);
  });

  test("many links to one cluster are one finding", () => {
    const ids = ["a", "c", "d", "e", "f", "g", "h"];
    const verdict = runMesh(links, {
      b: linkedTo("b", ...ids.map((id) => remoteGateway(id))),
      ...Object.fromEntries(ids.map((id) => [id, linkedTo(id, broken)])),
    });
    expect(notPassed(verdict)).toEqual(["fail"]);
    expect(messagesOf(verdict, "fail")[0]).toMatch(
      /^7 links to ctx-b are broken: ctx-a → ctx-b, .* and 2 more$/,
    );
    expect(ofSeverity(verdict, "fail")[0]?.blockedBy).toBe("ctx-a/peers");
    expect(commandsOf(verdict, "fail")).toHaveLength(3);
  });

  test("without address", () => {
    const gateway = remoteGateway("b", { addresses: [] });
    const verdict = runMesh(links, { a: linkedTo("a", gateway), b: {} });
    expect(messagesOf(verdict, "pass")[0]).toBe("ctx-a → ctx-b is connected");
    expect(dataOf(verdict).edges[0]).not.toHaveProperty("address");
  });
});

describe("no link in either direction", () => {
  const GATEWAY_API = { served: false, eastWest: [], remote: [] };

  test("fails for the cluster that has none", () => {
    const verdict = runMesh(links, {
      a: linkedTo("a", remoteGateway("b")),
      b: linkedTo("b", remoteGateway("a")),
      c: linkedTo("c"),
    });
    expect(messagesOf(verdict, "fail")).toEqual(["ctx-c has no link in either direction"]);
    expect(ofSeverity(verdict, "fail")[0]?.cluster).toBe("ctx-c");
    expect(commandsOf(verdict, "fail")).toEqual([
      "mc link --contexts ctx-c,ctx-a -n istio-eastwest",
    ]);
    expect(dataOf(verdict).unlinked).toEqual(["ctx-c"]);
  });

  test("fails once where no cluster has any", () => {
    const verdict = runMesh(links, { a: linkedTo("a"), b: linkedTo("b") });
    expect(messagesOf(verdict, "fail")).toEqual(["no cluster is linked to another: ctx-a, ctx-b"]);
    expect(commandsOf(verdict, "fail")).toEqual([
      "mc link --contexts ctx-a,ctx-b -n istio-eastwest",
    ]);
  });

  test("fails in a run of one too", () => {
    const verdict = runMesh(links, { a: linkedTo("a") });
    expect(messagesOf(verdict, "fail")).toEqual(["ctx-a has no link in either direction"]);
    expect(commandsOf(verdict, "fail")).toEqual([
      "mc link --contexts ctx-a,'<context>' -n istio-eastwest",
    ]);
  });

  test("a link to a cluster outside the run is one", () => {
    const verdict = runMesh(links, { a: linkedTo("a", remoteGateway("z")) });
    expect(notPassed(verdict)).toEqual([]);
    expect(verdict.summary).toBe("1 link from 1 cluster");
    expect(messagesOf(verdict, "pass")[0]).toContain("ctx-a → z (not in this run) is connected");
    expect(dataOf(verdict).edges).toMatchObject([{ to: "z", inRun: false, oneWay: false }]);
    const { id: _, ...nameless } = clusterRef("b");
    const unread = runMesh(links, { a: linkedTo("a", remoteGateway("z")) }, { absent: [nameless] });
    expect(messagesOf(unread, "pass")[0]).toContain("z (not in this run, or not read)");
  });

  test("in a run of one a network alone does not make a gateway its own", () => {
    const gateway = remoteGateway("z", {
      labels: labels({ "topology.istio.io/network": "net-a" }),
    });
    expect(arrows(runMesh(links, { a: linkedTo("a", gateway) }))).toEqual(["ctx-a>net-a"]);
    const own = remoteGateway("a", { labels: labels({}), name: "own" });
    expect(arrows(runMesh(links, { a: linkedTo("a", own) }))).toEqual([]);
  });

  test("a gateway on the own network that has no address of its own is for another cluster", () => {
    const gateway = remoteGateway("z", {
      labels: labels({ "topology.istio.io/network": "net-a" }),
      conditions: conditions({ "gloo.solo.io/PeerConnected": "False" }),
    });
    const verdict = runMesh(links, { a: linkedTo("a", remoteGateway("b"), gateway), b: {} });
    expect(arrows(verdict)).toEqual(["ctx-a>ctx-b", "ctx-a>net-a", "ctx-b>ctx-a"]);
    expect(messagesOf(verdict, "fail")[0]).toContain("ctx-a → net-a (not in this run) is broken");
  });

  test("a gateway that shares but the network with a linked cluster is for another", () => {
    const gateway = remoteGateway("z", {
      labels: labels({ "topology.istio.io/network": "net-b" }),
    });
    const verdict = runMesh(links, { a: linkedTo("a", remoteGateway("b"), gateway), b: {} });
    expect(arrows(verdict)).toEqual(["ctx-a>ctx-b", "ctx-a>net-b", "ctx-b>ctx-a"]);
    expect(verdict.summary).toBe("3 links among 2 clusters");
  });

  test("a network that is called as a context is not taken for that cluster", () => {
    const gateway = remoteGateway("z", {
      labels: labels({ "topology.istio.io/network": "ctx-b" }),
    });
    const verdict = runMesh(links, { a: linkedTo("a", remoteGateway("b"), gateway), b: {} });
    expect(arrows(verdict)).toEqual([
      "ctx-a>ctx-b",
      "ctx-a>istio-remote-peer-net-z",
      "ctx-b>ctx-a",
    ]);
  });

  test("is explained by a missing Gateway API", () => {
    const verdict = runMesh(links, {
      a: { changes: { gateways: GATEWAY_API } },
      b: { changes: { gateways: GATEWAY_API } },
    });
    expect(ofSeverity(verdict, "fail")).toMatchObject([
      { blockedBy: "ctx-a/gateways" },
      { blockedBy: "ctx-b/gateways" },
    ]);
    expect(commandsOf(verdict, "fail")[0]).toBe("mc check --contexts ctx-a,ctx-b");
  });

  test("is not yet a fault in precheck", () => {
    const verdict = runMesh(links, { a: linkedTo("a"), b: linkedTo("b") }, { precheck: true });
    expect(notPassed(verdict)).toEqual(["skip"]);
    expect(messagesOf(verdict, "skip")).toEqual(["not linked yet: ctx-a, ctx-b"]);
    expect(verdict.summary).toBe("not linked yet");
    expect(verdict.findings[0]).not.toHaveProperty("cluster");
  });

  test("has no next step in precheck while mc link would refuse", () => {
    const none = { served: true, eastWest: [], remote: [] };
    const member = { changes: { gateways: none } };
    const verdict = runMesh(links, { a: member, b: member }, { precheck: true });
    expect(messagesOf(verdict, "skip")).toEqual(["not linked yet: ctx-a, ctx-b"]);
    expect(commandsOf(verdict, "skip")).toEqual([]);
  });

  test("of one cluster alone names it", () => {
    const alone = { a: linkedTo("a") };
    const [planned] = runMesh(links, alone, { precheck: true }).findings;
    expect(planned).toMatchObject({ message: "not linked yet: ctx-a", cluster: "ctx-a" });
    const [doubtful] = runMesh(links, alone, { absent: [clusterRef("z")] }).findings;
    expect(doubtful).toMatchObject({ severity: "skip", cluster: "ctx-a" });
  });

  test("an istiod that is connected to this one is a link", () => {
    const verdict = runMesh(links, {
      a: { changes: { gateways: gateways("a"), syncs: [lists("a", "z")] } },
    });
    expect(notPassed(verdict)).toEqual([]);
    expect(verdict.summary).toBe("ctx-a is linked from z: its /debug/syncz lists an istiod there");
    const own = runMesh(links, {
      a: { changes: { gateways: gateways("a"), syncs: [lists("a")] } },
    });
    expect(notPassed(own)).toEqual(["fail"]);
    const { id: _, ...nameless } = clusterRef("a");
    const unknown = { cluster: nameless, changes: { gateways: gateways("a"), syncs: [] } };
    expect(notPassed(runMesh(links, { a: unknown }))).toEqual(["fail"]);
  });

  test("what istiods say of clusters whose Gateways were read makes no link", () => {
    const left = (id: string): TestMember => ({
      changes: { gateways: gateways(id), syncs: [lists("a", "b")] },
    });
    const verdict = runMesh(links, { a: left("a"), b: left("b") });
    expect(messagesOf(verdict, "fail")).toEqual(["no cluster is linked to another: ctx-a, ctx-b"]);
    const odd = runMesh(links, {
      a: linkedTo("a", remoteGateway("b")),
      b: linkedTo("b", remoteGateway("a")),
      c: { changes: { gateways: gateways("c"), syncs: [lists("a", "c")] } },
    });
    expect(dataOf(odd).unlinked).toEqual(["ctx-c"]);
    const unread = runMesh(
      links,
      { a: left("a"), b: { changes: { gateways: gateways("b"), syncs: [lists("c")] } } },
      { absent: [clusterRef("c")] },
    );
    expect(dataOf(unread).unlinked).toEqual(["ctx-a"]);
    expect(messagesOf(unread, "pass")).toEqual([
      "ctx-b is linked from c: its /debug/syncz lists an istiod there",
    ]);
  });

  test("cannot be judged while a cluster could not be read, which itself is not named unlinked", () => {
    const context: Partial<Omit<MeshCheckContext, "artifacts">> = {
      absent: [clusterRef("c")],
      clusters: ["a", "b", "c"].map((id) => clusterRef(id)),
    };
    const verdict = runMesh(links, { a: linkedTo("a"), b: linkedTo("b") }, context);
    expect(notPassed(verdict)).toEqual(["skip"]);
    expect(messagesOf(verdict, "skip")).toEqual([
      "no link of ctx-a, ctx-b was found; whether one leads there from ctx-c is not known",
    ]);
    expect(dataOf(verdict)).toMatchObject({
      clusters: ["ctx-a", "ctx-b", "ctx-c"],
      unread: ["ctx-c"],
    });
    const both = { a: linkedTo("a", remoteGateway("c")), b: linkedTo("b", remoteGateway("c")) };
    const linked = runMesh(links, both, context);
    expect(notPassed(linked)).toEqual([]);
    expect(dataOf(linked).edges[0]).toMatchObject({ to: "ctx-c", inRun: true, oneWay: false });
  });
});

describe("/debug/syncz of the target", () => {
  test("lists an istiod of the source", () => {
    expect(synced([lists("b"), lists("a")]).value).toBe(true);
    expect(synced([lists("a"), sync(missing("timeout", "timed out"))]).value).toBe(true);
  });

  test("lists none: no fault, but verbose says so", () => {
    const { verdict, value } = synced([lists("b")]);
    expect(value).toBe(false);
    expect(notPassed(verdict)).toEqual([]);
    expect(messagesOf(verdict, "pass")[0]).toBe(
      `ctx-a → ctx-b is connected via ${addressOf("b")}; /debug/syncz of ctx-b lists no istiod of ctx-a`,
    );
  });

  test("a proxy of the source is no istiod", () => {
    const proxy = {
      clusterId: "a",
      proxy: "ztunnel-x.istio-system",
      proxyType: "ztunnel",
      version: "",
    };
    expect(synced([sync(gathered([proxy]))]).value).toBe(false);
  });

  test("not known while a replica did not answer, or without CLUSTER_ID, or where there is none", () => {
    const { verdict, value } = synced([
      lists("b"),
      sync(missing("forbidden", "pods/portforward is forbidden")),
    ]);
    expect(value).toBeUndefined();
    expect(messagesOf(verdict, "info")).toEqual([
      "/debug/syncz of ctx-b not checked: pods/portforward is forbidden",
    ]);
    const { id: _, ...nameless } = clusterRef("a");
    expect(synced([lists("b")], nameless).value).toBeUndefined();
    expect(synced([]).value).toBeUndefined();
  });

  test.each(["not-recorded", "not-found"] as const)("%s is not worth a word", (why) => {
    expect(notPassed(synced([sync(missing(why, why))]).verdict)).toEqual([]);
  });

  test("of pods that could not be listed", () => {
    const { verdict } = synced(missing("forbidden", "pods is forbidden"));
    expect(messagesOf(verdict, "info")).toEqual([
      "/debug/syncz of ctx-b not checked: pods is forbidden",
    ]);
  });
});

test("Services that could not be read are said to be missing", () => {
  const services = missing("forbidden", "services is forbidden");
  const verdict = runMesh(links, { a: { changes: { services } }, b: {} });
  expect(messagesOf(verdict, "info")).toEqual([
    "addresses of Services in ctx-a not checked: services is forbidden",
  ]);
});

test("30 clusters, all linked to all", () => {
  const ids = Array.from({ length: 30 }, (_, index) => String.fromCodePoint(0x100 + index));
  const verdict = runMesh(links, Object.fromEntries(ids.map((id) => [id, {}])));
  expect(notPassed(verdict)).toEqual([]);
  expect(verdict.summary).toBe("870 links among 30 clusters");
});

test("remote secrets that every istiod of a cluster passes over make no reader of it", () => {
  const kubeconfig = { cluster: "b", authorities: [], credentials: ["token"] };
  const secret = { namespace: "istio-system", name: "r", kubeconfigs: gathered([kubeconfig]) };
  const reading = (disabled: string) => {
    const judged = [istiod({ env: env({ DISABLE_LEGACY_MULTICLUSTER: disabled }) })];
    const changes = { istiods: { judged, others: [] }, remoteSecrets: [secret] };
    return runMesh(links, { a: { changes }, b: {} }, COMMUNITY).summary;
  };
  expect(reading("false")).toBe("who reads whom: ctx-a → ctx-b");
  expect(reading("true")).toBe("no cluster reads another");
});
