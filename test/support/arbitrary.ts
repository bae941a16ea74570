import * as fc from "fast-check";
import { KNOWN_VARIABLES } from "../../src/facts/env-names.ts";
import { Cut, isKeepList, type Keep, type KeepMap, othersOf, WHOLE } from "../../src/facts/keep.ts";
import { KEPT_ANSWERS, keptObjects } from "../../src/facts/slim.ts";
import { RESOURCES, type Resource } from "../../src/model/resource.ts";
import type { Json } from "./pods.ts";

/*
 * Objects of the API for property tests, made from what facts declare that they read: mostly of the
 * types that belong there, now and then with anything in any place. A path that a fact declares is
 * here at once; what stands below are values that make some paths interesting.
 */

export const anything = fc.anything({
  withBigInt: false,
  withDate: false,
  withMap: false,
  withSet: false,
  withNullPrototype: false,
  maxDepth: 3,
});

/** Now and then anything in place of what belongs there. */
function mostly<T>(proper: fc.Arbitrary<T>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 9, arbitrary: proper }, { weight: 1, arbitrary: anything });
}

const text = fc.constantFrom(
  "true",
  "False",
  "Completed",
  "CrashLoopBackOff",
  "a//Pod/istio-system/istiod",
  "$(CLUSTER_ID)$$(X)$(X)",
  "trustDomain: [",
  "trustDomain: a\ntrustDomainAliases: [b, {c: d}]\naccessLogFile: /dev/stdout",
  "2026-01-01T00:00:00Z",
  "192.0.2.1",
  "__proto__",
  "",
);
const word = fc.constantFrom(
  "istiod",
  "ztunnel",
  "istio-cni-node",
  "cacerts",
  "istio-system",
  "a",
  "",
);
const count = fc.constantFrom(0, 1, -1, 1.5, 15_008, 70_000);
/** What a value is of which nothing else is known. */
const scalar = mostly(fc.oneof(text, word, count, fc.boolean()));

const labels = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      { app: "istiod", "istio/multiCluster": "true", "solo.io/source-workload": "autogenflat.x" },
      { app: "istiod", "service.istio.io/canonical-name": "a", "istio.io/rev": "x" },
      { "admin.solo.io/segment": "a" },
      {
        "solo.io/service-scope": "global",
        "solo.io/parent-service": "a",
        "solo.io/parent-service-namespace": "istio-system",
        "solo.io/source-cluster": "a",
      },
      { app: "ztunnel", "node.openshift.io/os_id": "rhcos" },
      { "k8s-app": "istio-cni-node", "gateway.networking.k8s.io/gateway-name": "gw" },
    ),
  },
  {
    weight: 1,
    arbitrary: mostly(
      fc.dictionary(
        fc.constantFrom("app", "istio.io/rev", "solo.io/source-cluster", "constructor"),
        scalar,
      ),
    ),
  },
);

/** Values by the last key of their path, where one of any kind would seldom lead far. */
const VALUES: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  labels,
  matchLabels: labels,
  ready: fc.boolean(),
  started: fc.boolean(),
  controller: fc.boolean(),
  optional: fc.boolean(),
  restartPolicy: fc.constant("Always"),
  phase: fc.constantFrom("Running", "Pending", "Failed", "Succeeded"),
  status: fc.constantFrom("True", "False", "Unknown"),
  type: fc.constantFrom("Ready", "PodScheduled", "Initialized", "Available", "Accepted", "x"),
  kind: fc.constantFrom("ReplicaSet", "DaemonSet", "Job"),
  gatewayClassName: fc.constantFrom("istio-remote", "istio-eastwest", "x"),
  clusterIPs: fc.array(scalar, { maxLength: 2 }),
  externalIPs: fc.array(scalar, { maxLength: 2 }),
  restartCount: count,
  exitCode: count,
  signal: count,
  replicas: count,
  readyReplicas: count,
  desiredNumberScheduled: count,
  numberReady: count,
  fieldPath: fc.constantFrom(
    "metadata.name",
    "metadata.labels['app']",
    "metadata.annotations['note']",
    "status.podIP",
  ),
};

/** Names by the list that they stand in. */
const NAMES: Readonly<Record<string, fc.Arbitrary<string>>> = {
  env: fc.constantFrom(...KNOWN_VARIABLES, "X", "TOKEN"),
  containers: fc.constantFrom("discovery", "istio-proxy", "a"),
  initContainers: fc.constantFrom("istio-proxy", "a"),
  containerStatuses: fc.constantFrom("discovery", "istio-proxy", "a"),
  initContainerStatuses: fc.constantFrom("istio-proxy", "a"),
};

/** Keys that maps have beside those that are declared, or whose keys somebody chose. */
const OTHER_KEYS = fc.constantFrom<string>(...KNOWN_VARIABLES, "note", "x", "api-key", "tls.key");

function valueOf(keep: Keep, path: readonly string[]): fc.Arbitrary<unknown> {
  const key = path.at(-1) ?? "";
  if (keep === WHOLE) {
    const named = key === "name" ? NAMES[path.at(-2) ?? ""] : undefined;
    const known = named ?? VALUES[key];
    return known ? mostly(known) : scalar;
  }
  if (keep instanceof Cut) return valueOf(keep.of, path);
  if (isKeepList(keep)) return mostly(fc.array(valueOf(keep[0], path), { maxLength: 3 }));
  return mostly(mapOf(keep, path));
}

function mapOf(keep: KeepMap, path: readonly string[]): fc.Arbitrary<Json> {
  const named = Object.fromEntries(
    Object.entries(keep).map(([key, inner]) => [key, valueOf(inner, [...path, key])]),
  );
  const others = othersOf(keep);
  const other = fc.dictionary(OTHER_KEYS, others ? valueOf(others.keep, [...path, ""]) : scalar, {
    maxKeys: 2,
  });
  return fc
    .tuple(other, fc.record(named, { requiredKeys: "name" in named ? ["name"] : [] }))
    .map(([more, declared]) => ({ ...more, ...declared }));
}

const name = fc.constantFrom(
  "autogen.istio-system.a",
  "istiod",
  "ztunnel",
  "istio-cni-config",
  "istio-ca-root-cert",
  "istio",
  "cacerts",
  "cluster",
  "istio-system",
  "a",
);

function objectOf(resource: Resource): fc.Arbitrary<Json> {
  const { metadata, apiVersion: _, kind: __, ...rest } = keptObjects(resource) ?? {};
  const meta = mapOf(metadata as KeepMap, ["metadata"]);
  const body = mapOf(rest, []);
  const { group, versions, kind } = resource;
  return fc.tuple(name, meta, body).map(([called, more, parts]) => {
    const { namespace: ___, ...others } = more;
    return {
      ...parts,
      apiVersion: group ? `${group}/${versions[0]}` : versions[0],
      kind,
      metadata: {
        ...others,
        name: called,
        ...(resource.namespaced && { namespace: "istio-system" }),
      },
    };
  });
}

/** An object of any kind that mc reads, where any part may be missing or of another type. */
export const object: fc.Arbitrary<Json> = fc.oneof(
  { weight: 4, arbitrary: objectOf(RESOURCES.pods) },
  { weight: 4, arbitrary: objectOf(RESOURCES.deployments) },
  ...Object.values(RESOURCES).map((resource) => ({ weight: 1, arbitrary: objectOf(resource) })),
);

/** A debug answer at a path that facts read. */
export const answers: Readonly<Record<string, fc.Arbitrary<unknown>>> = Object.fromEntries(
  [...KEPT_ANSWERS].map(([path, keep]) => [path, valueOf(keep, [path])]),
);
