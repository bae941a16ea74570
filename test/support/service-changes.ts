import { annotationsOf, type Change, labelsOf, part, remove } from "./global-services.ts";
import { pod } from "./mesh/objects.ts";

/* Changes to the scenario global-services that several tests of hops make. */

export const DISTRIBUTION = "networking.istio.io/traffic-distribution";
export const CLIENT = { namespace: "client", pod: "sleep-v1-54bb874995-x7k2p" };
export const REVIEWS = "reviews.bookinfo.mesh.internal";

export const pods =
  (
    name: string,
    where: "first" | "second",
    change?: (pod: Record<string, unknown>) => void,
  ): Change =>
  (...fixtures) => {
    const fixture = fixtures[where === "first" ? 0 : 1];
    if (!change) {
      remove(fixture, ({ kind, metadata }) => kind === "Pod" && metadata.labels?.["app"] === name);
      return;
    }
    for (const object of fixture.objects) {
      if (object.kind === "Pod" && object.metadata.labels?.["app"] === name) change(object);
    }
  };

export const without =
  (name: string, ...kinds: string[]): Change =>
  (first) =>
    remove(
      first,
      ({ kind, metadata }) =>
        metadata.name === name && (kinds.length === 0 || kinds.includes(kind)),
    );

export const unlabelled =
  (where: 0 | 1): Change =>
  (...fixtures) => {
    delete labelsOf(fixtures[where], "Service", "reviews")["solo.io/service-scope"];
  };

export const object =
  (where: 0 | 1, kind: string, name: string, namespace: string, spec: object): Change =>
  (...fixtures) => {
    fixtures[where].objects.push({ apiVersion: "v1", kind, metadata: { name, namespace }, spec });
  };

export const policy = (spec: object): Change =>
  object(1, "AuthorizationPolicy", "callers", "bookinfo", spec);

export const principals = (...names: string[]): object => ({
  rules: [{ from: [{ source: { principals: names } }] }],
});

export const uncaptured = (
  change: (pod: Record<string, unknown>) => void = () => undefined,
): Change =>
  pods("sleep", "first", (one) => {
    (one["metadata"] as { annotations: object }).annotations = {};
    change(one);
  });

export const trustDomains: Change = (...fixtures) => {
  for (const [index, fixture] of fixtures.entries()) {
    part(fixture, "ConfigMap", "istio", "data")["mesh"] = `trustDomain: ${"ab"[index]}.local\n`;
  }
};

/** A waypoint with its pod before a service, in the second cluster. */
export const waypoint =
  (name: string): Change =>
  (_, second) => {
    labelsOf(second, "Service", name)["istio.io/use-waypoint"] = "waypoint";
    second.objects.push(
      pod({
        name: "waypoint-5d9c7bdfcd-x7k2p",
        namespace: "bookinfo",
        labels: { "gateway.networking.k8s.io/gateway-name": "waypoint" },
        container: "istio-proxy",
        image: "registry.example/proxyv2:1",
        nodeName: "cluster2-node-1",
        serviceAccount: "waypoint",
        owner: { kind: "ReplicaSet", name: "waypoint-5d9c7bdfcd" },
      }),
    );
  };

/** The gateway of the second cluster can be reached by the ports of its nodes alone. */
export const nodePortOnly: Change = (_, second) => {
  annotationsOf(second, "Gateway", "istio-eastwest")["peering.solo.io/data-plane-service-type"] =
    "NodePort";
  const address = { type: "Hostname", value: "istio-eastwest.istio-eastwest.svc.cluster.local" };
  part(second, "Gateway", "istio-eastwest", "status")["addresses"] = [address];
  part(second, "Service", "istio-eastwest")["type"] = "NodePort";
  part(second, "Service", "istio-eastwest", "status")["loadBalancer"] = {};
};
