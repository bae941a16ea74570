import { describe, expect, test } from "vitest";
import { gateways } from "../../../src/checks/gateways/check.ts";
import type { Verdict } from "../../../src/model/check.ts";
import type {
  Condition,
  Facts,
  GatewayClassFact,
  GatewayFact,
  ServiceFact,
} from "../../../src/model/facts.ts";
import { type Gathered, gathered, missing } from "../../../src/model/gathered.ts";
import type { Finding } from "../../../src/model/report.ts";
import {
  addressOf,
  clusterRef,
  conditions,
  eastWestGateway,
  healthyFacts,
  labels,
  namespace,
  pod,
  runCluster,
  service,
} from "../../support/facts.ts";

type Changed = { [K in keyof Facts]?: Facts[K] | Gathered<Facts[K]> };

const NODE_PORT = labels({ "peering.solo.io/data-plane-service-type": "NodePort" });
const CLUSTER_IP = [{ type: "IPAddress", value: "10.96.0.10" }];

function judge(changes: Partial<GatewayFact>, facts: Changed = {}): Verdict {
  const eastWest = [eastWestGateway("a", changes)];
  return runCluster(gateways, { gateways: { served: true, eastWest, remote: [] }, ...facts });
}

/** What explains a fault and could not be read is told beside it. */
function only({ findings }: Verdict): Finding {
  const judged = findings.filter(({ message }) => !message.includes(" not checked: "));
  expect(judged).toHaveLength(1);
  return judged[0] as Finding;
}

function programmed(condition: Partial<Condition>): ReadonlyMap<string, Condition> {
  const whole = { type: "Programmed", status: "False", reason: "", message: "", ...condition };
  return new Map([...conditions({ Accepted: "True" }), ["Programmed", whole]]);
}

const PENDING = programmed({
  reason: "AddressNotAssigned",
  message: "address pending for hostname istio-eastwest",
});

function commandsOf(verdict: Verdict): string {
  return only(verdict).remediation?.commands.join("\n") ?? "";
}

describe("a programmed Gateway", () => {
  test("is available at its addresses", () => {
    const verdict = runCluster(gateways);
    expect(verdict).toEqual({
      summary: "all eastwest gateways programmed",
      findings: [
        {
          severity: "pass",
          message: `istio-eastwest/istio-eastwest available at ${addressOf("a")}`,
          object: { kind: "Gateway", namespace: "istio-eastwest", name: "istio-eastwest" },
        },
      ],
      data: {
        gateways: [
          {
            namespace: "istio-eastwest",
            name: "istio-eastwest",
            addresses: [addressOf("a")],
            status: "pass",
            state: "programmed",
          },
        ],
      },
    });
  });

  test("may have several, of which those outside the cluster count", () => {
    const statusAddresses = [
      ...CLUSTER_IP,
      { type: "IPAddress", value: "192.0.2.7" },
      { type: "Hostname", value: "lb.example.com" },
    ];
    expect(only(judge({ statusAddresses })).message).toBe(
      "istio-eastwest/istio-eastwest available at 192.0.2.7, lb.example.com",
    );
  });

  test("may be the community's, with or without what its class says", () => {
    const verdict = judge({ className: "istio-east-west" }, { gatewayClasses: [] });
    expect(only(verdict).severity).toBe("pass");
  });

  test("is judged without Services, but for where its address leads", () => {
    const services = missing("forbidden", "services is forbidden");
    const { findings, summary } = judge({ statusAddresses: CLUSTER_IP }, { services });
    expect(findings).toMatchObject([
      { severity: "pass" },
      {
        severity: "info",
        message:
          "whether the addresses are reachable from outside not checked: services is forbidden",
      },
    ]);
    expect(summary).toBe("all eastwest gateways programmed");
  });

  test("stands beside another one that is not", () => {
    const eastWest = [
      eastWestGateway("a"),
      eastWestGateway("a", { name: "second", conditions: new Map() }),
    ];
    const verdict = runCluster(gateways, { gateways: { served: true, eastWest, remote: [] } });
    const stops = verdict.findings.map(({ severity, stopsPeering }) => [severity, stopsPeering]);
    expect(stops).toEqual([
      ["pass", undefined],
      ["fail", true],
    ]);
    expect(verdict.summary).toContain("istio-eastwest/second is not programmed");
    expect(verdict.data).toMatchObject({
      gateways: [{ state: "programmed" }, { status: "fail", state: "not programmed" }],
    });
  });
});

describe("addresses of a programmed Gateway", () => {
  test("none while the load balancer is pending", () => {
    const verdict = judge({ statusAddresses: [] }, { services: [service({ addresses: [] })] });
    expect(only(verdict)).toMatchObject({
      severity: "fail",
      message:
        "istio-eastwest/istio-eastwest is programmed but has no address: the load balancer of its Service is pending",
    });
    expect(commandsOf(verdict)).toContain("describe service istio-eastwest");
    expect(verdict.data).toMatchObject({
      gateways: [{ status: "fail", state: "programmed, no address for other clusters" }],
    });
  });

  test("none though the Service has one", () => {
    const verdict = judge({ statusAddresses: [] });
    expect(only(verdict).message).toBe(
      "istio-eastwest/istio-eastwest is programmed but has no address",
    );
    expect(only(verdict).remediation?.summary).toContain(addressOf("a"));
    expect(commandsOf(verdict)).toBe(
      "kubectl --context ctx-a -n istio-system logs -l app=istiod --tail=100",
    );
  });

  test("none, whatever the Services are", () => {
    const services = missing("forbidden", "services is forbidden");
    const { findings } = judge({ statusAddresses: [] }, { services });
    expect(findings).toMatchObject([{ severity: "fail" }, { severity: "info" }]);
    expect(findings[0]?.message).toContain("has no address");
  });

  test("none and no Service", () => {
    const verdict = judge({ statusAddresses: [] }, { services: [] });
    expect(only(verdict)).toMatchObject({
      severity: "fail",
      message: "istio-eastwest/istio-eastwest is programmed but has no address: it has no Service",
    });
    expect(commandsOf(verdict)).toContain(
      "get services -l gateway.networking.k8s.io/gateway-name=istio-eastwest",
    );
  });

  test.each<[string, Partial<ServiceFact>, string]>([
    ["the clusterIP of a ClusterIP Service", { type: "ClusterIP", addresses: [] }, "10.96.0.10"],
    ["the clusterIP of a NodePort Service", { type: "NodePort", addresses: [] }, "10.96.0.10"],
    ["the clusterIP of a pending LoadBalancer", { addresses: [] }, "10.96.0.10"],
    ["an IPv6 clusterIP", { clusterIPs: ["fd00::a"], addresses: [] }, "FD00:0::000a"],
    ["a name within the cluster", {}, "istio-eastwest.istio-eastwest.svc.cluster.local"],
    ["a short name within the cluster", {}, "istio-eastwest.istio-eastwest.svc"],
  ])("only %s", (_, changes, value) => {
    const services = [service(changes)];
    const statusAddresses = [{ type: "IPAddress", value }];
    const verdict = judge({ statusAddresses }, { services });
    expect(only(verdict).severity).toBe("fail");
    expect(only(verdict).message).toContain(`has only the address ${value} within the cluster`);
    expect(only(verdict).message).toContain(`of type ${services[0]?.type}`);
    const nodePort = judge({ statusAddresses, annotations: NODE_PORT }, { services });
    expect(only(nodePort).severity).toBe("warn");
    expect(only(nodePort).message).toContain("port 15012 (xDS)");
  });

  test("a name within the cluster needs no Service to be known", () => {
    const value = "istio-eastwest.istio-eastwest.svc.cluster.local";
    const verdict = judge({ statusAddresses: [{ type: "Hostname", value }] }, { services: [] });
    expect(only(verdict).message).toBe(
      `istio-eastwest/istio-eastwest has only the address ${value} within the cluster: other clusters cannot reach it`,
    );
  });

  test("are asked for where the Service cannot have one", () => {
    const services = [service({ type: "NodePort", addresses: [] })];
    expect(commandsOf(judge({ statusAddresses: CLUSTER_IP }, { services }))).toBe(
      [
        "kubectl --context ctx-a -n istio-eastwest annotate gateways.gateway.networking.k8s.io istio-eastwest networking.istio.io/service-type=LoadBalancer --overwrite",
        "kubectl --context ctx-a -n istio-eastwest get service istio-eastwest",
      ].join("\n"),
    );
  });

  test("an external IP that is the clusterIP too is reachable", () => {
    const services = [service({ addresses: ["10.96.0.10"] })];
    expect(only(judge({ statusAddresses: CLUSTER_IP }, { services })).severity).toBe("pass");
  });
});

describe("a Gateway that is not programmed", () => {
  test.each<[string, ReadonlyMap<string, Condition>, string]>([
    ["no conditions", new Map(), "Programmed is absent"],
    [
      "the CRD's defaults",
      new Map(
        ["Accepted", "Programmed"].map((type) => [
          type,
          { type, status: "Unknown", reason: "Pending", message: "Waiting for controller" },
        ]),
      ),
      "Programmed is Unknown (Pending: Waiting for controller)",
    ],
    ["an empty status", conditions({ Programmed: "" }), "Programmed is empty (Programmed is )"],
  ])("was taken up by nobody: %s", (_, stated, said) => {
    const verdict = judge({ conditions: stated });
    expect(only(verdict)).toMatchObject({
      severity: "fail",
      message: `istio-eastwest/istio-eastwest is not programmed: no controller has taken it up; ${said}`,
    });
    expect(only(verdict).remediation?.summary).toContain("ENABLE_PEERING_DISCOVERY");
    expect(commandsOf(verdict)).toContain(
      "kubectl --context ctx-a get gatewayclasses istio-eastwest",
    );
    const unread = missing("forbidden", "gatewayclasses is forbidden");
    expect(only(judge({ conditions: stated }, { gatewayClasses: unread })).message).toContain(
      "no controller has taken it up",
    );
  });

  test("says which causes could not be looked for", () => {
    const gatewayClasses = missing("forbidden", "gatewayclasses is forbidden");
    const gatewayPods = missing("forbidden", "pods is forbidden");
    const unread = { gatewayClasses, gatewayPods };
    const { findings } = judge({ conditions: PENDING }, unread);
    expect(findings.slice(1)).toEqual([
      { severity: "info", message: "GatewayClasses not checked: gatewayclasses is forbidden" },
      { severity: "info", message: "pods of the gateways not checked: pods is forbidden" },
    ]);
    expect(judge({}, unread).findings).toHaveLength(1);
  });

  test.each<[string, GatewayClassFact[], string]>([
    ["is missing", [], "GatewayClass istio-eastwest does not exist"],
    [
      "is not accepted",
      [
        {
          name: "istio-eastwest",
          controller: "x",
          accepted: { type: "Accepted", status: "Unknown", reason: "Pending", message: "" },
        },
      ],
      "GatewayClass istio-eastwest: Accepted is Unknown (Pending)",
    ],
    [
      "has no status",
      [{ name: "istio-eastwest", controller: "x" }],
      "GatewayClass istio-eastwest: Accepted is absent",
    ],
  ])("has a class that %s", (_, gatewayClasses, why) => {
    for (const stated of [new Map<string, Condition>(), PENDING]) {
      const verdict = judge({ conditions: stated }, { gatewayClasses });
      expect(only(verdict).severity).toBe("fail");
      expect(only(verdict).message).toContain(`is not programmed: ${why}; Programmed is`);
    }
  });

  test("whose load balancer is pending is not blamed on a class that nobody has accepted", () => {
    const verdict = judge(
      { conditions: PENDING },
      {
        services: [service({ addresses: [] })],
        gatewayClasses: [{ name: "istio-eastwest", controller: "x" }],
      },
    );
    expect(only(verdict).message).toContain("the load balancer of its Service is pending");
    expect(commandsOf(verdict)).toContain("describe service istio-eastwest");
  });

  test("of the community's class asks for the variable that makes it", () => {
    const verdict = judge({ className: "istio-east-west", conditions: new Map() });
    expect(only(verdict).message).toContain("GatewayClass istio-east-west does not exist");
    expect(only(verdict).remediation?.summary).toContain("AMBIENT_ENABLE_MULTI_NETWORK=true");
    expect(commandsOf(verdict)).toContain("get gatewayclasses istio-east-west");
  });

  test("is not accepted", () => {
    const verdict = judge({ conditions: conditions({ Accepted: "False" }) });
    expect(only(verdict).message).toContain("Accepted is False (Accepted is False)");
    expect(commandsOf(verdict)).toBe(
      "kubectl --context ctx-a -n istio-eastwest describe gateways.gateway.networking.k8s.io istio-eastwest",
    );
  });

  test("is accepted without condition Programmed", () => {
    const verdict = judge({ conditions: conditions({ Accepted: "True" }) });
    expect(only(verdict).message).toBe(
      "istio-eastwest/istio-eastwest is not programmed: Programmed is absent",
    );
  });

  test("waits for a load balancer", () => {
    const pending = [service({ addresses: [] })];
    const verdict = judge({ conditions: PENDING }, { services: pending, gatewayPods: [] });
    expect(only(verdict)).toMatchObject({
      severity: "fail",
      message:
        "istio-eastwest/istio-eastwest is not programmed: the load balancer of its Service is pending; Programmed is False (AddressNotAssigned: address pending for hostname istio-eastwest)",
    });
    expect(only(verdict)).not.toHaveProperty("blockedBy");
    expect(commandsOf(verdict)).toContain("describe service istio-eastwest");
    const unread = missing("forbidden", "services is forbidden");
    const { findings } = judge({ conditions: PENDING }, { services: unread });
    expect(findings[0]?.message).toContain("load balancer of its Service is pending");
  });

  test("also with a clusterIP for an address and node ports", () => {
    const verdict = judge(
      { conditions: PENDING, statusAddresses: CLUSTER_IP, annotations: NODE_PORT },
      { services: [service({ addresses: [] })] },
    );
    expect(only(verdict).severity).toBe("fail");
  });

  test("has no Service", () => {
    const stated = programmed({ reason: "AddressNotUsable", message: "no such service" });
    const verdict = judge({ conditions: stated }, { services: [] });
    expect(only(verdict).message).toBe(
      "istio-eastwest/istio-eastwest is not programmed: it has no Service; Programmed is False (AddressNotUsable: no such service)",
    );
    expect(commandsOf(verdict)).toContain(
      "get services -l gateway.networking.k8s.io/gateway-name=istio-eastwest",
    );
    expect(only(judge({ conditions: stated })).message).toContain("its Service is not usable");
    expect(only(judge({ conditions: PENDING }, { services: [] })).message).toContain(
      "it has no Service",
    );
  });

  test("has no pods", () => {
    const said = programmed({ reason: "AddressNotAssigned", message: "no instances found" });
    const healthy = healthyFacts().gatewayPods;
    const strangers = [pod(), ...healthy.map((one) => ({ ...one, namespace: "elsewhere" }))];
    const unready = healthy.map((one) => ({ ...one, healthy: false }));
    const cases: [ReadonlyMap<string, Condition>, Changed][] = [
      [said, { gatewayPods: healthy }],
      [said, { gatewayPods: missing("forbidden", "pods is forbidden") }],
      [PENDING, { gatewayPods: [] }],
      [PENDING, { gatewayPods: [...strangers, ...unready] }],
    ];
    for (const [stated, facts] of cases) {
      const verdict = judge({ conditions: stated }, facts);
      expect(only(verdict)).toMatchObject({ severity: "fail", blockedBy: "ctx-a/pods-eastwest" });
      expect(only(verdict).message).toContain("no ready pod stands behind it");
      expect(commandsOf(verdict)).toContain("get pods -l");
    }
  });

  test("gives no reason", () => {
    expect(only(judge({ conditions: programmed({}) })).message).toBe(
      "istio-eastwest/istio-eastwest is not programmed: Programmed is False",
    );
  });

  test("has another reason", () => {
    const stated = programmed({ reason: "Invalid", message: "listener conflict" });
    const unread = missing("forbidden", "pods is forbidden");
    for (const facts of [
      {},
      { gatewayPods: unread },
      { services: [service({ type: "NodePort" })] },
    ]) {
      const verdict = judge({ conditions: stated }, facts);
      expect(only(verdict).message).toBe(
        "istio-eastwest/istio-eastwest is not programmed: Programmed is False (Invalid: listener conflict)",
      );
      expect(commandsOf(verdict)).toContain("describe gateways.gateway.networking.k8s.io");
    }
  });
});

describe("no Gateway", () => {
  const nothing = { served: true, eastWest: [], remote: [] };

  test.each([false, true])("is a fault, precheck %s", (precheck) => {
    const verdict = runCluster(gateways, { gateways: nothing }, { precheck });
    expect(only(verdict)).toMatchObject({ severity: "fail", stopsPeering: true });
    expect(verdict.summary).toBe(
      "no east-west gateway: no Gateway of class istio-eastwest or istio-east-west",
    );
    expect(commandsOf(verdict)).toBe("mc expose --context ctx-a -n istio-eastwest");
    expect(verdict.data).toEqual({ gateways: [] });
  });

  test("has its namespace made first where there is none", () => {
    const commands = [
      "kubectl --context '<my> ctx' create namespace istio-eastwest",
      "mc expose --context '<my> ctx' -n istio-eastwest",
    ].join("\n");
    const cluster = clusterRef("a", { contextArgument: "<my> ctx" });
    for (const namespaces of [[namespace("other")], missing("forbidden", "no")] as const) {
      const changes = { gateways: nothing, namespaces: namespaces as never };
      expect(commandsOf(runCluster(gateways, changes, { cluster }))).toBe(commands);
    }
  });

  test("since the Gateway API is missing", () => {
    const verdict = runCluster(gateways, { gateways: { ...nothing, served: false } });
    expect(only(verdict)).toMatchObject({ severity: "fail", stopsPeering: true });
    expect(verdict.summary).toBe("the Gateway API is not installed: its CRDs are missing");
    expect(commandsOf(verdict)).toBe(
      "kubectl --context ctx-a apply -f https://github.com/kubernetes-sigs/gateway-api/releases/download/v1.4.0/standard-install.yaml",
    );
  });
});

describe("what lets other clusters in", () => {
  const NAME = "istio-eastwest/istio-eastwest";
  const ON_GATEWAY = (verb: string) =>
    `kubectl --context ctx-a -n istio-eastwest ${verb} gateways.gateway.networking.k8s.io istio-eastwest`;
  const { listeners, labels: itsLabels } = eastWestGateway();
  const [hbone, xds] = listeners as [GatewayFact["listeners"][0], GatewayFact["listeners"][0]];
  const unlabelled = labels(
    Object.fromEntries([...itsLabels].filter(([key]) => key !== "istio.io/expose-istiod")),
  );
  const ADD = (name: string, port: number, protocol: string): string =>
    `${ON_GATEWAY("patch")} --type=json -p '[{"op":"add","path":"/spec/listeners/-","value":{"name":"${name}","port":${port},"protocol":"${protocol}","tls":{"mode":"Passthrough"}}}]'`;
  const LABEL = `${ON_GATEWAY("label")} istio.io/expose-istiod=15012 --overwrite`;
  const NO_ISTIOD = "other clusters cannot reach istiod";
  const NO_TRAFFIC = "traffic of other clusters has no way in";

  const CASES: [string, Partial<GatewayFact>, string[]][] = [
    [
      `has no listener xds-tls on port 15012: ${NO_ISTIOD}`,
      { listeners: [hbone] },
      [ADD("xds-tls", 15_012, "TLS")],
    ],
    [
      `has no listener cross-network on port 15008: ${NO_TRAFFIC}`,
      { listeners: [xds] },
      [ADD("cross-network", 15_008, "HBONE")],
    ],
    [`has no label istio.io/expose-istiod: ${NO_ISTIOD}`, { labels: unlabelled }, [LABEL]],
    [
      `has no label istio.io/expose-istiod: ${NO_ISTIOD}`,
      { labels: unlabelled, listeners: [hbone] },
      [LABEL, ADD("xds-tls", 15_012, "TLS")],
    ],
  ];

  test.each(CASES)("%s", (said, changes, commands) => {
    const verdict = judge(changes);
    const [available, fault, ...others] = verdict.findings;
    expect(available?.severity).toBe("pass");
    expect(fault).toMatchObject({
      severity: "fail",
      stopsPeering: true,
      message: `${NAME} ${said}`,
      object: { kind: "Gateway", namespace: "istio-eastwest", name: "istio-eastwest" },
      remediation: { commands },
    });
    expect(others).toEqual([]);
    expect(verdict.data).toMatchObject({ gateways: [{ status: "fail", state: "programmed" }] });
  });

  test.each([
    [15_012, "xds-tls", NO_ISTIOD, 0],
    [15_008, "cross-network", NO_TRAFFIC, 1],
  ])("the Service lacks port %d", (port, name, closed, kept) => {
    const services = [service({ ports: service().ports.filter((_, index) => index === kept) })];
    const verdict = judge({}, { services });
    expect(verdict.findings[1]).toMatchObject({
      severity: "fail",
      message: `${NAME} has a listener on port ${port}, but its Service istio-eastwest has no such port: ${closed}`,
      remediation: {
        commands: [
          `kubectl --context ctx-a -n istio-eastwest patch service istio-eastwest --type=json -p '[{"op":"add","path":"/spec/ports/-","value":{"name":"${name}","port":${port},"protocol":"TCP","targetPort":${port}}}]'`,
        ],
      },
    });
    expect(verdict.findings).toHaveLength(2);
  });

  test("both are told", () => {
    expect(judge({ listeners: [], labels: unlabelled }).findings).toHaveLength(3);
  });

  test("is not judged by a Service that was not read, or is not there", () => {
    const unread = missing("forbidden", "services is forbidden");
    for (const services of [unread, []]) {
      expect(judge({}, { services }).findings.every(({ severity }) => severity !== "fail")).toBe(
        true,
      );
    }
  });

  test("may be shared by several gateways", () => {
    const eastWest = [
      eastWestGateway("a", { name: "data", listeners: [hbone], labels: unlabelled }),
      eastWestGateway("a", { name: "discovery", listeners: [xds] }),
    ];
    const both = { served: true, eastWest, remote: [] };
    expect(runCluster(gateways, { gateways: both, services: [] }).findings).toMatchObject([
      { severity: "pass" },
      { severity: "pass" },
    ]);
  });

  test("is of another kind with the community's class", () => {
    const { findings } = judge({
      className: "istio-east-west",
      labels: labels({}),
      listeners: [{ name: "mesh", port: 15_008, protocol: "HBONE", tlsMode: "Terminate" }],
    });
    expect(findings.map(({ severity }) => severity)).toEqual(["pass"]);
  });

  test("is proven for istiod by another cluster's that is connected, not by its own", () => {
    const connected = (clusterId: string): Facts["syncs"] => [
      {
        namespace: "istio-system",
        pod: "istiod",
        answer: gathered([{ clusterId, proxy: "istiod", proxyType: "istiod", version: "" }]),
      },
    ];
    const severities = (clusterId: string) =>
      judge({ listeners: [] }, { syncs: connected(clusterId) }).findings.map(
        ({ severity }) => severity,
      );
    expect(severities("b")).toEqual(["pass", "info", "fail"]);
    expect(severities("a")).toEqual(["pass", "fail", "fail"]);
    expect(judge({ listeners: [hbone] }, { syncs: connected("b") }).findings[1]?.message).toBe(
      `${NAME} has no listener xds-tls on port 15012: ${NO_ISTIOD}; other clusters are connected all the same`,
    );
  });
});

test("one that is being deleted is told of", () => {
  const { findings } = judge({ deletion: { finalizers: ["example.com/hold"] } });
  expect(findings).toMatchObject([
    { severity: "pass" },
    {
      severity: "warn",
      message:
        "istio-eastwest/istio-eastwest is being deleted, held by finalizer example.com/hold: other clusters lose their way in with it",
    },
  ]);
});
