import { describe, expect, test } from "vitest";
import { controlPlane } from "../../src/checks/control-plane/check.ts";
import { network } from "../../src/checks/network/check.ts";
import { podsCni } from "../../src/checks/pods-cni/check.ts";
import { podsEastwest } from "../../src/checks/pods-eastwest/check.ts";
import { podsIstiod } from "../../src/checks/pods-istiod/check.ts";
import { podsZtunnel } from "../../src/checks/pods-ztunnel/check.ts";
import { versions } from "../../src/checks/versions/check.ts";
import type { Facts, FactKey } from "../../src/model/facts.ts";
import { missing } from "../../src/model/gathered.ts";
import {
  clusterRef,
  COMMUNITY,
  env,
  istiod,
  labels,
  namespace,
  runCluster,
  runMesh,
  service,
  workload,
} from "../support/facts.ts";
import { messagesOf, notPassed, ofSeverity } from "../support/verdict.ts";

/*
 * What the checks that are for every kind of mesh say where clusters find each other by remote
 * secrets: sidecars may do without ambient, a cluster without an istiod, and all without networks.
 */

const UPSTREAM = [{ container: "discovery", image: "docker.io/istio/pilot:1.29.1" }];
const upstream = istiod({ peering: false, env: env({ CLUSTER_ID: "a" }), images: UPSTREAM });

type Changes = { [K in FactKey]?: Facts[K] };

const SIDECARS: Changes = {
  istiods: { judged: [upstream], others: [] },
  ztunnelPods: [],
  ztunnels: [],
  cniPods: [],
  cnis: [],
  gateways: { served: true, eastWest: [], remote: [] },
  gatewayPods: [],
  gatewayDeployments: [],
};

const REMOTE: Changes = { ...SIDECARS, istiods: { judged: [], others: [] }, istiodPods: [] };

describe("without ambient", () => {
  test.each([podsZtunnel, podsCni])("$id is not for it", (check) => {
    const [only] = runCluster(check as typeof podsZtunnel, SIDECARS, COMMUNITY).findings;
    expect(only).toMatchObject({ severity: "skip", because: { notInUse: "ambient" } });
  });

  test.each<[string, Changes | { ztunnels: ReturnType<typeof missing> }]>([
    [
      "istiod is set up for ambient",
      {
        istiods: { judged: [istiod({ env: env({ PILOT_ENABLE_AMBIENT: "true" }) })], others: [] },
      },
    ],
    ["a DaemonSet has no pods", { ztunnels: [workload()] }],
    ["the DaemonSets were not read", { ztunnels: missing("forbidden", "no") }],
  ])("ztunnel is missed where %s", (_, changes) => {
    const verdict = runCluster(podsZtunnel, { ...SIDECARS, ...changes }, COMMUNITY);
    expect(ofSeverity(verdict, "fail")).toHaveLength(1);
  });

  test("with peering it is missed in any case", () => {
    expect(notPassed(runCluster(podsZtunnel, SIDECARS))).toEqual(["fail"]);
  });

  test("there need be no east-west Gateway", () => {
    const [only] = runCluster(podsEastwest, SIDECARS, COMMUNITY).findings;
    expect(only).toMatchObject({ because: { notInUse: "east-west Gateways" } });
  });
});

describe("a cluster without an istiod", () => {
  test("is led by that of another", () => {
    const verdict = runCluster(podsIstiod, REMOTE, COMMUNITY);
    expect(verdict.summary).toBe("no istiod here: the cluster is led by that of another");
    expect(notPassed(verdict)).toEqual(["skip"]);
    expect(notPassed(runCluster(podsIstiod, REMOTE))).toEqual(["fail"]);
  });

  test("has no version to compare, and no fault of another check is why", () => {
    const verdict = runMesh(
      versions,
      { a: { changes: SIDECARS }, b: { changes: REMOTE } },
      COMMUNITY,
    );
    expect(ofSeverity(verdict, "skip")).toEqual([
      {
        severity: "skip",
        message: "ctx-b has no istiod: it is led by that of another",
        cluster: "ctx-b",
      },
    ]);
    const own = runCluster(controlPlane, REMOTE, COMMUNITY);
    expect(own.findings).toEqual([{ severity: "skip", message: "no istiod here" }]);
  });
});

test("any build will do, but not of several minors", () => {
  expect(notPassed(runCluster(controlPlane, SIDECARS, COMMUNITY))).toEqual([]);
  const verdict = runCluster(controlPlane, { ...SIDECARS, ztunnels: [workload()] }, COMMUNITY);
  expect(messagesOf(verdict, "warn")[0]).toContain("different minor versions");
});

describe("networks", () => {
  const unnamed = (changes: Changes = {}) => ({
    cluster: clusterRef("a", { network: undefined as never }),
    changes: { ...SIDECARS, namespaces: [namespace("istio-system")], services: [], ...changes },
  });

  test("none at all is one for everybody", () => {
    const verdict = runMesh(network, { a: unnamed(), b: unnamed() }, COMMUNITY);
    expect(notPassed(verdict)).toEqual([]);
    expect(verdict.summary).toContain("all clusters count as one");
  });

  test("a cluster that could not be read may have one", () => {
    const context = { ...COMMUNITY, absent: [clusterRef("c")] };
    expect(notPassed(runMesh(network, { a: unnamed() }, context))).toContain("fail");
  });

  test("where one has a gateway for others, each needs its name", () => {
    const gateway = service({ labels: labels({ "topology.istio.io/network": "net-a" }) });
    const members = { a: unnamed({ services: [gateway] }), b: unnamed() };
    const faults = messagesOf(runMesh(network, members, COMMUNITY), "fail");
    expect(faults).toHaveLength(2);
  });

  test("a label on each is enough without ztunnel", () => {
    const members = { a: { changes: SIDECARS }, b: { changes: SIDECARS } };
    expect(notPassed(runMesh(network, members, COMMUNITY))).toEqual([]);
  });

  test("clusters that share one are to reach each other directly", () => {
    const shared = {
      ...SIDECARS,
      namespaces: [namespace("istio-system", { "topology.istio.io/network": "net-a" })],
    };
    const members = {
      a: { changes: shared },
      b: { cluster: clusterRef("b", { network: "net-a" }), changes: shared },
    };
    const verdict = runMesh(network, members, COMMUNITY);
    expect(messagesOf(verdict, "info")[0]).toBe(
      "Clusters ctx-a, ctx-b share network net-a: their pods must reach each other directly",
    );
    expect(notPassed(verdict)).toEqual(["info"]);
  });
});
