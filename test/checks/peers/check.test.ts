import { describe, expect, test } from "vitest";
import { peers } from "../../../src/checks/peers/check.ts";
import type { ClusterCheckContext, Verdict } from "../../../src/model/check.ts";
import type { PeersData } from "../../../src/checks/peers/data.ts";
import type { Condition, Facts, GatewayFact } from "../../../src/model/facts.ts";
import { type Gathered, missing } from "../../../src/model/gathered.ts";
import type { Finding } from "../../../src/model/report.ts";
import {
  addressOf,
  clusterRef,
  conditions,
  eastWestGateway,
  labels,
  remoteGateway,
  runCluster,
  service,
} from "../../support/facts.ts";

type Changed = { [K in keyof Facts]?: Facts[K] | Gathered<Facts[K]> };

const CONNECTED = "gloo.solo.io/PeerConnected";
const SYNCED = "gloo.solo.io/PeeringSucceeded";
const DATA_PLANE = "gloo.solo.io/PeerDataPlaneProgrammed";
const ALL_TRUE = {
  Accepted: "True",
  Programmed: "True",
  [CONNECTED]: "True",
  [SYNCED]: "True",
  [DATA_PLANE]: "True",
};
const DEFAULTS: ReadonlyMap<string, Condition> = new Map(
  ["Accepted", "Programmed"].map((type) => [
    type,
    { type, status: "Unknown", reason: "Pending", message: "Waiting for controller" },
  ]),
);
const NAME = "istio-eastwest/istio-remote-peer-net-b";

function withRemotes(
  remote: GatewayFact[],
  facts: Changed = {},
  context: Partial<ClusterCheckContext> = {},
): Verdict {
  const gateways = { served: true, eastWest: [eastWestGateway("a")], remote };
  return runCluster(peers, { gateways, ...facts }, context);
}

function judge(changes: Partial<GatewayFact>, facts: Changed = {}): Verdict {
  return withRemotes([remoteGateway("b", changes)], facts);
}

/** What explains a fault and could not be read is told beside it. */
function only({ findings }: Verdict): Finding {
  const judged = findings.filter(({ message }) => !message.includes(" not checked: "));
  expect(judged).toHaveLength(1);
  return judged[0] as Finding;
}

function detailsOf(verdict: Verdict): PeersData["peers"] {
  return (verdict.data as PeersData).peers;
}

function stated(changes: Record<string, string | undefined>): ReadonlyMap<string, Condition> {
  const kept = Object.entries({ ...ALL_TRUE, ...changes }).flatMap(([type, status]) =>
    status === undefined ? [] : [[type, status]],
  );
  return conditions(Object.fromEntries(kept) as Record<string, string>);
}

function expectBothPorts(finding: Finding): void {
  expect(finding.remediation?.summary).toContain("15012 (xDS)");
  expect(finding.remediation?.summary).toContain("15008 (HBONE)");
}

describe("a connected peer", () => {
  test("is named with its address", () => {
    const verdict = runCluster(peers);
    expect(verdict).toEqual({
      summary: "all clusters connected",
      findings: [
        {
          severity: "pass",
          message: `Connected to b via ${addressOf("b")}`,
          object: {
            kind: "Gateway",
            namespace: "istio-eastwest",
            name: "istio-remote-peer-net-b",
          },
        },
      ],
      data: {
        peers: [
          {
            namespace: "istio-eastwest",
            name: "istio-remote-peer-net-b",
            cluster: "b",
            addresses: [addressOf("b")],
            conditions: Object.entries(ALL_TRUE).map(([type, status]) => ({ type, status })),
            connected: true,
            self: false,
            status: "pass",
            state: "connected",
          },
        ],
      },
    });
  });

  test("has its network's name where it has no cluster label", () => {
    const named = labels({ "topology.istio.io/network": "net-b" });
    const addresses = [
      { type: "IPAddress", value: "192.0.2.7" },
      { type: "Hostname", value: "lb.example.com" },
    ];
    expect(only(judge({ labels: named, addresses })).message).toBe(
      "Connected to net-b via 192.0.2.7, lb.example.com",
    );
  });

  test("may be of a version that does not write PeerDataPlaneProgrammed, or writes more", () => {
    expect(only(judge({ conditions: stated({ [DATA_PLANE]: undefined }) })).severity).toBe("pass");
    const more = stated({ [DATA_PLANE]: undefined, "example.com/Other": "False" });
    const reversed = new Map([...more].toReversed());
    const verdict = judge({ conditions: reversed });
    expect(only(verdict).severity).toBe("pass");
    expect(detailsOf(verdict)[0]?.conditions.map(({ type }) => type)).toEqual([
      "Accepted",
      "Programmed",
      CONNECTED,
      SYNCED,
      "example.com/Other",
    ]);
  });

  test("that prefers NodePort needs no listener cross-network", () => {
    const listeners = [{ name: "xds-tls", port: 15_012, protocol: "TLS" }];
    for (const value of ["NodePort", "nodeport"]) {
      const annotations = labels({ "peering.solo.io/preferred-data-plane-service-type": value });
      expect(only(judge({ listeners, annotations })).severity).toBe("pass");
    }
  });
});

describe("conditions", () => {
  const types = ["Accepted", "Programmed", CONNECTED, SYNCED];
  const cases = types.flatMap((type) => [
    [type, undefined, "is absent"] as const,
    [type, "False", "is False"] as const,
    [type, "Unknown", "is Unknown"] as const,
    [type, "", "is empty"] as const,
  ]);

  test.each([
    ...cases,
    [DATA_PLANE, "False", "is False"] as const,
    [DATA_PLANE, "Unknown", "is Unknown"] as const,
  ])("%s %s is a fault", (type, status, said) => {
    const verdict = judge({ conditions: stated({ [type]: status }) });
    const finding = only(verdict);
    expect(finding).toMatchObject({
      severity: "fail",
      object: { kind: "Gateway", namespace: "istio-eastwest", name: "istio-remote-peer-net-b" },
    });
    expect(finding.message).toContain(`${NAME} (peer b): `);
    expect(finding.message).toContain(`${type} ${said}`);
    expect(verdict.summary).toBe(finding.message);
    expectBothPorts(finding);
    expect(finding.remediation?.commands).toContain(
      "kubectl --context ctx-a -n istio-eastwest describe gateways.gateway.networking.k8s.io istio-remote-peer-net-b",
    );
    expect(finding.remediation?.commands).toContain(
      "kubectl --context ctx-a -n istio-system logs -l app=istiod --tail=100",
    );
    expect(detailsOf(verdict)).toMatchObject([
      { connected: false, status: "fail", state: "not connected" },
    ]);
  });

  test("say in one finding why the peer is not connected, with probes of both ports", () => {
    const broken = new Map(stated({ [SYNCED]: "False" }));
    broken.set(CONNECTED, {
      type: CONNECTED,
      status: "False",
      reason: "ConnectionFailed",
      message: "dial tcp: i/o timeout",
    });
    const finding = only(judge({ conditions: broken }));
    expect(finding.message).toBe(
      `${NAME} (peer b): not connected: ${CONNECTED} is False (ConnectionFailed: dial tcp: i/o timeout); ${SYNCED} is False (${SYNCED} is False)`,
    );
    expect(finding.remediation?.commands.slice(0, 2)).toEqual([
      `kubectl --context ctx-a -n istio-system run mc-probe-15012 --rm -i --restart=Never --image=busybox -- nc -zv -w 5 ${addressOf("b")} 15012`,
      `kubectl --context ctx-a -n istio-system run mc-probe-15008 --rm -i --restart=Never --image=busybox -- nc -zv -w 5 ${addressOf("b")} 15008`,
    ]);
  });

  test("a peer that is not trusted points to certificates, not to ports", () => {
    const message = "upstream connection error: remote error: tls: unknown authority";
    const broken = new Map(
      [...stated({ [CONNECTED]: "False", [SYNCED]: "False" })].map(([type, one]) => [
        type,
        one.status === "False" ? { ...one, reason: "Disconnected", message } : one,
      ]),
    );
    const finding = only(judge({ conditions: broken }));
    expect(finding.message).toBe(
      `${NAME} (peer b): not connected, as a certificate is not trusted: ${CONNECTED}, ${SYNCED} are False (Disconnected: ${message})`,
    );
    expect(finding.remediation?.commands[0]).toContain("--check certs");
    expect(finding.remediation?.commands.join()).not.toContain("mc-probe");
  });

  test("of peering that are absent mean an istiod that does not peer", () => {
    const bare = conditions({ Accepted: "True", Programmed: "True" });
    const finding = only(judge({ conditions: bare }));
    expect(finding.message).toContain("istiod does not peer with it");
    expect(finding.message).toContain(`${CONNECTED} is absent; ${SYNCED} is absent`);
    expect(finding.remediation?.summary).toContain("ENABLE_PEERING_DISCOVERY=true");
  });

  test.each([
    ["none", new Map<string, Condition>(), "Accepted is absent; Programmed is absent"],
    [
      "the CRD's defaults",
      DEFAULTS,
      "Accepted, Programmed are Unknown (Pending: Waiting for controller)",
    ],
  ])("%s mean that nobody reconciled it", (_, found, said) => {
    const finding = only(judge({ conditions: found }));
    expect(finding.severity).toBe("fail");
    expect(finding.message).toContain(`${NAME} (peer b): nobody reconciled it: ${said}`);
    expectBothPorts(finding);
    expect(finding.remediation?.commands).toContain(
      "kubectl --context ctx-a get gatewayclasses istio-remote",
    );
    const classless = only(judge({ conditions: found }, { gatewayClasses: [] }));
    expect(classless.message).toContain(
      "nobody reconciled it, GatewayClass istio-remote does not exist: ",
    );
    const unread = missing("forbidden", "gatewayclasses is forbidden");
    expect(only(judge({ conditions: found }, { gatewayClasses: unread })).message).toContain(
      "nobody reconciled it: ",
    );
  });
});

test("a class that could not be read is told beside a fault, and only there", () => {
  const gatewayClasses = missing("forbidden", "gatewayclasses is forbidden");
  const { findings } = judge({ conditions: new Map() }, { gatewayClasses });
  expect(findings.slice(1)).toEqual([
    { severity: "info", message: "GatewayClasses not checked: gatewayclasses is forbidden" },
  ]);
  expect(judge({}, { gatewayClasses }).findings).toMatchObject([{ severity: "pass" }]);
});

describe("the spec", () => {
  test("without an address is a fault", () => {
    const finding = only(judge({ addresses: [] }));
    expect(finding.severity).toBe("fail");
    expect(finding.message).toBe(`${NAME}: no address of b in spec.addresses`);
    expectBothPorts(finding);
    expect(finding.remediation?.commands).toEqual([
      "kubectl --context ctx-a -n istio-eastwest edit gateways.gateway.networking.k8s.io istio-remote-peer-net-b",
    ]);
  });

  const PATCH =
    "kubectl --context ctx-a -n istio-eastwest patch gateways.gateway.networking.k8s.io istio-remote-peer-net-b --type=json -p";

  interface Odd {
    said: string;
    found: readonly { name: string; port?: number; protocol?: string }[];
    operations: string;
  }

  const XDS = '{"name":"xds-tls","port":15012,"protocol":"TLS","tls":{"mode":"Passthrough"}}';
  const HBONE =
    '{"name":"cross-network","port":15008,"protocol":"HBONE","tls":{"mode":"Passthrough"}}';
  const xds = { name: "xds-tls", port: 15_012 };
  const hbone = { name: "cross-network", port: 15_008, protocol: "HBONE" };

  const ODD: readonly Odd[] = [
    {
      said: "no listener xds-tls on port 15012",
      found: [hbone],
      operations: `[{"op":"add","path":"/spec/listeners/-","value":${XDS}}]`,
    },
    {
      said: "listener xds-tls is on port 15010, not 15012",
      found: [hbone, { ...xds, port: 15_010 }],
      operations:
        '[{"op":"test","path":"/spec/listeners/1/name","value":"xds-tls"},{"op":"add","path":"/spec/listeners/1/port","value":15012}]',
    },
    {
      said: "listener cross-network is on port (none), not 15008",
      found: [{ name: "cross-network", protocol: "HBONE" }, xds],
      operations:
        '[{"op":"test","path":"/spec/listeners/0/name","value":"cross-network"},{"op":"add","path":"/spec/listeners/0/port","value":15008}]',
    },
    {
      said: "the listener on port 15012 is named xds, not xds-tls",
      found: [
        hbone,
        { name: "other", port: 15_012, protocol: "TCP" },
        { name: "xds", port: 15_012 },
      ],
      operations:
        '[{"op":"test","path":"/spec/listeners/2/port","value":15012},{"op":"replace","path":"/spec/listeners/2/name","value":"xds-tls"}]',
    },
    {
      said: "the listener on port 15008 is named hbone, not cross-network",
      found: [{ ...hbone, name: "hbone" }, xds],
      operations:
        '[{"op":"test","path":"/spec/listeners/0/port","value":15008},{"op":"replace","path":"/spec/listeners/0/name","value":"cross-network"}]',
    },
    {
      said: "no listener xds-tls on port 15012, which listener other (TCP) holds",
      found: [hbone, { name: "other", port: 15_012, protocol: "TCP" }],
      operations: `[{"op":"test","path":"/spec/listeners/1/port","value":15012},{"op":"replace","path":"/spec/listeners/1","value":${XDS}}]`,
    },
    {
      said: "listener xds-tls is on port 15010, not 15012, which listener other (TLS) holds",
      found: [{ ...xds, port: 15_010 }, hbone, { name: "other", port: 15_012 }],
      operations: `[{"op":"test","path":"/spec/listeners/2/port","value":15012},{"op":"test","path":"/spec/listeners/0/name","value":"xds-tls"},{"op":"replace","path":"/spec/listeners/2","value":${XDS}},{"op":"remove","path":"/spec/listeners/0"}]`,
    },
  ];
  const listenersOf = ({ found }: Odd): GatewayFact["listeners"] =>
    found.map((listener) => ({ protocol: "TLS", ...listener }));
  const UNCONNECTED = stated({ [CONNECTED]: "False" });

  test.each(ODD)("with $said is a fault where the peer is not connected", (odd) => {
    const verdict = judge({ listeners: listenersOf(odd), conditions: UNCONNECTED });
    const [finding, condition, ...others] = verdict.findings as [Finding, Finding];
    expect(finding).toMatchObject({ severity: "fail", message: `${NAME}: ${odd.said}` });
    expectBothPorts(finding);
    expect(finding.remediation?.commands).toEqual([`${PATCH} '${odd.operations}'`]);
    expect(condition.message).toContain("not connected");
    expect(others).toEqual([]);
    expect(detailsOf(verdict)).toMatchObject([{ connected: false, status: "fail" }]);
  });

  test.each(ODD)("with $said is no fault of a peer that is connected", (odd) => {
    const verdict = judge({ listeners: listenersOf(odd) });
    expect(verdict.findings).toMatchObject([
      { severity: "info", message: `${NAME}: ${odd.said}; the peer is connected all the same` },
      { severity: "pass", message: `Connected to b via ${addressOf("b")}` },
    ]);
    expect(verdict.findings[0]?.remediation).toBeUndefined();
    expect(verdict.summary).toBe("all clusters connected");
    expect(detailsOf(verdict)).toMatchObject([
      { connected: true, status: "info", state: "connected" },
    ]);
  });

  test("that swaps the ports of both moves each, as their protocols differ", () => {
    const listeners = listenersOf({
      said: "",
      found: [
        { ...hbone, port: 15_012 },
        { ...xds, port: 15_008 },
      ],
      operations: "",
    });
    const { findings } = judge({ listeners, conditions: UNCONNECTED });
    expect(findings.slice(0, 2)).toMatchObject([
      {
        message: `${NAME}: listener xds-tls is on port 15008, not 15012, which listener cross-network (HBONE) holds`,
        remediation: { commands: [expect.stringContaining('listeners/1/port","value":15012}')] },
      },
      {
        message: `${NAME}: listener cross-network is on port 15012, not 15008, which listener xds-tls (TLS) holds`,
        remediation: { commands: [expect.stringContaining('listeners/0/port","value":15008}')] },
      },
    ]);
  });

  describe("without a listener for traffic", () => {
    const listeners = [{ ...xds, protocol: "TLS" }];

    test("is proven by the condition of the data plane only", () => {
      expect(judge({ listeners }).findings.map(({ severity }) => severity)).toEqual([
        "info",
        "pass",
      ]);
      const older = only(judge({ listeners, conditions: stated({ [DATA_PLANE]: undefined }) }));
      expect(older).toMatchObject({
        severity: "fail",
        message: `${NAME}: no listener cross-network on port 15008`,
      });
      expect(older.remediation?.commands).toEqual([
        `${PATCH} '[{"op":"add","path":"/spec/listeners/-","value":${HBONE}}]'`,
      ]);
    });

    test("a connected peer of an older version may have it under another name and port", () => {
      const verdict = judge({
        listeners: [...listeners, { name: "hbone", port: 15_108, protocol: "HBONE" }],
        conditions: stated({ [DATA_PLANE]: undefined }),
      });
      expect(verdict.findings.map(({ severity }) => severity)).toEqual(["info", "pass"]);
    });
  });

  test("of peers behind one address: ports tell them apart, connected or not", () => {
    const listeners = [
      { name: "cross-network", port: 15_108, protocol: "HBONE" },
      { name: "xds-tls", port: 15_112, protocol: "TLS" },
    ];
    const addresses = [{ type: "Hostname", value: "Gateways.mesh.example." }];
    const verdict = withRemotes([
      remoteGateway("b", { listeners, addresses, conditions: UNCONNECTED }),
      remoteGateway("c", { addresses: [{ type: "Hostname", value: "gateways.mesh.example" }] }),
    ]);
    const why = "another remote gateway has the same address, so that ports tell their peers apart";
    expect(verdict.findings).toMatchObject([
      {
        severity: "info",
        message: `${NAME}: listener xds-tls is on port 15112, not 15012; ${why}`,
      },
      {
        severity: "info",
        message: `${NAME}: listener cross-network is on port 15108, not 15008; ${why}`,
      },
      { severity: "fail" },
      { severity: "pass" },
    ]);
    expect(verdict.findings[2]?.remediation?.summary).toContain(
      "ports 15112 (xDS) and 15108 (HBONE)",
    );
    expect(verdict.findings[2]?.remediation?.commands.slice(0, 2)).toEqual([
      expect.stringMatching(/mc-probe-15112 .* 15112$/),
      expect.stringMatching(/mc-probe-15108 .* 15108$/),
    ]);
  });

  test.each([
    [[], ""],
    [["example.com/hold"], ", held by finalizer example.com/hold"],
    [["a/b", "c/d"], ", held by finalizers a/b, c/d"],
  ])("that is being deleted is told of: %j", (finalizers, held) => {
    const verdict = judge({ deletion: { finalizers } });
    expect(only(verdict)).toMatchObject({
      severity: "warn",
      message: `${NAME} is being deleted${held}: the link to b ends with it`,
      object: { kind: "Gateway", namespace: "istio-eastwest", name: "istio-remote-peer-net-b" },
      remediation: {
        summary:
          "Let those who hold it finish; where the link is wanted, make it again when the Gateway is gone.",
        commands: [
          "kubectl --context ctx-a -n istio-eastwest get gateways.gateway.networking.k8s.io istio-remote-peer-net-b -o yaml",
        ],
      },
    });
    expect(detailsOf(verdict)).toMatchObject([
      { connected: true, status: "warn", state: "connected, with faults" },
    ]);
  });

  test("and conditions are each judged", () => {
    const verdict = judge({
      addresses: [],
      listeners: [],
      conditions: stated({ [CONNECTED]: "False" }),
    });
    expect(verdict.findings.map(({ severity }) => severity)).toEqual(Array(4).fill("fail"));
    expect(verdict.summary).toBe("4 faults");
    expect(verdict.findings[3]?.remediation?.commands.join("\n")).not.toContain("mc-probe");
  });
});

function expectSelf(verdict: Verdict): void {
  expect(verdict.summary).toBe("all clusters connected");
  expect(verdict.findings).toMatchObject([{ severity: "info" }, { severity: "pass" }]);
  expect(verdict.findings[0]?.message).toBe(
    "istio-eastwest/istio-remote-peer-net-a stands for this cluster itself (a): listed, not judged",
  );
  expect(detailsOf(verdict)).toMatchObject([
    { self: true, connected: false, status: "info", state: "this cluster itself" },
    { self: false, connected: true },
  ]);
}

describe("a Gateway for the cluster itself", () => {
  const bare = { conditions: DEFAULTS, listeners: [] };
  const peer = remoteGateway("b");
  const own = (changes: Partial<GatewayFact>): GatewayFact =>
    remoteGateway("a", {
      ...bare,
      addresses: [{ type: "IPAddress", value: "198.51.100.9" }],
      ...changes,
    });

  test("is known by its cluster label", () => {
    const named = own({ labels: labels({ "topology.istio.io/cluster": "a" }) });
    const verdict = withRemotes([named, peer]);
    expectSelf(verdict);
    expect(detailsOf(verdict)[0]?.cluster).toBe("a");
  });

  test("is known by what its east-west gateway is labelled", () => {
    const former = { "topology.istio.io/cluster": "former" };
    const eastWest = [eastWestGateway("a", { labels: labels(former) })];
    const gateways = { served: true, eastWest, remote: [own({ labels: labels(former) }), peer] };
    expectSelf(runCluster(peers, { gateways }));
  });

  test("is known by its address", () => {
    const addresses = [{ type: "IPAddress", value: addressOf("a") }];
    expectSelf(withRemotes([own({ addresses, labels: labels({}) }), peer]));
    const services = missing("forbidden", "services is forbidden");
    const verdict = withRemotes([own({ addresses, labels: labels({}) }), peer], { services });
    expect(verdict.findings).toMatchObject([
      { severity: "info" },
      { severity: "pass" },
      {
        severity: "info",
        message: "the cluster's own addresses not checked: services is forbidden",
      },
    ]);
  });

  const onNetwork = own({
    labels: labels({ "topology.istio.io/network": "net-a" }),
    addresses: [],
  });

  test("is known by a network that no other cluster is on", () => {
    expectSelf(withRemotes([onNetwork, peer]));
    const flat = [clusterRef("a"), clusterRef("b", { network: "net-a" })];
    const verdict = withRemotes([onNetwork, peer], {}, { clusters: flat });
    expect(verdict.findings[0]?.severity).toBe("fail");
  });

  describe.each([
    ["one", [clusterRef("a")]],
    ["two", [clusterRef("a"), clusterRef("b")]],
  ])("in a run of %s", (_, clusters) => {
    const elsewhere = [{ type: "IPAddress", value: "198.51.100.9" }];
    const third = remoteGateway("c", {
      labels: onNetwork.labels,
      addresses: elsewhere,
      conditions: stated({ [CONNECTED]: "False" }),
    });

    test("is known by its network without addresses", () => {
      expect(detailsOf(withRemotes([onNetwork], {}, { clusters }))).toMatchObject([{ self: true }]);
    });

    test("is not one on its network at an address that is not its own", () => {
      const verdict = withRemotes([third], {}, { clusters });
      expect(detailsOf(verdict)).toMatchObject([{ self: false, state: "not connected" }]);
      expect(only(verdict).severity).toBe("fail");
    });

    test("is not one at another address while its own is not assigned yet", () => {
      const eastWest = [eastWestGateway("a", { statusAddresses: [] })];
      const gateways = { served: true, eastWest, remote: [third] };
      const pending = { gateways, services: [service({ addresses: [] })] };
      const verdict = runCluster(peers, pending, { clusters });
      expect(detailsOf(verdict)).toMatchObject([{ self: false }]);
      expect(only(verdict).severity).toBe("fail");
    });
  });

  test("is not one that names another cluster on the same network", () => {
    const both = labels({ "topology.istio.io/cluster": "c", "topology.istio.io/network": "net-a" });
    const verdict = withRemotes([own({ labels: both })]);
    expect(detailsOf(verdict)).toMatchObject([{ self: false, cluster: "c" }]);
    expect(verdict.findings[0]?.severity).toBe("fail");
  });

  test("is named by the context where the CLUSTER_ID is not known", () => {
    const { id: _, ...nameless } = clusterRef("a");
    const context = { cluster: nameless, clusters: [nameless, clusterRef("b")] };
    const verdict = withRemotes([onNetwork, peer], {}, context);
    expect(verdict.findings[0]?.message).toContain("this cluster itself (ctx-a)");
  });

  test("is no peer", () => {
    const verdict = withRemotes([onNetwork]);
    expect(verdict.summary).toBe("no configured peers");
    expect(verdict.findings).toMatchObject([
      { severity: "warn", message: "no configured peers" },
      { severity: "info" },
    ]);
  });
});

describe("no peers", () => {
  test("are a warning with the command that links", () => {
    const verdict = withRemotes([]);
    expect(verdict.summary).toBe("no configured peers");
    expect(only(verdict).severity).toBe("warn");
    expect(only(verdict).remediation?.commands).toEqual([
      "mc link --contexts ctx-a,ctx-b -n istio-eastwest",
    ]);
    expect(verdict.data).toEqual({ peers: [] });
  });

  test("of a cluster alone and without gateway", () => {
    const gateways = { served: true, eastWest: [], remote: [] };
    const cluster = clusterRef("a", { contextArgument: "<context>" });
    const verdict = runCluster(peers, { gateways }, { cluster, clusters: [cluster] });
    expect(only(verdict).remediation?.commands).toEqual([
      "mc expose --context '<context>' -n istio-eastwest --wait",
    ]);
  });

  test("are what precheck expects", () => {
    const verdict = withRemotes([], {}, { precheck: true });
    expect(verdict).toMatchObject({
      summary: "no configured peers",
      findings: [{ severity: "info", message: "no configured peers" }],
    });
  });

  test("without the Gateway API are the Gateway Check's fault", () => {
    const gateways = { served: false, eastWest: [], remote: [] };
    expect(runCluster(peers, { gateways })).toMatchObject({
      summary: "no remote Gateways: the Gateway API is not installed",
      findings: [{ severity: "skip", blockedBy: "ctx-a/gateways" }],
      data: { peers: [] },
    });
  });
});

test("precheck warns of a broken link, which linking again may mend", () => {
  const broken = remoteGateway("c", { conditions: DEFAULTS });
  const remotes = [remoteGateway("b"), broken, remoteGateway("a")];
  const verdict = withRemotes(remotes, {}, { precheck: true });
  expect(verdict.findings.map(({ severity }) => severity)).toEqual(["pass", "warn", "info"]);
  expect(detailsOf(verdict)).toMatchObject([
    { connected: true },
    { status: "warn" },
    { self: true },
  ]);
});
