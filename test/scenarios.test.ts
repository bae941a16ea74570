import { afterEach, describe, expect, it } from "vitest";
import { check, type CheckRequest } from "../src/engine/check.ts";
import type { Report } from "../src/model/report.ts";
import { VERSIONED_MESHES } from "./support/mesh/versions.ts";
import { liveClusters, type LiveScenario, recordedClusters } from "./support/scenario.ts";

const REQUEST: CheckRequest = { precheck: false, concurrency: 16 };

/** `cluster1/gateways: fail`, for each result that is not fine. */
function faults({ clusters, mesh }: Report): string[] {
  return [
    ...clusters.flatMap(({ context, checks }) =>
      checks.map(({ id, status }) => ({ name: `${context}/${id}`, status })),
    ),
    ...mesh.map(({ id, status }) => ({ name: id, status })),
  ]
    .filter(({ status }) => status === "fail" || status === "error" || status === "warn")
    .map(({ name, status }) => `${name}: ${status}`);
}

const EXPECTED: Readonly<Record<string, { full: string[]; precheck: string[] }>> = {
  healthy: { full: [], precheck: [] },
  ...Object.fromEntries(
    Object.keys(VERSIONED_MESHES).map((name) => [name, { full: [], precheck: [] }]),
  ),
  "faults-1.30": {
    full: [
      "cluster1/env-vars: warn",
      "cluster1/service-conflicts: warn",
      "cluster2/peer-segments: warn",
      "cluster2/ztunnel-trust: fail",
      "network: fail",
      "service-accounts: fail",
      "links: warn",
      "segments: fail",
    ],
    precheck: [
      "cluster1/env-vars: warn",
      "cluster1/service-conflicts: warn",
      "cluster2/peer-segments: warn",
      "cluster2/ztunnel-trust: fail",
      "network: fail",
      "service-accounts: warn",
      "links: warn",
      "segments: fail",
    ],
  },
  automated: { full: [], precheck: [] },
  "automated-broken": {
    full: ["cluster2/peers: warn", "automated-peering: warn"],
    precheck: [],
  },
  "three-clusters": { full: [], precheck: [] },
  "one-host": { full: [], precheck: [] },
  "split-namespaces": { full: [], precheck: [] },
  nodeport: { full: [], precheck: [] },
  "flat-network": { full: [], precheck: [] },
  "flat-overlap": { full: ["network: fail"], precheck: ["network: fail"] },
  "self-peer": { full: [], precheck: [] },
  "two-revisions": { full: [], precheck: [] },
  "root-rotation-both": { full: [], precheck: [] },
  unlinked: {
    full: ["cluster1/peers: warn", "cluster2/peers: warn", "links: fail"],
    precheck: [],
  },
  "root-rotation": { full: ["certs: fail"], precheck: ["certs: fail"] },
  "roots-differ": {
    full: ["cluster1/peers: fail", "cluster2/peers: fail", "certs: fail", "links: fail"],
    precheck: ["cluster1/peers: warn", "cluster2/peers: warn", "certs: fail", "links: warn"],
  },
  "stale-address": {
    full: ["cluster1/peers: fail", "peer-addresses: fail", "links: fail"],
    precheck: ["cluster1/peers: warn", "peer-addresses: warn", "links: warn"],
  },
  "own-address": {
    full: ["cluster1/peers: fail", "peer-addresses: fail", "links: fail"],
    precheck: ["cluster1/peers: warn", "peer-addresses: warn", "links: warn"],
  },
  "stale-entries": { full: ["stale-workloads: fail"], precheck: [] },
  "ztunnel-cluster-id": {
    full: ["cluster-identity: fail"],
    precheck: ["cluster-identity: fail"],
  },
  "tainted-node": {
    full: ["cluster1/pods-ztunnel: warn"],
    precheck: ["cluster1/pods-ztunnel: warn"],
  },
  "closed-entrance": {
    full: ["cluster1/peers: fail", "cluster2/gateways: fail", "links: fail"],
    precheck: ["cluster1/peers: warn", "cluster2/gateways: fail", "links: warn"],
  },
  segments: { full: [], precheck: [] },
  spire: { full: [], precheck: [] },
  "spire-guide": {
    full: [
      "cluster1/spire-registration: warn",
      "cluster2/spire-registration: warn",
      "spire-bundle: fail",
      "spire-trust: fail",
    ],
    precheck: [
      "cluster1/spire-registration: warn",
      "cluster2/spire-registration: warn",
      "spire-bundle: fail",
      "spire-trust: fail",
    ],
  },
  "spire-broken": {
    full: [
      "cluster1/spire: fail",
      "cluster1/spire-registration: fail",
      "cluster2/spire: fail",
      "cluster2/spire-registration: fail",
      "spire-bundle: fail",
      "spire-trust: warn",
    ],
    precheck: [
      "cluster1/spire: fail",
      "cluster1/spire-registration: fail",
      "cluster2/spire: fail",
      "cluster2/spire-registration: fail",
      "spire-bundle: fail",
      "spire-trust: warn",
    ],
  },
  "global-services": { full: [], precheck: [] },
  "duplicate-identity": {
    full: ["cluster1/peers: warn", "cluster2/peers: warn", "cluster-identity: fail", "links: fail"],
    precheck: ["cluster-identity: fail"],
  },
};

describe("scenarios", () => {
  let live: LiveScenario | undefined;

  afterEach(async () => {
    await live?.close();
    live = undefined;
  });

  it.each(Object.entries(EXPECTED))("%s: faults are found, and no others", async (name, faulty) => {
    const readers = await recordedClusters(name);
    expect(faults(await check(readers, REQUEST))).toEqual(faulty.full);
    expect(faults(await check(readers, { ...REQUEST, precheck: true }))).toEqual(faulty.precheck);
  });

  it("broken: each check that it has a fault for says so", async () => {
    const report = await check(await recordedClusters("broken"), REQUEST);
    const found = new Set(faults(report).map((line) => line.replace(/^.*\/|: .*$/g, "")));
    expect([...found].toSorted()).toEqual(
      [
        "certs",
        "cluster-identity",
        "cni-dns-capture",
        "control-plane",
        "data-plane",
        "env-vars",
        "gateways",
        "license",
        "links",
        "network",
        "peer-addresses",
        "peers",
        "platform",
        "pods-cni",
        "pods-eastwest",
        "pods-istiod",
        "pods-ztunnel",
        "service-imports",
        "services",
        "trust-domains",
      ].toSorted(),
    );
  });

  it("healthy: a cluster is asked at most twenty things", async () => {
    live = await liveClusters("healthy");
    await check(live.readers, REQUEST);
    for (const { requests } of live.servers) expect(requests.length).toBeLessThanOrEqual(20);
  });

  it("roots-differ: the roots are the cause, the rest is blocked by them", async () => {
    const report = await check(await recordedClusters("roots-differ"), REQUEST);
    const peers = report.clusters.flatMap(({ checks }) =>
      checks.filter(({ id }) => id === "peers"),
    );
    expect(peers.flatMap(({ findings }) => findings.map(({ blockedBy }) => blockedBy))).toEqual([
      "certs",
      "certs",
    ]);
    const links = report.mesh.find(({ id }) => id === "links");
    expect(links?.findings.every(({ blockedBy }) => blockedBy !== undefined)).toBe(true);
  });
});
