import { describe, expect, test } from "vitest";
import { dataPlane } from "../../../src/checks/data-plane/check.ts";
import type { Facts, GatewayFact } from "../../../src/model/facts.ts";
import { missing } from "../../../src/model/gathered.ts";
import {
  clusterRef,
  eastWestGateway,
  healthyFacts,
  labels,
  node,
  remoteGateway,
  runMesh,
  type TestMember,
} from "../../support/facts.ts";
import { commandsOf, messagesOf, notPassed, ofSeverity } from "../../support/verdict.ts";

const TYPE = "peering.solo.io/data-plane-service-type";
const PREFERRED = "peering.solo.io/preferred-data-plane-service-type";
const CLUSTER = "topology.istio.io/cluster";
const NAME = "Eastwest gateway istio-eastwest/istio-eastwest of ctx-b";

function preferring(to: string, value = "NodePort"): GatewayFact {
  const annotations = labels({
    [PREFERRED]: value,
    "gateway.istio.io/service-account": "istio-eastwest",
  });
  return remoteGateway(to, { annotations });
}

function offering(id: string, changes: Partial<GatewayFact> = {}): GatewayFact {
  return eastWestGateway(id, { annotations: labels({ [TYPE]: "NodePort" }), ...changes });
}

function gateways(id: string, changes: Partial<Facts["gateways"]>): TestMember {
  return { changes: { gateways: { ...healthyFacts(id, []).gateways, ...changes } } };
}

const A = gateways("a", { remote: [preferring("b")] });

test("healthy with load balancers", () => {
  const verdict = runMesh(dataPlane);
  expect(notPassed(verdict)).toEqual([]);
  expect(verdict.summary).toBe("all links use LoadBalancer");
  expect(messagesOf(verdict, "pass")).toEqual([
    "ctx-a → ctx-b uses LoadBalancer",
    "ctx-b → ctx-a uses LoadBalancer",
  ]);
});

test("healthy with NodePort, whatever the case of the value", () => {
  const verdict = runMesh(dataPlane, {
    a: gateways("a", { eastWest: [offering("a")], remote: [preferring("b", "nodeport")] }),
    b: gateways("b", { eastWest: [offering("b")], remote: [preferring("a")] }),
  });
  expect(notPassed(verdict)).toEqual([]);
  expect(verdict.summary).toBe("all links use NodePort");
  expect(messagesOf(verdict, "pass")).toContain("ctx-a → ctx-b uses NodePort");
});

test("each link has its own type", () => {
  const verdict = runMesh(dataPlane, {
    a: A,
    b: gateways("b", { eastWest: [offering("b")], remote: [remoteGateway("a")] }),
  });
  expect(notPassed(verdict)).toEqual([]);
  expect(verdict.summary).toBe("1 of 2 links use NodePort");
});

describe("a target of NodePort", () => {
  test("whose gateway is not annotated", () => {
    for (const annotations of [labels({}), labels({ [TYPE]: "LoadBalancer" })]) {
      const b = gateways("b", { eastWest: [offering("b", { annotations })] });
      const verdict = runMesh(dataPlane, { a: A, b });
      expect(messagesOf(verdict, "warn")).toEqual([
        `${NAME} is not annotated ${TYPE}: NodePort, though links from ctx-a prefer NodePort`,
      ]);
      expect(ofSeverity(verdict, "warn")[0]).toMatchObject({
        cluster: "ctx-b",
        object: { kind: "Gateway", namespace: "istio-eastwest", name: "istio-eastwest" },
      });
      expect(commandsOf(verdict, "warn")).toEqual([
        `kubectl --context ctx-b -n istio-eastwest annotate gateways.gateway.networking.k8s.io istio-eastwest ${TYPE}=NodePort --overwrite`,
      ]);
    }
  });

  test("whose gateway has no cluster label", () => {
    const eastWest = [offering("b", { labels: labels({}) })];
    const verdict = runMesh(dataPlane, { a: A, b: gateways("b", { eastWest }) });
    expect(messagesOf(verdict, "warn")).toEqual([
      `${NAME} has no label ${CLUSTER}, though links from ctx-a prefer NodePort`,
    ]);
    const label = `kubectl --context ctx-b -n istio-eastwest label gateways.gateway.networking.k8s.io istio-eastwest`;
    expect(commandsOf(verdict, "warn")).toEqual([`${label} ${CLUSTER}=b --overwrite`]);
    const { id: _, ...nameless } = clusterRef("b");
    const second = runMesh(dataPlane, {
      a: A,
      b: { ...gateways("b", { eastWest }), cluster: nameless },
    });
    expect(commandsOf(second, "warn")).toEqual([`${label} '${CLUSTER}=<cluster-id>' --overwrite`]);
  });

  test("whose nodes have no InternalIP", () => {
    const b = gateways("b", { eastWest: [offering("b")] });
    const nodes = [node(), node({ name: "node-2", internalIPs: [] })];
    const some = runMesh(dataPlane, { a: A, b: { changes: { ...b.changes, nodes } } });
    expect(messagesOf(some, "warn")).toEqual([
      "nodes of ctx-b have no InternalIP (node-2), though links from ctx-a prefer NodePort",
    ]);
    expect(commandsOf(some, "warn")).toEqual(["kubectl --context ctx-b get nodes -o wide"]);
    const none = runMesh(dataPlane, { a: A, b: { changes: { ...b.changes, nodes: [] } } });
    expect(messagesOf(none, "warn")).toEqual([
      "ctx-b has no nodes, though links from ctx-a prefer NodePort",
    ]);
  });

  test("whose nodes could not be read", () => {
    const b = gateways("b", { eastWest: [offering("b")] });
    const nodes = missing("forbidden", "nodes is forbidden");
    const verdict = runMesh(dataPlane, { a: A, b: { changes: { ...b.changes, nodes } } });
    expect(notPassed(verdict)).toEqual(["info"]);
    expect(messagesOf(verdict, "info")).toEqual([
      "InternalIPs of nodes in ctx-b not checked: nodes is forbidden",
    ]);
  });

  test("on the same network", () => {
    const b = gateways("b", { eastWest: [offering("b")] });
    const network = "shared";
    const verdict = runMesh(dataPlane, {
      a: { ...A, cluster: clusterRef("a", { network }) },
      b: { ...b, cluster: clusterRef("b", { network }) },
    });
    expect(messagesOf(verdict, "warn")).toEqual([
      "Remote gateway istio-eastwest/istio-remote-peer-net-b of ctx-a prefers NodePort, but ctx-b is on the same network shared",
    ]);
    expect(commandsOf(verdict, "warn")).toEqual([
      `kubectl --context ctx-a -n istio-eastwest annotate gateways.gateway.networking.k8s.io istio-remote-peer-net-b ${PREFERRED}-`,
    ]);
    const { network: _, ...unknown } = clusterRef("a");
    expect(notPassed(runMesh(dataPlane, { a: { ...A, cluster: unknown }, b }))).toEqual([]);
  });

  test("on the same network, by a link without the listener that LoadBalancer takes", () => {
    const network = "shared";
    const listeners = [{ name: "xds-tls", port: 15_012, protocol: "TLS" }];
    const verdict = runMesh(dataPlane, {
      a: {
        ...gateways("a", { remote: [{ ...preferring("b"), listeners }] }),
        cluster: clusterRef("a", { network }),
      },
      b: {
        ...gateways("b", { eastWest: [offering("b")] }),
        cluster: clusterRef("b", { network }),
      },
    });
    const gateway = "gateways.gateway.networking.k8s.io istio-remote-peer-net-b";
    expect(ofSeverity(verdict, "warn")[0]?.remediation?.summary).toContain(
      "that takes a listener cross-network",
    );
    expect(commandsOf(verdict, "warn")).toEqual([
      `kubectl --context ctx-a -n istio-eastwest patch ${gateway} --type=json -p '[{"op":"add","path":"/spec/listeners/-","value":{"name":"cross-network","port":15008,"protocol":"HBONE","tls":{"mode":"Passthrough"}}}]'`,
      `kubectl --context ctx-a -n istio-eastwest annotate ${gateway} ${PREFERRED}-`,
    ]);
  });

  test("without a gateway is the fault of another check", () => {
    const verdict = runMesh(dataPlane, { a: A, b: gateways("b", { eastWest: [] }) });
    expect(ofSeverity(verdict, "skip")).toMatchObject([{ blockedBy: "ctx-b/gateways" }]);
  });

  test("is judged by the gateway that the link names", () => {
    const other = eastWestGateway("b", { name: "other" });
    const b = gateways("b", { eastWest: [other, offering("b")] });
    expect(notPassed(runMesh(dataPlane, { a: A, b }))).toEqual([]);
    const unnamed = remoteGateway("b", { annotations: labels({ [PREFERRED]: "NodePort" }) });
    const verdict = runMesh(dataPlane, { a: gateways("a", { remote: [unnamed] }), b });
    expect(messagesOf(verdict, "warn")[0]).toContain("istio-eastwest/other of ctx-b");
  });

  test("is named once for all that prefer it", () => {
    const b = gateways("b", { eastWest: [eastWestGateway("b")] });
    const verdict = runMesh(dataPlane, {
      a: A,
      b,
      c: gateways("c", { remote: [preferring("b")] }),
    });
    expect(messagesOf(verdict, "warn")).toEqual([
      `${NAME} is not annotated ${TYPE}: NodePort, though links from ctx-a, ctx-c prefer NodePort`,
    ]);
  });

  test("outside the run is not looked at", () => {
    const a = gateways("a", { remote: [preferring("z")] });
    const alone = runMesh(dataPlane, { a });
    expect(notPassed(alone)).toEqual(["skip"]);
    expect(messagesOf(alone, "pass")).toEqual(["ctx-a → z (not in this run) uses NodePort"]);
    expect(notPassed(runMesh(dataPlane, { a, b: {} }))).toEqual([]);
  });
});

test("a gateway for the cluster itself is no link; there may be none", () => {
  const verdict = runMesh(dataPlane, {
    a: gateways("a", { remote: [preferring("a")] }),
    b: gateways("b", { remote: [] }),
  });
  expect(verdict).toEqual({ summary: "no links", findings: [] });
});

test("Services that could not be read are said to be missing", () => {
  const services = missing("forbidden", "services is forbidden");
  expect(notPassed(runMesh(dataPlane, { a: { changes: { services } }, b: {} }))).toEqual(["info"]);
});
