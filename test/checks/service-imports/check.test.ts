import { describe, expect, it, test } from "vitest";
import { serviceImports } from "../../../src/checks/service-imports/check.ts";
import { check } from "../../../src/engine/check.ts";
import type { Report, Result } from "../../../src/model/report.ts";
import { missing, type Missing } from "../../../src/model/gathered.ts";
import {
  conditions,
  eastWestGateway,
  labels,
  remoteGateway,
  runMesh,
  service,
} from "../../support/facts.ts";
import {
  annotationsOf,
  type Change,
  globalServices,
  labelsOf,
  part,
  remove,
} from "../../support/global-services.ts";
import { RECORDED_AT, service as serviceObject } from "../../support/mesh/objects.ts";
import { find } from "../../support/mesh/cluster.ts";
import type { MemoryReader } from "../../support/source.ts";

const CHECKS = ["service-imports", "services", "links", "network", "env-vars", "shared-services"];

async function reportOf(readers: readonly MemoryReader[], only = CHECKS): Promise<Report> {
  return check(readers, { precheck: false, concurrency: 4, only: new Set(only) });
}

function resultOf(report: Report): Result {
  const result = report.mesh.find(({ id }) => id === "service-imports");
  if (!result) throw new Error("the check did not run");
  return result;
}

async function judge(...changes: Change[]): Promise<Result> {
  return resultOf(await reportOf(await globalServices(...changes)));
}

function said({ findings }: Result): string[] {
  return findings
    .filter(({ severity }) => severity !== "pass")
    .map(({ severity, message, blockedBy }) =>
      [severity, message, ...(blockedBy ? [`(${blockedBy})`] : [])].join(" "),
    );
}

const SHARED = { "solo.io/service-scope": "global" };
const IMPORT = "autogen.bookinfo.reviews";
const ENTRY = "autogen.cluster2.bookinfo.reviews";
const HOST = "reviews.bookinfo.mesh.internal";

const without =
  (name: string): Change =>
  (first) =>
    remove(first, ({ metadata }) => metadata.name === name);

/** The names say in which clusters trust domains differ. */
const ownTrustDomains: Change = (...fixtures) => {
  for (const [index, fixture] of fixtures.entries()) {
    const other = `cluster${2 - index}.local`;
    const own = `cluster${index + 1}.local`;
    const data = part(fixture, "ConfigMap", "istio", "data");
    data["mesh"] = `trustDomain: ${own}\n`;
    for (const { kind, spec } of fixture.objects) {
      if (kind !== "ServiceEntry") continue;
      const entry = spec as { subjectAltNames: string[] };
      entry.subjectAltNames = entry.subjectAltNames.map((one) =>
        one.replace("cluster.local", other),
      );
    }
  }
};

const rival =
  (createdAt: string | undefined, metadata: object = {}): Change =>
  (first) => {
    first.objects.push({
      apiVersion: "networking.istio.io/v1",
      kind: "ServiceEntry",
      metadata: {
        name: "vd-reviews",
        namespace: "bookinfo",
        ...(createdAt === undefined ? {} : { creationTimestamp: createdAt }),
        ...metadata,
      },
      spec: { hosts: [HOST] },
    });
  };

const flat: Change = (...fixtures) => {
  for (const fixture of fixtures) {
    labelsOf(fixture, "Namespace", "istio-system")["topology.istio.io/network"] = "cluster1";
    for (const object of fixture.objects) {
      if (object.kind === "WorkloadEntry")
        (object["spec"] as { network: string }).network = "cluster1";
      const { labels: own } = object.metadata;
      if (object.kind === "Gateway" && own) own["topology.istio.io/network"] = "cluster1";
    }
  }
};

const flatEntryFor =
  (name: string): Change =>
  (first) => {
    first.objects.push({
      apiVersion: "networking.istio.io/v1",
      kind: "WorkloadEntry",
      metadata: {
        name: `autogenflat.cluster2.bookinfo.${name}`,
        namespace: "istio-system",
        labels: {
          "solo.io/source-cluster": "cluster2",
          "solo.io/source-workload": `autogenflat.cluster2.bookinfo.${name}`,
          "solo.io/parent-service": name,
          "solo.io/parent-service-namespace": "bookinfo",
        },
        annotations: { "solo.io/peered-workload-uid": `cluster2//Pod/bookinfo/${name}-1` },
      },
      spec: { address: "10.1.0.1" },
    });
  };

/** Of a minute ago. */
const NEW = new Date(Date.parse(RECORDED_AT) - 60_000).toISOString();

const disconnected: Change = (first) => {
  const status = part(first, "Gateway", "istio-remote-peer-cluster2", "status");
  for (const one of status["conditions"] as { type: string; status: string }[]) {
    if (one.type === "gloo.solo.io/PeerConnected") one.status = "False";
  }
};

const sharedByNamespace: Change = (first) => {
  for (const name of ["one", "two", "three", "four"]) {
    first.objects.push(serviceObject({ namespace: "shop", name, ports: [] }));
  }
};

test("a healthy mesh with services shared in every way", async () => {
  const result = await judge();
  expect(said(result)).toEqual([]);
  expect(result.summary).toBe(
    "15 imports of shared services have a name, an address and a way there",
  );
});

test.each<[string, Change[], string[]]>([
  [
    "there is no ServiceEntry for a service",
    [without(IMPORT)],
    [
      `fail Service bookinfo/reviews of cluster2 is not imported: istiod of cluster1 has written no ServiceEntry for ${HOST}`,
    ],
  ],
  [
    "there are none for several",
    [(first) => remove(first, ({ kind }) => kind === "ServiceEntry")],
    [
      "fail Services bookinfo/catalog, bookinfo/productpage, bookinfo/ratings, bookinfo/reviews, bookinfo/standby and 2 more of cluster2 are not imported: istiod of cluster1 has written no ServiceEntry for their hosts",
    ],
  ],
  [
    "no entry stands for its pods",
    [without(ENTRY)],
    [
      "fail Service bookinfo/reviews of cluster2 is without a way there: cluster1 has no WorkloadEntry of cluster cluster2 for it",
    ],
  ],
  [
    "neither entry nor identity tells of the other cluster",
    [
      ownTrustDomains,
      without(ENTRY),
      (first) => {
        part(first, "ServiceEntry", IMPORT)["subjectAltNames"] = [];
      },
    ],
    [
      "fail Service bookinfo/reviews of cluster2 is without a way there: cluster1 has no WorkloadEntry of cluster cluster2 for it; ServiceEntry istio-system/autogen.bookinfo.reviews of cluster1 names no identity of trust domain cluster2.local",
    ],
  ],
  [
    "that of several services",
    [
      ownTrustDomains,
      (first) => {
        remove(first, ({ kind }) => kind === "WorkloadEntry");
        for (const { kind, spec } of first.objects) {
          if (kind === "ServiceEntry") (spec as { subjectAltNames: string[] }).subjectAltNames = [];
        }
      },
    ],
    [
      "fail Services bookinfo/catalog, bookinfo/details, bookinfo/productpage, bookinfo/ratings, bookinfo/reviews and 2 more of cluster2 are without a way there: cluster1 has no WorkloadEntry of cluster cluster2 for them; their ServiceEntries of cluster1 name no identity of trust domain cluster2.local",
    ],
  ],
  [
    "an entry names another network",
    [
      (first) => {
        part(first, "WorkloadEntry", ENTRY)["network"] = "other";
      },
    ],
    [
      "fail Service bookinfo/reviews of cluster2 cannot be reached: WorkloadEntry istio-system/autogen.cluster2.bookinfo.reviews of cluster1 names network other; cluster2 is on network cluster2",
    ],
  ],
  [
    "several do, as the Gateway does",
    [
      (first) => {
        for (const name of ["reviews", "ratings"]) {
          part(first, "WorkloadEntry", `autogen.cluster2.bookinfo.${name}`)["network"] = "other";
        }
        labelsOf(first, "Gateway", "istio-remote-peer-cluster2")["topology.istio.io/network"] =
          "other";
      },
    ],
    [
      "fail Services bookinfo/ratings, bookinfo/reviews of cluster2 cannot be reached: 2 WorkloadEntries of cluster1 name network other; cluster2 is on network cluster2 (network)",
      "fail Services bookinfo/catalog, bookinfo/details, bookinfo/productpage, bookinfo/standby, shop/cart and 1 more of cluster2 cannot be reached: cluster1 has no remote Gateway with an address for network cluster2 (network)",
    ],
  ],
  [
    "both clusters are on one network that is not flat",
    [flat],
    [
      "warn Services bookinfo/catalog, bookinfo/details, bookinfo/productpage, bookinfo/ratings, bookinfo/reviews and 3 more of cluster2 cannot be reached: cluster2 is on the network of cluster1, cluster1, where gateways are passed over, and no autogenflat entries stand for its pods (network)",
      "warn Services bookinfo/catalog, bookinfo/details, bookinfo/productpage, bookinfo/reviews, bookinfo/standby and 2 more of cluster1 cannot be reached: cluster1 is on the network of cluster2, cluster1, where gateways are passed over, and no autogenflat entries stand for its pods (network)",
    ],
  ],
  [
    "the import has no address",
    [
      (first) => {
        part(first, "ServiceEntry", IMPORT, "status")["addresses"] = [];
      },
    ],
    [
      `fail ServiceEntry istio-system/autogen.bookinfo.reviews of cluster1 has no address: ${HOST} is not resolved`,
    ],
  ],
  [
    "none has, as istiod is told to give none",
    [
      (first) => {
        for (const object of first.objects)
          if (object.kind === "ServiceEntry") delete object["status"];
        const { containers } = (
          part(first, "Deployment", "istiod")["template"] as {
            spec: { containers: { env: { name: string; value: string }[] }[] };
          }
        ).spec;
        for (const one of containers[0]?.env ?? []) {
          if (one.name === "PILOT_ENABLE_IP_AUTOALLOCATE") one.value = "false";
        }
      },
    ],
    [
      "fail 7 imported services of cluster1 have no address: their hosts are not resolved (cluster1/env-vars)",
    ],
  ],
  [
    "the import lacks a port",
    [
      (...fixtures) => {
        for (const fixture of fixtures) {
          const spec = part(fixture, "Service", "reviews");
          const dns = { name: "dns", port: 53, protocol: "UDP" };
          (spec["ports"] as object[]).push({ name: "grpc", port: 9090, protocol: "TCP" }, dns);
        }
        for (const fixture of fixtures.slice(1)) {
          const spec = part(fixture, "ServiceEntry", IMPORT);
          (spec["ports"] as object[]).push({ name: "grpc", number: 9090, protocol: "GRPC" });
        }
      },
    ],
    [
      "fail Service bookinfo/reviews of cluster2 cannot be reached at port 9090: ServiceEntry istio-system/autogen.bookinfo.reviews of cluster1 lacks it",
    ],
  ],
  [
    "it lacks one that only one copy has",
    [
      (_, second) => {
        for (const name of ["reviews", "catalog"]) {
          const ports = part(second, "Service", name)["ports"] as object[];
          ports.push({ name: "grpc", port: 9090, protocol: "TCP" });
        }
      },
    ],
    [
      "fail Services bookinfo/catalog, bookinfo/reviews of cluster2 cannot be reached at port 9090: their ServiceEntries of cluster1 lack it (services)",
    ],
  ],
  [
    "another ServiceEntry has the host, and is older",
    [rival("2025-01-01T00:00:00Z")],
    [
      `fail ServiceEntry bookinfo/vd-reviews of cluster1 has host ${HOST}, too: it is older than the imported one, so pods get its address`,
    ],
  ],
  [
    "another has it, and is younger, or does not say",
    [rival(undefined)],
    [
      `warn ServiceEntry bookinfo/vd-reviews of cluster1 has host ${HOST}, too: pods of the same namespace get its address in place of the imported one`,
    ],
  ],
  [
    "istiod itself has two",
    [
      (first) => {
        const { spec } = find(first, "ServiceEntry", IMPORT);
        first.objects.push({
          apiVersion: "networking.istio.io/v1",
          kind: "ServiceEntry",
          metadata: { name: "autogen.global.bookinfo.reviews", namespace: "istio-system" },
          spec: structuredClone(spec),
          status: { addresses: [{ value: "240.240.0.9" }] },
        });
      },
    ],
    [
      `fail ServiceEntries istio-system/autogen.global.bookinfo.reviews and istio-system/autogen.bookinfo.reviews of cluster1 both have host ${HOST}: only the older counts, istio-system/autogen.global.bookinfo.reviews`,
    ],
  ],
  [
    "others have the hosts of several",
    [
      rival("2025-01-01T00:00:00Z"),
      (first) => {
        first.objects.push({
          apiVersion: "networking.istio.io/v1",
          kind: "ServiceEntry",
          metadata: {
            name: "vd-ratings",
            namespace: "bookinfo",
            creationTimestamp: "2025-01-01T00:00:00Z",
          },
          spec: { hosts: ["ratings.bookinfo.mesh.internal"] },
        });
      },
    ],
    [
      "fail ServiceEntries bookinfo/vd-ratings, bookinfo/vd-reviews of cluster1 have hosts of imported services, too: they are older than the imported ones, so pods get their addresses",
    ],
  ],
  [
    "istiod itself has one for two services twice",
    [
      (first) => {
        const { spec } = find(first, "ServiceEntry", IMPORT);
        const hosts = [HOST, "ratings.bookinfo.mesh.internal"];
        remove(first, ({ metadata }) => metadata.name === "autogen.bookinfo.ratings");
        (spec as { hosts: string[] }).hosts = hosts;
        first.objects.push({
          apiVersion: "networking.istio.io/v1",
          kind: "ServiceEntry",
          metadata: { name: "autogen.global.bookinfo.reviews", namespace: "istio-system" },
          spec: structuredClone(spec),
          status: { addresses: [{ value: "240.240.0.9" }] },
        });
      },
    ],
    [
      "fail ServiceEntries istio-system/autogen.global.bookinfo.reviews and istio-system/autogen.bookinfo.reviews of cluster1 both have the same hosts: only the older counts, istio-system/autogen.global.bookinfo.reviews",
    ],
  ],
  [
    "entries alone are left over, of several services",
    [
      (...fixtures) => {
        const names = ["catalog", "standby"];
        for (const fixture of fixtures)
          remove(fixture, ({ kind, metadata: { name } }) =>
            kind === "Service"
              ? names.includes(name)
              : kind === "ServiceEntry" && names.some((one) => name.endsWith(one)),
          );
      },
    ],
    [
      "warn cluster1 has entries for services bookinfo/catalog, bookinfo/standby, which no cluster of this run shares any more",
      "warn cluster2 has entries for services bookinfo/catalog, bookinfo/standby, which no cluster of this run shares any more",
    ],
  ],
  [
    "several are taken over behind waypoints",
    [
      (first) => {
        for (const name of ["productpage", "reviews"]) {
          const own = labelsOf(first, "Service", name);
          own["istio.io/use-waypoint"] = "waypoint";
          own["solo.io/service-takeover"] = "true";
        }
      },
    ],
    [
      "warn Services bookinfo/productpage, bookinfo/reviews are taken over in cluster1, behind a waypoint: without pods there their local names fail, whatever other clusters have",
      "warn Services bookinfo/productpage, bookinfo/reviews have a waypoint in cluster1, but none in cluster2: waypoints balance over the pods of their own cluster only, and what comes from there meets none here",
    ],
  ],
  [
    "scopes differ, and with them the names",
    [
      (_, second) => {
        labelsOf(second, "Service", "reviews")["solo.io/service-scope"] = "global-only";
      },
      (first) => remove(first, ({ metadata }) => metadata.name === ENTRY),
    ],
    [
      "fail Service bookinfo/reviews of cluster2 is not imported: istiod of cluster1 has written no ServiceEntry for reviews.bookinfo.svc.cluster.local (services)",
    ],
  ],
  [
    "something is left over",
    [
      (...fixtures) => {
        for (const fixture of fixtures)
          remove(
            fixture,
            ({ kind, metadata }) => kind === "Service" && metadata.name === "catalog",
          );
      },
    ],
    [
      "warn cluster1 has entries for service bookinfo/catalog, which no cluster of this run shares any more",
      "warn cluster2 has entries for service bookinfo/catalog, which no cluster of this run shares any more",
    ],
  ],
  [
    "only one copy has a waypoint",
    [
      (first) => {
        labelsOf(first, "Service", "reviews")["istio.io/use-waypoint"] = "waypoint";
      },
    ],
    [
      "warn Service bookinfo/reviews has a waypoint in cluster1, but none in cluster2: waypoints balance over the pods of their own cluster only, and what comes from there meets none here",
    ],
  ],
  [
    "copies differ in where traffic goes",
    [
      (first) => {
        annotationsOf(first, "Service", "reviews")["networking.istio.io/traffic-distribution"] =
          "Any";
        part(first, "Service", "catalog")["trafficDistribution"] = "Any";
      },
    ],
    [
      "warn Services bookinfo/catalog, bookinfo/reviews have different traffic distribution: Any in cluster1; PreferNetwork in cluster2",
    ],
  ],
  [
    "a service is taken over behind a waypoint",
    [
      (...fixtures) => {
        for (const fixture of fixtures) {
          labelsOf(fixture, "Service", "productpage")["istio.io/use-waypoint"] = "waypoint";
        }
      },
    ],
    [
      "warn Service bookinfo/productpage is taken over in cluster1, behind a waypoint: without pods there its local name fails, whatever other clusters have",
      "warn Service bookinfo/productpage is taken over in cluster2, behind a waypoint: without pods there its local name fails, whatever other clusters have",
    ],
  ],
  [
    "ingress gateways are told the name of a waypoint",
    [
      (first) => {
        for (const name of ["cart", "catalog"]) {
          labelsOf(first, "Service", name)["istio.io/ingress-use-waypoint"] = "waypoint";
        }
      },
    ],
    [
      "warn Services shop/cart, bookinfo/catalog of cluster1 have label istio.io/ingress-use-waypoint=waypoint, which counts only as true: ingress gateways pass their waypoints by",
    ],
  ],
  [
    "a namespace shares more than is meant",
    [sharedByNamespace],
    [
      "info Namespace shop of cluster1 shares all its 6 Services by label solo.io/service-scope, also shop/four, shop/one, shop/three, shop/two, which no other cluster has",
      "fail Services shop/four, shop/one, shop/three, shop/two of cluster1 are not imported: istiod of cluster2 has written no ServiceEntry for their hosts",
    ],
  ],
])("finds that %s", async (_, changes, expected) => {
  const result = await judge(...changes);
  expect(said(result).toSorted()).toEqual(expected.toSorted());
});

test("a fault has what mends it, or shows where to look", async () => {
  const { findings } = await judge(
    rival("2025-01-01T00:00:00Z", {
      labels: { "reconciler.mesh.gloo.solo.io/name": "translator" },
    }),
    (first) => {
      remove(first, ({ kind, metadata }) => kind === "Service" && metadata.name === "catalog");
    },
    (_, second) => {
      remove(second, ({ kind, metadata }) => kind === "Service" && metadata.name === "catalog");
    },
  );
  expect(findings.flatMap(({ remediation }) => remediation?.commands ?? [])).toEqual([
    "kubectl --context cluster1 -n bookinfo delete serviceentries.networking.istio.io vd-reviews",
    "kubectl --context cluster1 -n istio-system delete serviceentries.networking.istio.io autogen.bookinfo.catalog",
    "kubectl --context cluster1 -n istio-system delete workloadentries.networking.istio.io autogen.cluster2.bookinfo.catalog",
    "kubectl --context cluster2 -n istio-system delete serviceentries.networking.istio.io autogen.bookinfo.catalog",
    "kubectl --context cluster2 -n istio-system delete workloadentries.networking.istio.io autogen.cluster1.bookinfo.catalog",
  ]);
});

const object =
  (kind: string, name: string, rest: object): Change =>
  (first) => {
    const metadata = { name, namespace: "istio-system" };
    first.objects.push({ apiVersion: "networking.istio.io/v1", kind, metadata, ...rest });
  };

/** What a mesh may look like that is as it should be. */
const TRAPS: [string, Change[]][] = [
  [
    "the location is empty, as older versions leave it",
    [
      (first) => {
        for (const { kind, spec } of first.objects) {
          if (kind === "ServiceEntry") delete (spec as Record<string, unknown>)["location"];
        }
      },
    ],
  ],
  ["trust domains differ", [ownTrustDomains]],
  [
    "a service has no pods, and peering wrote nothing for it",
    [
      ownTrustDomains,
      (_, second) => {
        remove(second, ({ metadata }) => metadata.name === "autogen.cluster1.bookinfo.standby");
        part(second, "ServiceEntry", "autogen.bookinfo.standby")["subjectAltNames"] = [];
      },
    ],
  ],
  [
    "somebody else fills in the endpoints of a service that has no entry",
    [
      without(ENTRY),
      (_, second) => {
        delete part(second, "Service", "reviews")["selector"];
      },
    ],
  ],
  [
    "only the copy that has pods has a waypoint",
    [
      (_, second) => {
        labelsOf(second, "Service", "standby")["istio.io/use-waypoint"] = "waypoint";
      },
    ],
  ],
  [
    "a waypoint of the namespace is not for a service in either cluster",
    [
      (...fixtures) => {
        for (const fixture of fixtures) {
          labelsOf(fixture, "Service", "cart")["istio.io/use-waypoint"] = "none";
        }
      },
    ],
  ],
  [
    "a service by its local name has entries and no ServiceEntry",
    [without("autogen.bookinfo.details")],
  ],
  [
    "a service by its local name has a ServiceEntry without an address",
    [
      (first) => {
        part(first, "ServiceEntry", "autogen.bookinfo.details", "status")["addresses"] = [];
      },
    ],
  ],
  [
    "there are objects of NodePort peering",
    [
      object("ServiceEntry", "autogen.peering.istio-eastwest.cluster2", {
        spec: { hosts: ["istio-eastwest.cluster2"] },
      }),
      object("WorkloadEntry", "autogen.node.cluster2.node-1", {
        spec: { address: "10.0.0.1", network: "cluster2" },
      }),
    ],
  ],
  [
    "the remote Gateway has no address, as node ports are preferred",
    [
      (first) => {
        annotationsOf(first, "Gateway", "istio-remote-peer-cluster2")[
          "peering.solo.io/preferred-data-plane-service-type"
        ] = "nodeport";
      },
    ],
  ],
  [
    "an entry has an address of its own",
    [
      (first) => {
        Object.assign(part(first, "WorkloadEntry", ENTRY), { network: "x", address: "10.9.9.9" });
      },
    ],
  ],
  [
    "an entry names no network",
    [
      (first) => {
        delete part(first, "WorkloadEntry", ENTRY)["network"];
      },
    ],
  ],
  [
    "both copies have a traffic distribution that nobody knows",
    [
      (...fixtures) => {
        for (const fixture of fixtures) {
          annotationsOf(fixture, "Service", "reviews")["networking.istio.io/traffic-distribution"] =
            "PreferMoon";
        }
      },
    ],
  ],
  [
    "ingress gateways are to go through a waypoint, or not",
    [
      (...fixtures) => {
        for (const [index, fixture] of fixtures.entries()) {
          labelsOf(fixture, "Service", "cart")["istio.io/ingress-use-waypoint"] =
            ["True", "false"][index] ?? "";
        }
      },
    ],
  ],
  [
    "one copy says what is so by default",
    [
      (first) => {
        part(first, "Service", "reviews")["trafficDistribution"] = "PreferNetwork";
      },
    ],
  ],
  [
    "a waypoint that nobody shares is imported",
    [
      (...fixtures) => {
        for (const fixture of fixtures) {
          labelsOf(fixture, "Service", "waypoint")["solo.io/service-scope"] = "cluster";
        }
      },
    ],
  ],
  [
    "a namespace shares many Services which the other cluster has, too",
    [
      (...fixtures) => {
        for (const fixture of fixtures) {
          for (const name of ["one", "two", "three", "four"]) {
            fixture.objects.push(serviceObject({ namespace: "shop", name, ports: [] }));
            object("ServiceEntry", `autogen.shop.${name}`, {
              spec: { hosts: [`${name}.shop.mesh.internal`], addresses: ["240.0.0.1"] },
            })(fixture, fixture);
          }
        }
      },
    ],
  ],
  [
    "a ServiceEntry has a host that nobody shares",
    [object("ServiceEntry", "autogen.odd", { spec: { hosts: ["odd"] } })],
  ],
  [
    "nothing is shared",
    [
      (...fixtures) =>
        fixtures.forEach((one) =>
          remove(
            one,
            ({ kind }) => kind === "Service" || kind === "ServiceEntry" || kind === "WorkloadEntry",
          ),
        ),
    ],
  ],
];

test.each(TRAPS)("finds nothing where %s", async (_, changes) => {
  const result = await judge(...changes);
  expect(said(result).filter((line) => !line.startsWith("info"))).toEqual([]);
});

describe("what is new", () => {
  const young =
    (change: Change): Change =>
    (first, second) => {
      find(second, "Service", "reviews").metadata.creationTimestamp = NEW;
      change(first, second);
    };

  it.each<[string, Change]>([
    ["is not imported yet", without(IMPORT)],
    ["has no entry yet", without(ENTRY)],
    [
      "has a new port",
      (_, second) => {
        const ports = part(second, "Service", "reviews")["ports"] as object[];
        ports.push({ name: "grpc", port: 9090, protocol: "TCP" });
      },
    ],
    [
      "was labelled just now",
      (first, second) => {
        const { metadata } = find(second, "Service", "reviews");
        metadata.creationTimestamp = "2025-01-01T00:00:00Z";
        metadata["managedFields"] = [
          {
            time: NEW,
            fieldsV1: { "f:metadata": { "f:labels": { "f:solo.io/service-scope": {} } } },
          },
          { time: "2025-01-01T00:00:00Z", fieldsV1: {} },
          {
            time: "x",
            fieldsV1: { "f:metadata": { "f:labels": { "f:solo.io/service-scope": {} } } },
          },
        ];
        without(IMPORT)(first, second);
      },
    ],
    [
      "is in a namespace that was labelled just now",
      (first, second) => {
        const { metadata } = find(second, "Namespace", "shop");
        metadata["managedFields"] = [
          {
            time: NEW,
            fieldsV1: { "f:metadata": { "f:labels": { "f:solo.io/service-scope": {} } } },
          },
        ];
        without("autogen.shop.cart")(first, second);
      },
    ],
    [
      "has no address yet",
      (first, second) => {
        find(second, "Service", "reviews").metadata.creationTimestamp = "2025-01-01T00:00:00Z";
        find(first, "ServiceEntry", IMPORT).metadata.creationTimestamp = NEW;
        part(first, "ServiceEntry", IMPORT, "status")["addresses"] = [];
      },
    ],
  ])("warns where it %s", async (_, change) => {
    const { status } = await judge(young(change));
    expect(status).toBe("warn");
  });

  it("has no grace after two minutes, nor from a clock that is far off", async () => {
    for (const time of [Date.parse(RECORDED_AT) - 121_000, Date.parse(RECORDED_AT) + 3_600_000]) {
      const result = await judge(without(IMPORT), (_, second) => {
        find(second, "Service", "reviews").metadata.creationTimestamp = new Date(
          time,
        ).toISOString();
      });
      expect(result.status).toBe("fail");
    }
  });
});

describe("flat networks", () => {
  it("need no gateway for pods that are reached directly", async () => {
    const names = ["reviews", "details", "catalog", "productpage", "ratings", "standby"];
    const result = await judge(flat, ...names.map(flatEntryFor), (first) => {
      remove(first, ({ metadata }) => metadata.name === ENTRY);
    });
    const ofFirst = said(result).filter((line) => line.includes("of cluster2 cannot"));
    expect(ofFirst).toEqual([
      "fail Service shop/cart of cluster2 cannot be reached: cluster2 is on the network of cluster1, cluster1, where gateways are passed over, and no autogenflat entries stand for its pods".replace(
        "Services shop/cart, shop/waypoint",
        "Service shop/cart",
      ),
    ]);
  });
});

describe("links", () => {
  it("that are broken are no second fault, and nothing is judged over them", async () => {
    const result = await judge(disconnected, without(IMPORT), without(ENTRY));
    expect(said(result)).toEqual([
      "skip services of cluster2 in cluster1 not judged: the link does not work, or nobody vouches for it (links)",
    ]);
    expect(result.status).toBe("pass");
  });

  it("that nobody vouches for leave open what is so", async () => {
    const result = await judge(without(IMPORT), (first) => {
      remove(
        first,
        ({ kind, metadata }) => kind === "Pod" && metadata.labels?.["app"] === "istiod",
      );
    });
    expect(said(result)).toEqual([
      "skip services of cluster2 in cluster1 not judged: the link does not work, or nobody vouches for it (links)",
    ]);
  });

  it("that are not there are none of its business", async () => {
    const result = await judge(without("istio-remote-peer-cluster2"), without(IMPORT));
    expect(said(result)).toEqual([]);
  });

  it("for the cluster itself change nothing", async () => {
    const result = await judge((first) => {
      const gateway = structuredClone(find(first, "Gateway", "istio-remote-peer-cluster2"));
      gateway.metadata.name = "self";
      gateway.metadata.labels = {
        "topology.istio.io/cluster": "cluster1",
        "topology.istio.io/network": "cluster1",
      };
      (gateway["spec"] as { addresses: unknown }).addresses = [
        { type: "IPAddress", value: "192.0.2.10" },
      ];
      first.objects.push(gateway);
    });
    expect(said(result)).toEqual([]);
  });
});

test("services of two segments are not each other's", async () => {
  const result = await judge((first, second) => {
    for (const [fixture, name] of [
      [first, "one"],
      [second, "two"],
    ] as const) {
      labelsOf(fixture, "Namespace", "istio-system")["admin.solo.io/segment"] = name;
    }
  });
  expect(result.summary).toBe("no service is shared over a working link within a segment");
  expect(said(result)).toEqual([]);
});

describe("what is left over", () => {
  it("may be shared by a cluster that was not read, or is not in the run", async () => {
    const outside: Change = (first) => {
      const gateway = structuredClone(find(first, "Gateway", "istio-remote-peer-cluster2"));
      gateway.metadata.name = "elsewhere";
      gateway.metadata.labels = {
        "topology.istio.io/cluster": "cluster9",
        "topology.istio.io/network": "net-9",
      };
      (gateway["spec"] as { addresses: unknown }).addresses = [
        { type: "IPAddress", value: "192.0.2.99" },
      ];
      first.objects.push(gateway);
      remove(first, ({ kind, metadata }) => kind === "Service" && metadata.name === "catalog");
    };
    const gone: Change = (_, second) => {
      remove(second, ({ kind, metadata }) => kind === "Service" && metadata.name === "catalog");
    };
    const result = await judge(outside, gone);
    expect(said(result).filter((line) => line.includes("catalog"))).toEqual([
      "info cluster1 has entries for service bookinfo/catalog, which no cluster of this run shares; one that was not read, or is not connected, may",
      "warn cluster2 has entries for service bookinfo/catalog, which no cluster of this run shares any more",
    ]);
    const broken = await judge(disconnected, gone, (first) => {
      remove(first, ({ kind, metadata }) => kind === "Service" && metadata.name === "catalog");
    });
    expect(said(broken)[0]).toMatch(/^info cluster1 has entries/);
  });
});

describe("what could not be read", () => {
  async function reading(
    refuse: (context: string, line: string) => Missing | undefined,
    ...changes: Change[]
  ): Promise<Result> {
    const readers = await globalServices(...changes);
    for (const reader of readers) {
      const list = reader.list.bind(reader);
      reader.list = (resource, options) => {
        const refused = refuse(reader.context, `${resource.plural} ${options?.namespace ?? ""}`);
        return refused ? Promise.resolve(refused) : list(resource, options);
      };
    }
    return resultOf(await reportOf(readers));
  }
  const no =
    (what: string, where = "cluster1") =>
    (context: string, line: string) =>
      context === where && line.startsWith(what) ? missing("forbidden", `no ${what}`) : undefined;

  it("is said of imports, and judged nowhere", async () => {
    const result = await reading(no("serviceentries"), without(IMPORT));
    expect(said(result)).toEqual(["info imports of cluster1 not checked: no serviceentries"]);
    expect(result.summary).toBe(
      "8 imports of shared services have a name, an address and a way there".replace("8", "7"),
    );
  });

  it("is said of entries", async () => {
    const result = await reading(no("workloadentries"));
    expect(said(result)).toEqual([
      "info bookinfo/catalog, bookinfo/details, bookinfo/productpage, bookinfo/ratings, bookinfo/reviews and 3 more of cluster2 in cluster1 not checked: no workloadentries".replace(
        "bookinfo/catalog",
        "bookinfo/catalog",
      ),
    ]);
    expect(result.summary).toMatch(/; others were not checked$/);
    const known = await reading(no("workloadentries"), ownTrustDomains);
    expect(said(known).every((line) => line.startsWith("info"))).toBe(true);
  });

  it("is said of pods, where it depends on them", async () => {
    const result = await reading(no("pods bookinfo", "cluster2"), without(ENTRY));
    expect(said(result)).toEqual([
      "info bookinfo/reviews of cluster2 in cluster1 not checked: pods of bookinfo in cluster2 were not read, and without pods there is no entry for it",
    ]);
    const onFlat = await reading(no("pods", "cluster2"), flat, flatEntryFor("reviews"));
    expect(said(onFlat).filter((line) => line.includes("of cluster2 in"))).toEqual([
      "info bookinfo/catalog, bookinfo/details, bookinfo/productpage, bookinfo/ratings, bookinfo/standby and 2 more of cluster2 in cluster1 not checked: whether it has pods there was not read",
    ]);
  });

  it("is said of a CLUSTER_ID", async () => {
    const result = await judge((_, second) => {
      remove(second, ({ kind, metadata }) => kind === "Deployment" && metadata.name === "istiod");
    });
    expect(
      said(result)
        .filter((line) => line.startsWith("info"))
        .join(),
    ).toContain("of cluster2 in cluster1 not checked: CLUSTER_ID of cluster2 is not known");
  });

  it("is said of the domain of a segment", async () => {
    const result = await judge((...fixtures) => {
      for (const fixture of fixtures) {
        labelsOf(fixture, "Namespace", "istio-system")["admin.solo.io/segment"] = "lost";
      }
    });
    expect(said(result).join()).toContain("the domain of segment lost is not known");
  });
});

test("one cluster alone imports from nobody", () => {
  const verdict = runMesh(serviceImports, { a: {} });
  expect(verdict.summary).toBe(
    "skipped: only one cluster is checked, so imports of services are not checked",
  );
});

test("copies with and without a waypoint are told where traffic goes one way only", async () => {
  const result = await judge(disconnected, (first) => {
    labelsOf(first, "Service", "reviews")["istio.io/use-waypoint"] = "waypoint";
  });
  expect(said(result)).toContainEqual(
    expect.stringMatching(
      /^warn Service bookinfo\/reviews has a waypoint in cluster1, but none in/,
    ),
  );
});

test("links that do not work are told by the cluster where they start", () => {
  const gateways = {
    served: true,
    eastWest: [eastWestGateway("a")],
    remote: ["b", "c"].map((to) => remoteGateway(to, { conditions: conditions({}) })),
  };
  const services = [service({ namespace: "shop", name: "cart", labels: labels(SHARED) })];
  const { findings } = runMesh(serviceImports, {
    a: { changes: { gateways } },
    b: { changes: { services } },
    c: { changes: { services } },
  });
  expect(findings.map(({ message }) => message)).toContain(
    "services of ctx-b, ctx-c in ctx-a not judged: the links do not work, or nobody vouches for them",
  );
});

test("a mesh that shares nothing", () => {
  const own = service({ namespace: "shop", name: "cart", labels: labels({}) });
  const verdict = runMesh(serviceImports, { a: { changes: { services: [own] } }, b: {} });
  expect(verdict).toEqual({ summary: "no globally shared services found", findings: [] });
});
