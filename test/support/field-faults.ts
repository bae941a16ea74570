import { serviceImports } from "../../src/checks/service-imports/check.ts";
import { cellsOf } from "../../src/cli/services/table.ts";
import { check } from "../../src/engine/check.ts";
import type { Finding } from "../../src/model/report.ts";
import { annotationsOf, type Change, globalServices, labelsOf, part } from "./global-services.ts";
import {
  CLIENT,
  DISTRIBUTION,
  nodePortOnly,
  object,
  pods,
  policy,
  principals,
  REVIEWS,
  trustDomains,
  uncaptured,
  unlabelled,
  waypoint,
  without,
} from "./service-changes.ts";
import { find } from "./mesh/cluster.ts";
import { service } from "./mesh/objects.ts";
import { endOf, overviewAmong, tracesAmong, type Asked } from "./traces.ts";

/*
 * What users met in the field between two clusters, by the numbers under which it was collected: each
 * alone, in the scenario global-services. What objects of one moment cannot show says why.
 */

export type FieldFault =
  | {
      title: string;
      asked?: Asked;
      changes: Change[];
      /** In what is said of it. */
      says: string;
      /** It is as it should be: the check finds no fault. */
      fine?: true;
    }
  | { title: string; notShown: string };

const LINK = "istio-remote-peer-cluster2";

/** A condition of the remote Gateway. */
const condition =
  (type: string, status: string, reason: string): Change =>
  (first) => {
    const { conditions } = part(first, "Gateway", LINK, "status") as {
      conditions: { type: string; status: string; reason: string }[];
    };
    const of = `gloo.solo.io/${type}`;
    const others = conditions.filter((one) => one.type !== of);
    part(first, "Gateway", LINK, "status")["conditions"] = [
      ...others,
      { type: of, status, reason, message: reason, lastTransitionTime: "2025-01-01T00:00:00Z" },
    ];
  };

const segment =
  (...names: string[]): Change =>
  (...fixtures) => {
    for (const [index, fixture] of fixtures.entries()) {
      const name = names[index] ?? "";
      labelsOf(fixture, "Namespace", "istio-system")["admin.solo.io/segment"] = name;
      for (const one of new Set(names)) {
        fixture.objects.push({
          apiVersion: "admin.solo.io/v1alpha1",
          kind: "Segment",
          metadata: { name: one, namespace: "istio-system" },
          spec: { domain: `mesh.${one}` },
        });
      }
      for (const { kind, spec } of fixture.objects) {
        if (kind !== "ServiceEntry") continue;
        const entry = spec as { hosts: string[] };
        entry.hosts = entry.hosts.map((host) => host.replace("mesh.internal", `mesh.${name}`));
      }
    }
  };

const serviceLabel =
  (where: 0 | 1, name: string, key: string, value: string): Change =>
  (...fixtures) => {
    labelsOf(fixtures[where], "Service", name)[key] = value;
  };

export const FIELD_FAULTS: Readonly<Record<number, FieldFault>> = {
  1: { title: "labelled in A only", changes: [unlabelled(1)], says: "is not shared" },
  2: {
    title: "another namespace in B",
    changes: [
      (_, second) => {
        find(second, "Service", "reviews").metadata.namespace = "shop";
      },
    ],
    says: "it shares shop/reviews, which is another service",
  },
  3: {
    title: "the caller's node has no ztunnel",
    asked: { client: CLIENT },
    changes: [
      uncaptured((one) => {
        (one["spec"] as { nodeName: string }).nodeName = "gpu-1";
      }),
    ],
    says: "no ztunnel runs on its node gpu-1",
  },
  4: {
    title: "the caller's namespace is not ambient",
    asked: { client: CLIENT },
    changes: [
      uncaptured(),
      (first) => {
        delete labelsOf(first, "Namespace", "client")["istio.io/dataplane-mode"];
      },
    ],
    says: "neither it nor its namespace has label istio.io/dataplane-mode=ambient",
  },
  5: {
    title: "not connected yet, entries missing",
    changes: [
      without("autogen.cluster2.bookinfo.reviews"),
      condition("PeerConnected", "False", "Disconnected"),
    ],
    says: "broken at hop 3",
  },
  6: {
    title: "the gateway offers node ports that the link does not take",
    changes: [nodePortOnly],
    says: "broken at hop 9",
  },
  7: {
    title: "node ports are preferred in a spelling that a version does not read",
    changes: [
      (first) => {
        annotationsOf(first, "Gateway", LINK)["peering.solo.io/preferred-data-plane-service-type"] =
          "NodePort";
      },
      condition("PeerDataPlaneProgrammed", "False", "NoNodeWorkloadEntries"),
    ],
    says: "PeerDataPlaneProgrammed is False",
  },
  8: {
    title: "the peer says no namespace of its gateway",
    changes: [condition("PeerDataPlaneProgrammed", "Unknown", "Pending")],
    says: "PeerDataPlaneProgrammed is Unknown",
  },
  9: { title: "only the local copy answers", changes: [], says: "falls back", fine: true },
  10: {
    title: "copies differ in where traffic goes",
    changes: [
      (first) => {
        annotationsOf(first, "Service", "reviews")[DISTRIBUTION] = "Any";
      },
      (first) => {
        part(first, "Service", "reviews")["trafficDistribution"] = "PreferClose";
      },
    ],
    says: "PreferClose in cluster1; PreferNetwork in cluster2",
  },
  11: {
    title: "the label of a namespace takes in what is meant for one cluster",
    asked: { service: "shop/cart" },
    changes: [
      (first) => {
        for (const name of ["one", "two", "three", "four"]) {
          first.objects.push(service({ namespace: "shop", name, ports: [] }));
        }
      },
    ],
    says: "shares all its 6 Services by label",
  },
  12: {
    title: "what another federation left has the host",
    changes: [
      (first) => {
        first.objects.push({
          apiVersion: "networking.istio.io/v1",
          kind: "ServiceEntry",
          metadata: {
            name: "vd-reviews",
            namespace: "bookinfo",
            creationTimestamp: "2025-01-01T00:00:00Z",
            labels: { "reconciler.mesh.gloo.solo.io/name": "translator" },
          },
          spec: { hosts: [REVIEWS] },
        });
      },
    ],
    says: "broken at hop 4",
  },
  13: {
    title: "a segment has a domain of its own",
    changes: [segment("one", "one")],
    says: "reviews.bookinfo.mesh.one: falls back",
    fine: true,
  },
  14: {
    title: "segments differ",
    changes: [segment("one", "two")],
    says: "neither sees services of the other",
    fine: true,
  },
  15: {
    title: "a route of an ingress leads to something else than the shared name",
    notShown: "HTTPRoutes are not read: the ingress is no hop between two clusters",
  },
  16: {
    title: "only A has a waypoint",
    changes: [serviceLabel(0, "reviews", "istio.io/use-waypoint", "waypoint")],
    says: "has a waypoint in cluster1, but none in cluster2",
  },
  17: {
    title: "taken over behind a waypoint, and scaled to none",
    asked: { service: "bookinfo/productpage" },
    changes: [
      pods("productpage", "first"),
      serviceLabel(0, "productpage", "istio.io/use-waypoint", "waypoint"),
    ],
    says: "broken at hop 8",
  },
  18: {
    title: "a policy names callers by another trust domain",
    changes: [trustDomains, policy(principals("b.local/ns/client/sa/sleep"))],
    says: "broken at hop 11",
  },
  19: {
    title: "a policy with a selector allows the callers, not the waypoint",
    asked: { service: "bookinfo/ratings", client: CLIENT },
    changes: [
      waypoint("ratings"),
      policy({
        selector: { matchLabels: { app: "ratings" } },
        ...principals("cluster.local/ns/client/sa/sleep"),
      }),
    ],
    says: "so waypoints such as ns/bookinfo/sa/waypoint are denied",
  },
  20: {
    title: "STRICT, and the caller is not captured",
    asked: { client: CLIENT },
    changes: [
      uncaptured(),
      object(1, "PeerAuthentication", "default", "istio-system", { mtls: { mode: "STRICT" } }),
    ],
    says: "is not captured",
  },
  21: {
    title: "a NetworkPolicy closes the port of the mesh",
    changes: [
      object(1, "NetworkPolicy", "only-http", "bookinfo", {
        podSelector: { matchLabels: { app: "reviews" } },
        ingress: [{ ports: [{ port: 9080 }] }],
      }),
    ],
    says: "closes port 15008 of its pods",
  },
  22: {
    title: "roots or trust domains do not fit",
    changes: [condition("PeerConnected", "False", "TLSFailure")],
    says: "broken at hop 3",
  },
  23: {
    title: "an entry is on another network than its cluster",
    changes: [
      (first) => {
        part(first, "WorkloadEntry", "autogen.cluster2.bookinfo.reviews")["network"] = "cluster1";
      },
    ],
    says: "broken at hop 5",
  },
  24: {
    title: "the name has no address",
    changes: [
      (first) => {
        part(first, "ServiceEntry", "autogen.bookinfo.reviews", "status")["addresses"] = [];
      },
    ],
    says: "broken at hop 6",
  },
  25: {
    title: "the name has an address of each family",
    changes: [
      (first) => {
        const status = part(first, "ServiceEntry", "autogen.bookinfo.reviews", "status");
        (status["addresses"] as object[]).push({ value: "2001:2::13", host: REVIEWS });
      },
    ],
    says: "falls back",
    fine: true,
  },
  26: {
    title: "pods run under an account that the name does not have",
    asked: { service: "bookinfo/ratings" },
    changes: [
      pods("ratings", "second", (one) => {
        (one["spec"] as { serviceAccountName: string }).serviceAccountName = "other";
      }),
    ],
    says: "names other identities than those of the pods of bookinfo/ratings in cluster2, ns/bookinfo/sa/other",
  },
  27: {
    title: "the way is drained",
    changes: [
      (first) => {
        labelsOf(first, "Gateway", LINK)["solo.io/draining-weight"] = "100";
      },
    ],
    says: "is drained",
    fine: true,
  },
  29: {
    title: "ingress gateways are told to use a waypoint by its name",
    changes: [
      serviceLabel(0, "reviews", "istio.io/use-waypoint", "waypoint"),
      serviceLabel(1, "reviews", "istio.io/use-waypoint", "waypoint"),
      serviceLabel(0, "reviews", "istio.io/ingress-use-waypoint", "waypoint"),
    ],
    says: "istio.io/ingress-use-waypoint=waypoint, which counts only as true",
  },
  30: {
    title: "deleted entries come back",
    notShown:
      "objects of one moment have no history; while a cluster shares it nothing is left over",
  },
  31: {
    title: "no copy of the service in A",
    asked: { service: "bookinfo/ratings" },
    changes: [],
    says: "reaches remote",
    fine: true,
  },
  32: {
    title: "only B has a waypoint",
    changes: [serviceLabel(1, "reviews", "istio.io/use-waypoint", "waypoint")],
    says: "has a waypoint in cluster2, but none in cluster1",
  },
};

function lines(findings: readonly Finding[]): string[] {
  return findings
    .filter(({ severity }) => severity !== "pass")
    .map(({ severity, message }) => `${severity}: ${message}`);
}

/** What the check, `mc services` and `mc trace` say of a fault, and which faults the check finds. */
export async function saidOf(fault: FieldFault): Promise<{ text: string; status: string }> {
  if ("notShown" in fault) return { text: `not shown: ${fault.notShown}`, status: "pass" };
  const { changes, asked } = fault;
  const key = asked?.service ?? "bookinfo/reviews";
  const only = new Set([serviceImports.id]);
  const readers = await globalServices(...changes);
  const report = await check(readers, { precheck: false, concurrency: 4, only });
  const result = report.mesh.find(({ id }) => id === serviceImports.id);
  const { rows } = await overviewAmong(await globalServices(...changes));
  const cells = rows
    .filter(({ service: one }) => one === key)
    .map((row) => `${row.host}: ${cellsOf({ row, more: 0 }).join(" | ")}`);
  const [path] = await tracesAmong(await globalServices(...changes), {
    from: "cluster1",
    to: "cluster2",
    ...asked,
  });
  const text = [
    ...lines(result?.findings ?? []).map((line) => `check: ${line}`),
    ...cells.map((line) => `services: ${line}`),
    ...(path ? [`trace: ${path.host ?? path.service}: ${endOf(path)}`] : []),
    ...lines(path?.notes ?? []).map((line) => `trace: ${line}`),
  ].join("\n");
  return { text, status: result?.status ?? "error" };
}

/** The whole set as one text. */
export async function fieldFaultsText(): Promise<string> {
  const parts = Object.entries(FIELD_FAULTS).map(async ([number, fault]) => {
    const { text } = await saidOf(fault);
    return `=== ${number} ${fault.title} ===\n${text}\n`;
  });
  return (await Promise.all(parts)).join("\n");
}
