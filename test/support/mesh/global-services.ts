import type { ClusterFixture } from "./cluster.ts";
import { namespace, pod, service } from "./objects.ts";

const AMBIENT = { "istio.io/dataplane-mode": "ambient" };

interface Application {
  namespace: string;
  name: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  /** Pods; 1 if absent. */
  pods?: number;
}

/** A Service with its pods, which ztunnel carries the traffic of. */
function application(fixture: ClusterFixture, given: Application): void {
  const { name, pods = 1 } = given;
  fixture.objects.push(
    service({
      namespace: given.namespace,
      name,
      labels: given.labels ?? { "solo.io/service-scope": "global" },
      ...(given.annotations ? { annotations: given.annotations } : {}),
      selector: { app: name },
      ports: [{ name: "http", port: 9080 }],
    }),
    ...Array.from({ length: pods }, (_, index) =>
      pod({
        name: `${name}-v1-54bb874995-${"x7k2p q9w4m b5n8z".split(" ")[index]}`,
        namespace: given.namespace,
        labels: { app: name },
        annotations: { "ambient.istio.io/redirection": "enabled" },
        container: name,
        image: `registry.example/${name}:1`,
        nodeName: `${fixture.spec.id}-node-1`,
        serviceAccount: name,
        owner: { kind: "ReplicaSet", name: `${name}-v1-54bb874995` },
      }),
    ),
  );
}

/**
 * All ways to share a service: global in both, by the local name, within the segment, taken over, behind
 * waypoints, in one cluster only, and one whose pods are in the second cluster only, on purpose.
 */
export function shareServices(first: ClusterFixture, second: ClusterFixture): void {
  for (const fixture of [first, second]) {
    fixture.objects.push(
      namespace("bookinfo", AMBIENT),
      namespace("shop", {
        ...AMBIENT,
        "solo.io/service-scope": "global",
        "istio.io/use-waypoint": "waypoint",
      }),
      namespace("client", AMBIENT),
      service({
        namespace: "shop",
        name: "waypoint",
        labels: { "gateway.networking.k8s.io/gateway-name": "waypoint" },
        selector: { "gateway.networking.k8s.io/gateway-name": "waypoint" },
        ports: [{ name: "mesh", port: 15008 }],
      }),
    );
    application(fixture, { namespace: "bookinfo", name: "reviews", pods: 2 });
    application(fixture, {
      namespace: "bookinfo",
      name: "details",
      labels: { "solo.io/service-scope": "global-only" },
    });
    application(fixture, {
      namespace: "bookinfo",
      name: "catalog",
      labels: { "solo.io/service-scope": "segment" },
    });
    application(fixture, {
      namespace: "bookinfo",
      name: "productpage",
      labels: { "solo.io/service-scope": "global", "solo.io/service-takeover": "true" },
    });
    application(fixture, {
      namespace: "bookinfo",
      name: "standby",
      pods: fixture === first ? 0 : 1,
    });
    application(fixture, { namespace: "shop", name: "cart", labels: {} });
    application(fixture, { namespace: "client", name: "sleep", labels: {} });
  }
  application(second, { namespace: "bookinfo", name: "ratings" });
}
