import { describe, expect, test } from "vitest";
import { makeRoot } from "../../support/certificates.ts";
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

function federated(
  trustDomain: string,
  className = "spire-server-spire",
  spec: Record<string, unknown> = {},
): Change {
  const object: KubeObject = {
    apiVersion: "spire.spiffe.io/v1alpha1",
    kind: "ClusterFederatedTrustDomain",
    metadata: { name: "peer" },
    spec: {
      trustDomain,
      className,
      bundleEndpointURL: "https://peer.example",
      bundleEndpointProfile: { type: "https_web" },
      ...spec,
    },
  };
  return (fixture) => fixture.objects.push(object);
}

const federating = change("ClusterSPIFFEID", "istio-ztunnel-reg", ({ spec }) => {
  (spec as Record<string, unknown>)["federatesWith"] = ["cluster1", "cluster2"];
});
/** Block `server.federation` of server.conf. */
function serverConfig(federation: unknown): Change {
  return config("spire-server", "server.conf", (text) => {
    const whole = JSON.parse(text) as { server: Record<string, unknown> };
    whole.server["federation"] = federation;
    return JSON.stringify(whole);
  });
}
const served = (profile: string): Change =>
  serverConfig({ bundle_endpoint: { port: 8443, profile: [{ [profile]: {} }] } });
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
    "skip: not known whether the mesh uses SPIRE: list daemonsets is forbidden",
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

test("where only one of SPIRE and istiod knows the other, it is said and no fault", async () => {
  const other = await makeRoot("Other");
  const setRoots = (name: string, key: string, text: string): Change =>
    change("ConfigMap", name, (object) => {
      object["data"] = { [key]: text };
    });
  expect(
    await said({
      alone: true,
      changes: [setRoots("istio-ca-root-cert", "root-cert.pem", other.pem)],
    }),
  ).toContainEqual(
    expect.stringMatching(
      /^info: one way only in cluster1: SPIRE's bundle verifies istiod's certificates, but istiod's roots/,
    ),
  );
  expect(
    await said({ alone: true, changes: [setRoots("spire-bundle", "bundle.crt", other.pem)] }),
  ).toContainEqual(
    expect.stringMatching(
      /^info: one way only in cluster1: istiod's roots verify the certificates of SPIRE, but SPIRE's bundle/,
    ),
  );
});

describe("a server that signs itself", () => {
  test("is trusted by nobody", async () => {
    expect(await said({ elsewhere: [withoutUpstream] })).toEqual([
      "fail: workloads of cluster1 do not trust those of cluster2: SPIRE's server there signs its CA itself",
    ]);
  });

  test("unless its bundle is fetched", async () => {
    const changes = [federating, federated("cluster2")];
    expect(await said({ elsewhere: [withoutUpstream], changes })).toEqual([
      "info: cluster1 fetches the bundle of cluster2 (trust domain cluster2): whether it has it cannot be seen",
    ]);
    expect(
      await said({ elsewhere: [withoutUpstream], changes: [federated("cluster2", "else")] }),
    ).toEqual([expect.stringMatching(/^fail: /)]);
    // Its own configuration does it as well.
    const configured = serverConfig({ federates_with: { cluster2: { bundle_endpoint_url: "x" } } });
    expect(await said({ elsewhere: [withoutUpstream], changes: [federating, configured] })).toEqual(
      [expect.stringMatching(/^info: cluster1 fetches the bundle of cluster2/)],
    );
  });

  test("and without a controller manager nobody knows which identities federate", async () => {
    const configured = serverConfig({ federates_with: { cluster2: {} } });
    const gone = without(({ metadata }) => metadata.name === "spire-controller-manager");
    expect(await said({ elsewhere: [withoutUpstream], changes: [configured, gone] })).toEqual([
      expect.stringMatching(/^info: cluster1 fetches the bundle of cluster2/),
    ]);
  });

  test("and some identity federates with it", async () => {
    const { "spire-trust": found } = await spireFindings({
      elsewhere: [withoutUpstream],
      changes: [federated("cluster2")],
    });
    expect(lines(found)).toEqual([
      "warn: cluster1 fetches the bundle of cluster2 (trust domain cluster2), but no ClusterSPIFFEID or ClusterStaticEntry federates with it: no workload is given that bundle",
    ]);
    expect(found.find(({ severity }) => severity === "warn")?.remediation?.summary).toMatch(
      /^Add cluster2 to federatesWith of the ClusterSPIFFEIDs/,
    );
    const refuse = (line: string) =>
      line === "list clusterstaticentries" ? forbid(line)(line) : undefined;
    expect(
      await said({ elsewhere: [withoutUpstream], changes: [federated("cluster2")], refuse }),
    ).toEqual([expect.stringMatching(/^info: cluster1 fetches the bundle of cluster2/)]);
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
    ["list clusterspiffeids", /^info: federation of cluster1 not checked: list cluster/],
    [
      "list clusterfederatedtrustdomains",
      /^info: federation of cluster1 not checked: list cluster/,
    ],
  ])("%s", async (request, message) => {
    const refuse = (line: string) => (line === request ? forbid(line)(line) : undefined);
    const { "spire-trust": all } = await spireFindings({ refuse });
    const found = lines(all);
    expect(found.filter((one) => !one.startsWith("info: "))).toEqual([]);
    for (const one of found) expect(one).toMatch(message);
    expect(all.length).toBeGreaterThanOrEqual(2);
  });
});

describe("a ClusterFederatedTrustDomain", () => {
  const bySpiffe = (endpointSPIFFEID?: string, rest: object = { trustDomainBundle: "{}" }) => ({
    bundleEndpointProfile: {
      type: "https_spiffe",
      ...(endpointSPIFFEID === undefined ? {} : { endpointSPIFFEID }),
    },
    ...rest,
  });
  const SERVER = "spiffe://cluster2/spire/server";
  interface Row {
    what: string;
    domain?: string;
    spec?: Record<string, unknown>;
    more?: Change[];
    elsewhere?: Change[];
    says: RegExp[];
  }

  test.each<Row>([
    { what: "of profile https_web", says: [] },
    {
      what: "that goes with its peer",
      spec: bySpiffe(SERVER),
      elsewhere: [served("https_spiffe")],
      says: [],
    },
    {
      what: "of a domain that no cluster here has",
      domain: "partner.example",
      spec: bySpiffe("spiffe://partner.example/spire/server"),
      says: [],
    },
    {
      what: "of SPIRE's own trust domain",
      domain: "cluster1",
      says: [
        /^warn: ClusterFederatedTrustDomain peer of cluster1 is for cluster1, the trust domain of SPIRE there itself/,
      ],
    },
    ...["http://peer.example", "https://user:secret@peer.example", "peer", 5].map((url) => ({
      what: `with the address ${url}`,
      spec: { bundleEndpointURL: url },
      says: [
        /^warn: .* peer of cluster1 has a bundleEndpointURL that SPIRE's server refuses: it must be https, with a host and without a user$/,
      ],
    })),
    {
      what: "without the identity of the endpoint",
      spec: bySpiffe(),
      elsewhere: [served("https_spiffe")],
      says: [
        /^warn: .* has profile https_spiffe without an endpointSPIFFEID: SPIRE's server refuses it$/,
      ],
    },
    {
      what: "whose endpoint nobody can verify",
      spec: bySpiffe("spiffe://else/spire/server"),
      elsewhere: [served("https_spiffe")],
      says: [/^warn: .* endpointSPIFFEID of trust domain else, whose bundle SPIRE does not fetch/],
    },
    {
      what: "whose endpoint is in another domain that is fetched",
      spec: bySpiffe("spiffe://else/spire/server"),
      more: [serverConfig({ federates_with: { else: {} } })],
      elsewhere: [served("https_spiffe")],
      says: [],
    },
    {
      what: "of a peer that serves nothing",
      spec: bySpiffe(SERVER),
      says: [
        /^warn: .* SPIRE's server of cluster2 serves no bundle \(server\.conf has no federation\.bundle_endpoint\)$/,
      ],
    },
    {
      what: "of a peer that serves otherwise",
      spec: bySpiffe(SERVER),
      elsewhere: [served("https_web")],
      says: [
        /^warn: .* has profile https_spiffe, but SPIRE's server of cluster2 serves its bundle as https_web$/,
      ],
    },
    {
      what: "of a peer that something stands in front of",
      elsewhere: [served("https_spiffe")],
      says: [
        /^info: .* profile https_web, but SPIRE's server of cluster2 serves its bundle as https_spiffe: only/,
      ],
    },
    {
      what: "of a peer whose configuration cannot be parsed",
      spec: bySpiffe(SERVER),
      elsewhere: [config("spire-server", "server.conf", () => "{")],
      says: [],
    },
    {
      what: "without a bundle to begin with",
      spec: bySpiffe(SERVER, {}),
      elsewhere: [served("https_spiffe")],
      says: [
        /^info: .* has no trustDomainBundle: unless somebody gave SPIRE's server the bundle of cluster2/,
      ],
    },
  ])("$what", async ({ domain = "cluster2", spec, more = [], elsewhere = [], says }) => {
    const changes = [federated(domain, "spire-server-spire", spec), ...more];
    const { "spire-trust": found } = await spireFindings({ changes, elsewhere });
    expect(lines(found)).toEqual(says.map((one) => expect.stringMatching(one)));
    expect(JSON.stringify(found)).not.toContain("secret@");
    const bare = found.filter(({ severity, remediation }) => severity === "warn" && !remediation);
    expect(bare).toEqual([]);
  });
});

test("where federation was not read, roots that do not meet are no evidence", async () => {
  for (const request of ["list clusterfederatedtrustdomains", "list clusterspiffeids"]) {
    const refuse = (line: string) => (line === request ? forbid(line)(line) : undefined);
    const found = await said({ elsewhere: [withoutUpstream], refuse });
    expect(found).toContain(
      `info: whether cluster1 trusts cluster2 by federation not checked: ${request} is forbidden`,
    );
    expect(found.filter((one) => !one.startsWith("info: "))).toEqual([]);
    // A guide's cluster is not trusted by its roots either.
    const guide = await said({ scenario: "spire-guide", refuse });
    expect(guide.filter((one) => one.startsWith("fail: workloads of cluster1"))).toEqual([]);
  }
});

test("of a Secret that may not be read the trust bundles tell, or its refusal is said", async () => {
  const request = "get spire-server/secrets/spiffe-upstream-ca";
  const refuse = (line: string) => (line === request ? forbid(line)(line) : undefined);
  const { pem } = await makeRoot("Another");
  const added = change("ConfigMap", "spire-bundle", (object) => {
    const data = object["data"] as Record<string, string>;
    data["bundle.crt"] += pem;
  });
  expect(await said({ changes: [added], refuse })).toEqual([
    `info: whether cluster2 trusts cluster1 not checked: ${request} is forbidden`,
  ]);
  expect(await said({ refuse })).toEqual([]);
});

test("a CA that is faulty itself is not taken for trust that goes one way", async () => {
  const { "spire-trust": found } = await spireFindings({ scenario: "spire-broken" });
  expect(lines(found).filter((one) => one.includes("one way only"))).toEqual([]);
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
  expect(await said({ refuse: forbid("list daemonsets") })).toEqual([
    "info: cluster1: not known whether the mesh uses SPIRE: list daemonsets is forbidden",
  ]);
});

describe("of another plugin's CA the trust bundles tell", () => {
  const vault = config("spire-server", "server.conf", (text) => text.replace('"disk"', '"vault"'));
  const bundle = (pem: string): Change =>
    change("ConfigMap", "spire-bundle", (object) => {
      object["data"] = { "bundle.crt": pem };
    });

  test("that share every root", async () => {
    const { "spire-trust": found } = await spireFindings({ elsewhere: [vault] });
    expect(found.map(({ severity }) => severity)).toEqual(["pass", "pass"]);
  });

  test("that share none", async () => {
    const { pem } = await makeRoot("Vault");
    expect(await said({ elsewhere: [vault, bundle(pem)] })).toContainEqual(
      expect.stringMatching(
        /^fail: workloads of cluster1 do not trust those of cluster2: no root of its trust bundle is among the roots here \(CN=Vault/,
      ),
    );
  });

  test("and where they do not settle it, nothing is said against it", async () => {
    expect(await said({ elsewhere: [vault, bundle("")] })).toContain(
      "info: whether cluster1 trusts cluster2 not checked: plugin vault has the upstream CA of cluster2, and the trust bundles do not settle it",
    );
  });
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
