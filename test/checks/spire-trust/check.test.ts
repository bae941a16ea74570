import { describe, expect, test } from "vitest";
import { forbid } from "../../support/source.ts";
import type { KubeObject } from "../../support/mesh/objects.ts";
import {
  change,
  type Change,
  config,
  lines,
  type SpireCase,
  spireFindings,
  without,
} from "../../support/spire.ts";

async function said(given: SpireCase = {}): Promise<string[]> {
  return lines((await spireFindings(given))["spire-trust"]);
}

function federated(trustDomain: string, className = "spire-server-spire"): Change {
  const object: KubeObject = {
    apiVersion: "spire.spiffe.io/v1alpha1",
    kind: "ClusterFederatedTrustDomain",
    metadata: { name: "peer" },
    spec: {
      trustDomain,
      className,
      bundleEndpointURL: "https://peer.example",
      bundleEndpointProfile: { type: "https_web" },
    },
  };
  return (fixture) => fixture.objects.push(object);
}

const federating = change("ClusterSPIFFEID", "istio-ztunnel-reg", ({ spec }) => {
  (spec as Record<string, unknown>)["federatesWith"] = ["cluster1", "cluster2"];
});
const withoutUpstream: Change = config("spire-server", "server.conf", (text) =>
  text.replace("UpstreamAuthority", "Other"),
);
/** Istio only: nothing of SPIRE is there or used. */
const withoutSpire: Change = (fixture) => {
  without(({ metadata }) => metadata.namespace === "spire-server")(fixture);
  for (const { spec, metadata } of fixture.objects) {
    if (metadata.labels?.["app"] !== "ztunnel" && !metadata.name.startsWith("waypoint-")) continue;
    const template = (spec as { template?: { spec: Record<string, unknown> } }).template;
    const podSpec = (template?.spec ?? spec) as {
      volumes: unknown;
      containers: { env: unknown }[];
    };
    podSpec.volumes = [];
    for (const container of podSpec.containers) container.env = [];
  }
};

test("two clusters below one root trust each other", async () => {
  const { "spire-trust": found } = await spireFindings();
  expect(found.map(({ severity, message }) => `${severity}: ${message}`)).toEqual([
    "pass: workloads of cluster1 trust those of cluster2",
    "pass: workloads of cluster2 trust those of cluster1",
  ]);
});

test("one cluster has nobody to trust", async () => {
  expect(await said({ alone: true })).toEqual([
    "skip: skipped: only one cluster is checked, so bundles of SPIRE are not compared",
  ]);
});

test("of clusters without SPIRE nothing is said, nor of those that were not read", async () => {
  const { "spire-trust": none } = await spireFindings({ scenario: "healthy" });
  expect(none).toEqual([expect.objectContaining({ because: { notInUse: "SPIRE" } })]);
  expect(await said({ alone: true, refuse: forbid("list daemonsets") })).toEqual([
    "skip: no cluster is known to take identities from SPIRE",
  ]);
});

test("a cluster of istiod's CA below the same root is trusted, and trusts", async () => {
  const { "spire-trust": found } = await spireFindings({ elsewhere: [withoutSpire] });
  expect(lines(found)).toEqual([]);
  expect(found.filter(({ severity }) => severity === "pass")).toHaveLength(2);
});

test("the guide's clusters do not trust each other, and spire-bundle says why", async () => {
  const { "spire-trust": found } = await spireFindings({ scenario: "spire-guide" });
  expect(found.filter(({ severity }) => severity === "fail")).toEqual([
    expect.objectContaining({ cluster: "cluster1", blockedBy: "spire-bundle" }),
    expect.objectContaining({ cluster: "cluster2", blockedBy: "spire-bundle" }),
  ]);
  expect(lines(found).filter((one) => one.startsWith("warn"))).toEqual([
    expect.stringContaining("SPIRE's bundle of cluster1 does not verify istiod's certificates"),
    expect.stringContaining("SPIRE's bundle of cluster2 does not verify istiod's certificates"),
  ]);
});

describe("a server that signs itself", () => {
  test("is trusted by nobody", async () => {
    expect(await said({ elsewhere: [withoutUpstream] })).toEqual([
      "fail: workloads of cluster1 do not trust those of cluster2: SPIRE's server there signs its CA itself",
    ]);
  });

  test("unless its bundle is fetched", async () => {
    expect(await said({ elsewhere: [withoutUpstream], changes: [federated("cluster2")] })).toEqual([
      "info: cluster1 fetches the bundle of cluster2 (trust domain cluster2): whether it has it cannot be seen",
    ]);
    expect(
      await said({ elsewhere: [withoutUpstream], changes: [federated("cluster2", "else")] }),
    ).toEqual([expect.stringMatching(/^fail: /)]);
  });
});

describe("what was not read is no fault", () => {
  test.each<[string, RegExp]>([
    ["list pods", /^info: whether cluster\d trusts cluster\d not checked: list pods is forbidden/],
    [
      "get spire-server/secrets/spiffe-upstream-ca",
      /^info: whether cluster2 trusts cluster1 not checked: get spire-server.* is forbidden/,
    ],
    [
      "get spire-server/configmaps/spire-bundle",
      /^info: whether cluster1 trusts cluster2 not checked: the certificates of cluster1 or/,
    ],
    ["list clusterspiffeids", /^$/],
    ["list clusterfederatedtrustdomains", /^$/],
  ])("%s", async (request, message) => {
    const refuse = (line: string) => (line === request ? forbid(line)(line) : undefined);
    const { "spire-trust": all } = await spireFindings({ refuse });
    const found = lines(all);
    expect(found.filter((one) => !one.startsWith("info: "))).toEqual([]);
    for (const one of found) expect(one).toMatch(message);
    expect(all).toHaveLength(2);
  });
});

describe("federation", () => {
  test("of identities is with domains whose bundle is fetched", async () => {
    expect(await said({ changes: [federating, federated("cluster2")] })).toEqual([]);
    expect(await said({ changes: [federating] })).toEqual([
      "warn: ClusterSPIFFEID istio-ztunnel-reg of cluster1 federates with cluster2, whose bundle SPIRE does not fetch: no ClusterFederatedTrustDomain is for it",
    ]);
    expect(await said({ changes: [federating, federated("cluster2", "")] })).toEqual([
      expect.stringContaining(
        "ClusterFederatedTrustDomain peer has no class, which the controller",
      ),
    ]);
    expect(await said({ changes: [federating, federated("cluster2", "x")] })).toEqual([
      expect.stringContaining("ClusterFederatedTrustDomain peer has class x, which the controller"),
    ]);
  });

  test("is not judged without a controller manager", async () => {
    const gone = without(({ metadata }) => metadata.name === "spire-controller-manager");
    expect(await said({ changes: [federating, gone] })).toEqual([]);
  });
});

test("static entries federate as well", async () => {
  const entry: Change = (fixture) =>
    fixture.objects.push({
      apiVersion: "spire.spiffe.io/v1alpha1",
      kind: "ClusterStaticEntry",
      metadata: { name: "fixed" },
      spec: {
        className: "spire-server-spire",
        spiffeID: "spiffe://cluster1/x",
        parentID: "spiffe://cluster1/y",
        selectors: ["unix:uid:0"],
        federatesWith: ["partner.example"],
      },
    });
  expect(await said({ changes: [entry] })).toEqual([
    expect.stringContaining("ClusterStaticEntry fixed of cluster1 federates with partner.example"),
  ]);
  const refuse = (line: string) =>
    line === "list clusterstaticentries" ? forbid(line)(line) : undefined;
  expect(await said({ changes: [entry], refuse })).toEqual([]);
});

test("nothing is said of who is not known to use SPIRE", async () => {
  expect(await said({ refuse: forbid("list daemonsets") })).toEqual([]);
});

test("of another plugin's CA it is not known", async () => {
  const vault = config("spire-server", "server.conf", (text) => text.replace('"disk"', '"vault"'));
  expect(await said({ elsewhere: [vault] })).toEqual([
    "info: whether cluster1 trusts cluster2 not checked: the certificates of cluster1 or cluster2 are not known",
  ]);
});

test("a cluster that does not tell its trust domain is not federated", async () => {
  const silent: readonly Change[] = [
    withoutUpstream,
    config("spire-server", "server.conf", (text) => text.replace('"trust_domain"', '"other"')),
    config("spire-controller-manager", "controller-manager-config.yaml", (text) =>
      text.replace("trustDomain: ", "other: "),
    ),
  ];
  expect(await said({ elsewhere: silent, changes: [federated("cluster2")] })).toEqual([
    expect.stringMatching(/^fail: workloads of cluster1 do not trust those of cluster2/),
  ]);
});

test("a cluster of istiod's CA below another root is not trusted, and does not trust", async () => {
  const found = await said({ scenario: "spire-guide", elsewhere: [withoutSpire] });
  expect(found.filter((one) => one.startsWith("fail"))).toEqual([
    expect.stringMatching(/^fail: workloads of cluster1 do not trust those of cluster2/),
    expect.stringMatching(/^fail: workloads of cluster2 do not trust those of cluster1/),
  ]);
});
