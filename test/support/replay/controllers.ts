import { array, at, record, string } from "../../../src/lib/json.ts";
import type { RawObject } from "../../../src/model/reader.ts";
import type { ReplayCluster } from "./mesh.ts";

/*
 * What controllers of a cluster make of a change, as far as the checks see it: pods follow their
 * template, istiod judges Gateways anew and copies its root.
 */

interface Pod {
  metadata: { labels?: Record<string, string>; annotations?: Record<string, string> };
  spec: Record<string, unknown>;
}

function ownedBy(workload: RawObject, pod: RawObject): boolean {
  const name = string(at(workload, "metadata", "name")) ?? "";
  const owner = string(at(array(at(pod, "metadata", "ownerReferences"))[0], "name")) ?? "";
  return (
    pod["kind"] === "Pod" &&
    at(pod, "metadata", "namespace") === at(workload, "metadata", "namespace") &&
    (owner === name || new RegExp(`^${name}-[0-9a-f]+$`).test(owner))
  );
}

/** New pods from the template, which run. */
export function rollOut(cluster: ReplayCluster, workload: RawObject): void {
  const template = structuredClone(at(workload, "spec", "template")) as Pod;
  for (const pod of cluster.objects.filter((one) => ownedBy(workload, one))) {
    const made = pod as unknown as Pod & { status: unknown };
    made.spec = { ...made.spec, ...template.spec };
    made.metadata.labels = { ...made.metadata.labels, ...template.metadata.labels };
    made.status = {
      phase: "Running",
      conditions: [
        { type: "PodScheduled", status: "True" },
        { type: "Ready", status: "True" },
      ],
      containerStatuses: array(made.spec["containers"]).map((container) => ({
        name: string(at(container, "name")),
        ready: true,
        restartCount: 0,
        state: { running: { startedAt: "2026-01-15T11:50:00Z" } },
      })),
    };
  }
  if (at(workload, "metadata", "labels", "app") === "istiod") copyRoot(cluster);
}

/** istiod copies the root of its Secret, when it starts. */
function copyRoot({ objects }: ReplayCluster): void {
  const secret = objects.find(
    (one) => one["kind"] === "Secret" && at(one, "metadata", "name") === "cacerts",
  );
  const root = string(at(secret, "data", "root-cert.pem"));
  if (root === undefined) return;
  for (const one of objects) {
    if (at(one, "metadata", "name") !== "istio-ca-root-cert") continue;
    (one as Record<string, unknown>)["data"] = {
      "root-cert.pem": Buffer.from(root, "base64").toString(),
    };
  }
}

const REMOTE = [
  "Accepted",
  "Programmed",
  "gloo.solo.io/PeerConnected",
  "gloo.solo.io/PeeringSucceeded",
  "gloo.solo.io/PeerDataPlaneProgrammed",
];

/** Addresses of the east-west gateways of a mesh. */
function entrances(mesh: readonly ReplayCluster[]): Set<string> {
  return new Set(
    mesh.flatMap(({ objects }) =>
      objects
        .filter((one) => at(one, "spec", "gatewayClassName") === "istio-eastwest")
        .flatMap((one) => array(at(one, "status", "addresses")))
        .flatMap((one) => string(at(one, "value")) ?? []),
    ),
  );
}

/** Peers that do not answer any more are no longer connected. */
export function settle(mesh: readonly ReplayCluster[]): void {
  const known = entrances(mesh);
  for (const gateway of mesh.flatMap(({ objects }) => objects)) {
    const addresses = array(at(gateway, "spec", "addresses"));
    const isDead = addresses.every((one) => !known.has(string(at(one, "value")) ?? ""));
    if (at(gateway, "spec", "gatewayClassName") === "istio-remote" && isDead) {
      reconcile(mesh, gateway);
    }
  }
}

/** istiod judges a Gateway that was changed: a remote one is connected where its address answers. */
export function reconcile(mesh: readonly ReplayCluster[], gateway: RawObject): void {
  const metadata = record(gateway["metadata"]) as Record<string, unknown>;
  const generation = Number(metadata["generation"] ?? 0) + 1;
  metadata["generation"] = generation;
  if (at(gateway, "spec", "gatewayClassName") !== "istio-remote") {
    const conditions = array(at(gateway, "status", "conditions"));
    for (const one of conditions) Object.assign(one as object, { observedGeneration: generation });
    return;
  }
  const known = entrances(mesh);
  const reached = array(at(gateway, "spec", "addresses")).some((one) =>
    known.has(string(at(one, "value")) ?? ""),
  );
  (gateway as Record<string, unknown>)["status"] = {
    conditions: REMOTE.map((type, index) => ({
      type,
      status: reached || index < 2 ? "True" : "False",
      reason: "Replayed",
      message: reached ? "connected" : "connection refused",
      observedGeneration: generation,
    })),
  };
}
