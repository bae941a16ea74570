import { at, property, record } from "../lib/json.ts";
import type { RawObject } from "../model/reader.ts";
import { RESOURCES, type Resource } from "../model/resource.ts";
import { referencedAnnotations } from "./env-names.ts";
import { METRICS_PORT, NETWORKING_CLUSTER, PEERED_UID } from "../mesh/names.ts";
import { controllerRef, isMap } from "./objects.ts";
import { slimContainers, slimContainerStatuses } from "./slim-containers.ts";
import { NAMES_KEPT, slimConfigData, slimSecretData } from "./slim-data.ts";
import { only, pick, pickEach } from "./slim-pick.ts";

/*
 * What the facts read of each resource, and nothing else: applied to every object as its page
 * arrives, and before an object is recorded. Each function takes anything, is idempotent, and
 * leaves every fact as it would be on the whole object.
 */

/** Keeps `metadata` but for what no fact reads: managedFields, owners, most annotations. */
function metadata(object: unknown, annotations: Iterable<string> = []): Record<string, unknown> {
  const meta = property(object, "metadata");
  const kept = pick(meta, "name", "namespace", "labels", "creationTimestamp", "deletionTimestamp");
  const notes = only(property(meta, "annotations"), annotations);
  return Object.keys(notes).length > 0 ? { ...kept, annotations: notes } : kept;
}

function typed(object: unknown): Record<string, unknown> {
  return pick(object, "apiVersion", "kind");
}

export function slimPod(object: RawObject): RawObject {
  const { spec, status } = object;
  const containers = property(spec, "containers");
  const owner = controllerRef(object);
  return {
    ...typed(object),
    metadata: {
      ...metadata(object, [METRICS_PORT, ...referencedAnnotations(containers)]),
      ...(owner !== undefined && { ownerReferences: [pick(owner, "kind", "name", "controller")] }),
    },
    ...(isMap(spec) && {
      spec: {
        ...pick(spec, "nodeName"),
        ...slimContainers(spec, "containers", "initContainers"),
        ...pickEach(spec, "readinessGates", "conditionType"),
      },
    }),
    ...(isMap(status) && {
      status: {
        ...pick(status, "phase", "reason", "message"),
        ...pickEach(status, "conditions", "type", "status", "reason", "message"),
        ...slimContainerStatuses(status, "containerStatuses", "initContainerStatuses"),
      },
    }),
  };
}

/** Deployments and DaemonSets. */
export function slimWorkload(object: RawObject): RawObject {
  const template = at(object, "spec", "template");
  const podSpec = property(template, "spec");
  return {
    ...typed(object),
    metadata: metadata(object),
    spec: {
      ...pick(object["spec"], "replicas"),
      selector: pick(at(object, "spec", "selector"), "matchLabels"),
      template: {
        metadata: metadata(template, referencedAnnotations(property(podSpec, "containers"))),
        spec: slimContainers(podSpec, "containers"),
      },
    },
    status: {
      ...pick(
        object["status"],
        "observedGeneration",
        "replicas",
        "readyReplicas",
        "desiredNumberScheduled",
        "numberReady",
      ),
      ...pickEach(object["status"], "conditions", "type", "status", "reason", "message"),
    },
  };
}

export function slimNode(object: RawObject): RawObject {
  return {
    ...typed(object),
    metadata: pick(object["metadata"], "name", "labels"),
    status: pick(object["status"], "addresses"),
  };
}

export function slimNamespace(object: RawObject): RawObject {
  return { ...typed(object), metadata: pick(object["metadata"], "name", "uid", "labels") };
}

export function slimService(object: RawObject): RawObject {
  return {
    ...typed(object),
    metadata: metadata(object),
    spec: {
      ...pick(object["spec"], "type", "clusterIP", "clusterIPs", "externalIPs"),
      ...pickEach(object["spec"], "ports", "name", "port", "protocol", "nodePort"),
    },
    status: {
      loadBalancer: pickEach(at(object, "status", "loadBalancer"), "ingress", "ip", "hostname"),
    },
  };
}

const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** Annotations stay, but for the copy that kubectl keeps; managedFields name managers only. */
export function slimGateway(object: RawObject): RawObject {
  const annotations = record(at(object, "metadata", "annotations"));
  const keys = Object.keys(annotations).filter((key) => key !== LAST_APPLIED);
  return {
    ...typed(object),
    metadata: {
      ...metadata(object, keys),
      ...pickEach(object["metadata"], "managedFields", "manager", "operation", "subresource"),
    },
    ...pick(object, "spec"),
    status: {
      ...pickEach(object["status"], "addresses", "type", "value"),
      ...pickEach(object["status"], "conditions", "type", "status", "reason", "message"),
    },
  };
}

export function slimGatewayClass(object: RawObject): RawObject {
  return {
    ...typed(object),
    metadata: metadata(object),
    spec: pick(object["spec"], "controllerName"),
    status: pickEach(object["status"], "conditions", "type", "status", "reason", "message"),
  };
}

export function slimWorkloadEntry(object: RawObject): RawObject {
  return { ...typed(object), metadata: metadata(object, [PEERED_UID]) };
}

export function slimConfigMap(object: RawObject): RawObject {
  return { ...typed(object), metadata: metadata(object), data: slimConfigData(object["data"]) };
}

/** Public certificates and the names of the keys: no private key, token or password survives. */
export function slimSecret(object: RawObject): RawObject {
  return {
    ...typed(object),
    metadata: metadata(object, [NETWORKING_CLUSTER, NAMES_KEPT]),
    ...pick(object, "type"),
    ...(isMap(object["data"]) || isMap(object["stringData"])
      ? { data: slimSecretData(object["data"], object["stringData"]) }
      : {}),
  };
}

function slimOpenshiftNetwork(object: RawObject): RawObject {
  const network = at(object, "spec", "defaultNetwork");
  const ovn = property(network, "ovnKubernetesConfig");
  const gatewayConfig = pick(property(ovn, "gatewayConfig"), "routingViaHost");
  return {
    ...typed(object),
    metadata: metadata(object),
    spec: {
      defaultNetwork: {
        ...pick(network, "type"),
        ...(isMap(ovn) && { ovnKubernetesConfig: { gatewayConfig } }),
      },
    },
  };
}

const BY_PLURAL: Readonly<Record<string, (object: RawObject) => RawObject>> = {
  [RESOURCES.pods.plural]: slimPod,
  [RESOURCES.deployments.plural]: slimWorkload,
  [RESOURCES.daemonSets.plural]: slimWorkload,
  [RESOURCES.nodes.plural]: slimNode,
  [RESOURCES.namespaces.plural]: slimNamespace,
  [RESOURCES.services.plural]: slimService,
  [RESOURCES.gateways.plural]: slimGateway,
  [RESOURCES.gatewayClasses.plural]: slimGatewayClass,
  [RESOURCES.workloadEntries.plural]: slimWorkloadEntry,
  [RESOURCES.configMaps.plural]: slimConfigMap,
  [RESOURCES.secrets.plural]: slimSecret,
  [RESOURCES.openshiftNetworks.plural]: slimOpenshiftNetwork,
};

/** The function for a resource that mc reads, for readers and recorders. */
export function slimFor(resource: Resource): (object: RawObject) => RawObject {
  return BY_PLURAL[resource.plural] ?? slimName;
}

/** What no fact reads, and pods that only have to be there, tens of thousands of them. */
export function slimName(object: RawObject): RawObject {
  return { ...typed(object), metadata: pick(object["metadata"], "name", "namespace") };
}
