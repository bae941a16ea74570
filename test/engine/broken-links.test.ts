import { beforeEach, describe, expect, test } from "vitest";
import { check } from "../../src/engine/check.ts";
import type { Finding, Report, Result } from "../../src/model/report.ts";
import { MemoryReader } from "../support/source.ts";
import { cluster, find, link, type ClusterFixture } from "../support/mesh/cluster.ts";
import {
  condition,
  deployment,
  type EnvVars,
  type KubeObject,
  pod,
} from "../support/mesh/objects.ts";

/*
 * A firewall stands between a and b, and something else is wrong too: what cannot have broken the
 * link must not hide that it is.
 */

const TIMEOUT = "dial tcp 192.0.2.20:15012: i/o timeout";
const GATEWAY_LABEL = "gateway.networking.k8s.io/gateway-name";

let a: ClusterFixture;
let b: ClusterFixture;

function made(id: string, address: string, istiodEnv: EnvVars = {}): ClusterFixture {
  const certificates = { intermediate: "", roots: "" };
  return cluster({ context: id, id, network: id, address, certificates, istiodEnv });
}

/** Links both, where only a cannot reach the other; takes what else istiod's variables are. */
function arrange(env: { a?: EnvVars; b?: EnvVars } = {}): void {
  const [first, second] = link(made("a", "192.0.2.10", env.a), made("b", "192.0.2.20", env.b));
  if (!first || !second) throw new Error("two clusters were asked for");
  [a, b] = [first, second];
  find(a, "Gateway", "istio-remote-peer-b")["status"] = {
    conditions: [
      condition("Accepted", "True"),
      condition("Programmed", "True"),
      condition("gloo.solo.io/PeerConnected", "False", "Disconnected", TIMEOUT),
      condition("gloo.solo.io/PeeringSucceeded", "True"),
    ],
  };
}

beforeEach(() => arrange());

async function run(): Promise<Report> {
  const readers = [a, b].map(({ spec, objects, debug }) => {
    const answers = Object.entries(debug).map(([path, body]) => [
      path.replace(/^([^/]+\/[^/]+)\/(\d+)\//, "$1:$2/"),
      body,
    ]);
    return new MemoryReader({ objects, debug: Object.fromEntries(answers) }, spec.context);
  });
  const skip = new Set(["certs"]);
  return check(readers, { precheck: false, concurrency: 16, skip });
}

function resultOf(results: readonly Result[] | undefined, id: string): Result | undefined {
  return results?.find((result) => result.id === id);
}

function faultOf(result: Result | undefined): Finding | undefined {
  return result?.findings.find(({ severity }) => severity === "fail");
}

/** What the broken link from a to b is said to be blocked by: in the Peers Check, and in `links`. */
async function blockedBy(): Promise<(string | undefined)[]> {
  const { clusters, mesh } = await run();
  const peer = faultOf(resultOf(clusters[0]?.checks, "peers"));
  expect(peer?.message).toContain(TIMEOUT);
  return [peer?.blockedBy, faultOf(resultOf(mesh, "links"))?.blockedBy];
}

/** Its own fault; that of `links` follows from it. */
const ITSELF = [undefined, "a/peers"];

/** One more pod beside one that is there, without a node to run on. */
function addPending(fixture: ClusterFixture, label: string, value: string): void {
  const sibling = fixture.objects.find(
    ({ kind, metadata }) => kind === "Pod" && metadata.labels?.[label] === value,
  );
  if (!sibling) throw new Error(`no pod has ${label}=${value}`);
  const { name } = sibling.metadata;
  const reason = { reason: "Unschedulable", message: "0/3 nodes are available" };
  fixture.objects.push({
    ...sibling,
    metadata: { ...sibling.metadata, name: `${name}-2` },
    status: {
      phase: "Pending",
      conditions: [{ type: "PodScheduled", status: "False", ...reason }],
    },
  });
}

/** The same with all of them. */
function makePending(fixture: ClusterFixture, label: string, value: string): void {
  addPending(fixture, label, value);
  const isSound = ({ kind, metadata, ...rest }: KubeObject): boolean =>
    kind === "Pod" &&
    metadata.labels?.[label] === value &&
    (rest["status"] as { phase?: string }).phase === "Running";
  fixture.objects = fixture.objects.filter((object) => !isSound(object));
}

function notProgrammed(gateway: KubeObject): void {
  gateway["status"] = {
    conditions: [
      condition("Accepted", "True"),
      condition("Programmed", "False", "AddressNotAssigned", "address pending"),
    ],
  };
}

/** Another east-west gateway, with a pod and without an address. */
function addGateway(fixture: ClusterFixture): void {
  const gateway = structuredClone(find(fixture, "Gateway", "istio-eastwest"));
  gateway.metadata.name = "unused";
  notProgrammed(gateway);
  const labels = { [GATEWAY_LABEL]: "unused" };
  const workload = {
    name: "unused",
    namespace: "istio-eastwest",
    labels,
    selector: labels,
    container: "istio-proxy",
    image: "registry.example/istio/ztunnel:1.28.5-solo",
    env: { NETWORK: fixture.spec.network },
  };
  const owner = { kind: "ReplicaSet", name: "unused-1" };
  fixture.objects.push(
    gateway,
    deployment(workload),
    pod({ ...workload, name: "unused-1", owner }),
  );
}

test("a firewall alone", async () => {
  expect(await blockedBy()).toEqual(ITSELF);
});

describe("variables of istiod", () => {
  test("one that has nothing to do with peering explains nothing", async () => {
    arrange({ a: { K8S_SELECT_WORKLOAD_ENTRIES: "false" } });
    expect(await blockedBy()).toEqual(ITSELF);
  });

  test("peering that is off does, at either end", async () => {
    const off = { ENABLE_PEERING_DISCOVERY: "false" };
    arrange({ b: off });
    expect(await blockedBy()).toEqual(["b/env-vars", "b/env-vars"]);
    arrange({ a: off });
    expect(await blockedBy()).toEqual(["env-vars", "a/env-vars"]);
  });
});

describe("pods of istiod", () => {
  test("one of several explains nothing", async () => {
    addPending(b, "app", "istiod");
    expect(await blockedBy()).toEqual(ITSELF);
  });

  test("all of them do", async () => {
    makePending(b, "app", "istiod");
    expect(await blockedBy()).toEqual(["b/pods-istiod", "b/pods-istiod"]);
  });
});

describe("east-west gateways", () => {
  test("one that the link does not go through explains nothing", async () => {
    addGateway(b);
    expect(await blockedBy()).toEqual(ITSELF);
    makePending(b, GATEWAY_LABEL, "unused");
    expect(await blockedBy()).toEqual(ITSELF);
  });

  test("the one that has the address does", async () => {
    addGateway(b);
    notProgrammed(find(b, "Gateway", "istio-eastwest"));
    expect(await blockedBy()).toEqual(["b/gateways", "b/gateways"]);
  });

  test("so do its pods, when none of them is ready", async () => {
    addPending(b, GATEWAY_LABEL, "istio-eastwest");
    expect(await blockedBy()).toEqual(ITSELF);
    makePending(b, GATEWAY_LABEL, "istio-eastwest");
    expect(await blockedBy()).toEqual(["b/pods-eastwest", "b/pods-eastwest"]);
  });
});
