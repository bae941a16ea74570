import { fact, listed } from "./fact.ts";
import { dictionary, everyKey, SCALAR, WHOLE } from "./keep.ts";
import { defined } from "../lib/defined.ts";
import { array, at, property, string, stringMap, strings } from "../lib/json.ts";
import type { ServiceFact, ServicePort } from "../model/facts.ts";
import { mapGathered } from "../model/gathered.ts";
import type { RawObject } from "../model/reader.ts";
import { RESOURCES } from "../model/resource.ts";
import { NODE_SELECTOR, SERVICE_SCOPE, TRAFFIC_DISTRIBUTION } from "../mesh/names.ts";
import { labelledAt, labelWriters } from "./managed-fields.ts";
import { byName, createdAtOf, metaOf, portOf } from "./objects.ts";

function clusterIPs(spec: unknown): string[] {
  const several = strings(property(spec, "clusterIPs"));
  const all = several.length > 0 ? several : strings([property(spec, "clusterIP")]);
  return all.filter((address) => address !== "None");
}

function externalAddresses(object: RawObject): string[] {
  const ingress = array(at(object, "status", "loadBalancer", "ingress")).flatMap((entry) =>
    strings([property(entry, "ip"), property(entry, "hostname")]),
  );
  return [...new Set([...ingress, ...strings(at(object, "spec", "externalIPs"))])];
}

function ports(value: unknown): ServicePort[] {
  return array(value).map((port) => ({
    name: string(property(port, "name")) ?? "",
    protocol: string(property(port, "protocol")) ?? "TCP",
    ...defined({
      port: portOf(property(port, "port")),
      nodePort: portOf(property(port, "nodePort")),
    }),
  }));
}

/** The field counts before the annotation, as for Istio and Kubernetes. */
function distributionOf(object: RawObject): string | undefined {
  return (
    string(at(object, "spec", "trafficDistribution")) ??
    string(at(object, "metadata", "annotations", TRAFFIC_DISTRIBUTION))
  );
}

function isNodeLocal(object: RawObject): boolean {
  return string(at(object, "spec", "internalTrafficPolicy")) === "Local";
}

const WRITERS = labelWriters(SERVICE_SCOPE);

function serviceFact(object: RawObject): ServiceFact | undefined {
  const meta = metaOf(object);
  if (!meta) return undefined;
  const { namespace, name, labels } = meta;
  const selector = stringMap(at(object, "spec", "selector"));
  return {
    namespace,
    name,
    labels,
    type: string(at(object, "spec", "type")) ?? "ClusterIP",
    clusterIPs: clusterIPs(object["spec"]),
    addresses: externalAddresses(object),
    ports: ports(at(object, "spec", "ports")),
    ...(selector.size > 0 && { selector }),
    ...defined({
      trafficDistribution: distributionOf(object),
      nodeLocal: isNodeLocal(object) ? (true as const) : undefined,
      createdAt: createdAtOf(object),
      sharedAt: labelledAt(object, SERVICE_SCOPE),
      externalName: string(at(object, "spec", "externalName")),
      nodeSelector: string(at(object, "metadata", "annotations", NODE_SELECTOR)),
    }),
  };
}

export const services = fact({
  key: "services",
  access: [listed(RESOURCES.services)],
  keeps: {
    services: {
      metadata: {
        creationTimestamp: WHOLE,
        annotations: dictionary({ [NODE_SELECTOR]: WHOLE, [TRAFFIC_DISTRIBUTION]: SCALAR }),
        managedFields: WRITERS,
      },
      spec: {
        type: WHOLE,
        selector: everyKey(SCALAR),
        trafficDistribution: SCALAR,
        internalTrafficPolicy: SCALAR,
        clusterIP: WHOLE,
        clusterIPs: WHOLE,
        externalIPs: WHOLE,
        externalName: WHOLE,

        ports: [{ name: WHOLE, port: WHOLE, protocol: WHOLE, nodePort: WHOLE }],
      },
      status: { loadBalancer: { ingress: [{ ip: WHOLE, hostname: WHOLE }] } },
    },
  },
  read: async (source) =>
    mapGathered(await source.listWhereAllowed(RESOURCES.services), (objects) =>
      objects.flatMap((object) => serviceFact(object) ?? []).toSorted(byName),
    ),
});
