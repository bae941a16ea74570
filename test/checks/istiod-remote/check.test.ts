import { expect, test } from "vitest";
import { istiodRemote } from "../../../src/checks/istiod-remote/check.ts";
import type {
  Facts,
  IstioGatewayFact,
  ProxyPodFact,
  TlsRouteFact,
} from "../../../src/model/facts.ts";
import { gathered, missing, type Gathered } from "../../../src/model/gathered.ts";
import { clusterRef, COMMUNITY, labels, runMesh, service } from "../../support/facts.ts";
import { messagesOf, notPassed } from "../../support/verdict.ts";

type Changes = { [K in keyof Facts]?: Facts[K] | Gathered<Facts[K]> };

const XDS = { name: "tcp-istiod", port: 15_012, protocol: "TCP" };
const GATEWAY_LABELS = { istio: "eastwestgateway" };
const FORBIDDEN = missing("forbidden", "no");

const leading = service({
  namespace: "istio-system",
  name: "istiod",
  type: "ClusterIP",
  addresses: [],
  ports: [XDS],
});
const gateway = service({
  namespace: "istio-system",
  name: "gateway",
  labels: labels(GATEWAY_LABELS),
  selector: labels(GATEWAY_LABELS),
  addresses: ["192.0.2.1"],
  ports: [XDS],
});
const istiodGateway: IstioGatewayFact = {
  namespace: "istio-system",
  name: "istiod-gateway",
  selector: labels(GATEWAY_LABELS),
  servers: [{ port: 15_012, tlsMode: "PASSTHROUGH", hosts: ["*"] }],
};
const istiodRoute: TlsRouteFact = {
  namespace: "istio-system",
  name: "istiod-vs",
  gateways: ["istiod-gateway"],
  sniHosts: ["*"],
  ports: [15_012],
  destinations: ["istiod.istio-system.svc.cluster.local"],
};
const config = (gateways: IstioGatewayFact[], routes: Facts["istioGateways"]["routes"]) => ({
  istioGateways: { gateways, routes },
});

const PRIMARY: Changes = {
  services: [gateway],
  ...config([istiodGateway], gathered([istiodRoute])),
};
const REMOTE: Changes = {
  istiods: { judged: [], others: [] },
  services: [leading],
  istiodEndpoints: [{ service: "istiod", addresses: ["192.0.2.1"], ports: [15_012] }],
};

function judge(primary: Changes, remote: Changes, absent = false) {
  const members = {
    a: { changes: { ...PRIMARY, ...primary } },
    b: { changes: { ...REMOTE, ...remote } },
  };
  const context = { ...COMMUNITY, absent: absent ? [clusterRef("c")] : [] };
  return runMesh(istiodRemote, members as never, context);
}

test("a cluster with an istiod passes, whatever could not be read of its configuration", () => {
  expect(notPassed(runMesh(istiodRemote, undefined, COMMUNITY))).toEqual([]);
  const members = { a: { changes: { meshConfigs: FORBIDDEN } } };
  expect(notPassed(runMesh(istiodRemote, members as never, COMMUNITY))).toEqual([]);
});

test("one without is led by the primary that its Service leads to", () => {
  const verdict = judge({}, {});
  expect(notPassed(verdict)).toEqual([]);
  expect(verdict.summary).toBe("clusters without an istiod are led by that of another");
  expect(messagesOf(verdict, "pass")).toContain(
    "Service istio-system/istiod of ctx-b leads to 192.0.2.1: the istiod of ctx-a",
  );
  const named = { ...leading, type: "ExternalName", externalName: "GW.example.", ports: [] };
  const hosts = { services: [{ ...gateway, addresses: ["gw.example"] }] };
  expect(notPassed(judge(hosts, { services: [named] }))).toEqual([]);
});

const pod = (values: Record<string, string>): ProxyPodFact => ({
  namespace: "istio-system",
  name: "gateway-1",
  labels: labels(values),
});

/** What each of both clusters has otherwise, what comes of it, and what is said. */
test.each<[string, Changes, Changes, string[], RegExp]>([
  ["no Service", {}, { services: [] }, ["fail"], /no istiod runs in ctx-b, and no Service/],
  [
    "a Service of pods of its own",
    {},
    { services: [{ ...leading, selector: labels({ app: "istiod" }) }] },
    ["fail"],
    /selects pods of this cluster, in which no istiod runs/,
  ],
  [
    "a Service without the port",
    {},
    { services: [{ ...leading, ports: [] }] },
    ["fail"],
    /has no port 15012/,
  ],
  ["no endpoints", {}, { istiodEndpoints: [] }, ["fail"], /leads nowhere: it has no endpoints/],
  [
    "endpoints that were not read",
    {},
    { istiodEndpoints: FORBIDDEN },
    ["info"],
    /where Service istio-system\/istiod of ctx-b leads not checked: no/,
  ],
  [
    "an ExternalName without a name",
    {},
    { services: [{ ...leading, type: "ExternalName" }], istiodEndpoints: [] },
    ["fail"],
    /leads nowhere/,
  ],
  [
    "the address of another",
    {},
    { istiodEndpoints: [{ service: "istiod", addresses: ["192.0.2.9"], ports: [] }] },
    ["warn"],
    /leads to 192\.0\.2\.9, where no primary .*: that does ctx-a at 192\.0\.2\.1/,
  ],
  [
    "the address of its own gateway",
    {},
    {
      services: [leading, { ...gateway, addresses: ["192.0.2.9"] }],
      istiodEndpoints: [{ service: "istiod", addresses: ["192.0.2.9"], ports: [] }],
    },
    ["fail"],
    /which is a gateway of ctx-b itself: no istiod is behind it/,
  ],
  [
    "a name, as a load balancer has",
    { services: [{ ...gateway, addresses: ["lb.example"] }] },
    {},
    ["info"],
    /whether that is a primary's istiod is not known/,
  ],
  ["no way in to the primary", { services: [] }, {}, ["info"], /is not known/],
  [
    "no Gateway in the primary",
    config([], gathered([])),
    {},
    ["fail"],
    /Service istio-system\/gateway of ctx-a takes what proxies of ctx-b send to istiod, and no Gateway/,
  ],
  [
    "a Gateway of the primary that ends TLS",
    config(
      [{ ...istiodGateway, servers: [{ port: 15_012, tlsMode: "SIMPLE", hosts: [] }] }],
      gathered([istiodRoute]),
    ),
    {},
    ["fail"],
    /no Gateway for its pods has port 15012 with TLS mode PASSTHROUGH/,
  ],
  [
    "a Gateway of the primary for other pods",
    {
      proxyPods: [{ ...pod(GATEWAY_LABELS), labels: labels({ ...GATEWAY_LABELS }) }],
      ...config(
        [{ ...istiodGateway, selector: labels({ istio: "ingress" }) }],
        gathered([istiodRoute]),
      ),
    },
    {},
    ["fail"],
    /no Gateway for its pods/,
  ],
  [
    "no VirtualService in the primary",
    config([istiodGateway], gathered([{ ...istiodRoute, gateways: ["other"] }])),
    {},
    ["fail"],
    /no VirtualService leads from Gateway istio-system\/istiod-gateway/,
  ],
  [
    "a VirtualService for another port",
    config([istiodGateway], gathered([{ ...istiodRoute, ports: [15_017] }])),
    {},
    ["fail"],
    /no VirtualService/,
  ],
  [
    "VirtualServices that were not read",
    config([istiodGateway], FORBIDDEN),
    {},
    ["info"],
    /routes from Service istio-system\/gateway of ctx-a to istiod not checked/,
  ],
  [
    "Gateways that were not read",
    { istioGateways: FORBIDDEN },
    {},
    ["info"],
    /passes on not checked/,
  ],
  // No faults:
  [
    "a VirtualService elsewhere, for any port",
    config(
      [istiodGateway],
      gathered([
        { ...istiodRoute, namespace: "x", gateways: ["istio-system/istiod-gateway"], ports: [] },
      ]),
    ),
    {},
    [],
    /the istiod of ctx-a/,
  ],
  [
    "a load balancer of istiod itself",
    {
      services: [{ ...gateway, selector: labels({ app: "istiod" }) }],
      ...config([], gathered([])),
    },
    {},
    [],
    /the istiod of ctx-a/,
  ],
  [
    "a Gateway of the Gateway API",
    {
      services: [
        { ...gateway, labels: labels({ "gateway.networking.k8s.io/gateway-name": "gateway" }) },
      ],
      ...config([], gathered([])),
    },
    {},
    [],
    /the istiod of ctx-a/,
  ],
])("%s", (_, primary, remote, expected, message) => {
  const verdict = judge(primary, remote);
  expect(notPassed(verdict)).toEqual(expected);
  expect(verdict.findings.map((one) => one.message).join("\n")).toMatch(message);
});

test("whose address it is cannot be told while a cluster was not read", () => {
  const elsewhere = {
    istiodEndpoints: [{ service: "istiod", addresses: ["192.0.2.9"], ports: [] }],
  };
  expect(notPassed(judge({}, elsewhere, true))).toEqual(["info"]);
});

test.each<[string | undefined, string[]]>([
  [undefined, []],
  ["istiod.istio-system.svc:15012", ["info"]],
  ["istiod-remote.istio-system.svc:15012", ["fail"]],
  ["istiod.example", ["fail"]],
  ["primary.example.com:15012", []],
  ["istiod", []],
])("discoveryAddress %s", (discoveryAddress, expected) => {
  const mesh: Facts["meshConfigs"][number] = {
    revision: "default",
    configMap: "istio",
    trustDomain: "cluster.local",
    trustDomainAliases: [],
    ...(discoveryAddress === undefined ? {} : { discoveryAddress }),
  };
  const changes = { meshConfigs: [mesh], services: [leading] };
  expect(notPassed(runMesh(istiodRemote, { a: { changes } }, COMMUNITY))).toEqual(expected);
});
