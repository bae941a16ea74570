import type { AccessRequest } from "../model/gathered.ts";
import type { FactKey } from "../model/facts.ts";
import { RESOURCES, type Resource } from "../model/resource.ts";
import { CNI_CONFIG } from "./cni-configs.ts";

/** A permission that a fact takes, as a rule of a role has it. */
export interface FactAccess {
  verbs: readonly AccessRequest["verb"][];
  /** API group, "" for core. */
  group: string;
  /** Plural, with its subresource after a slash. */
  resource: string;
  /** Only these objects; absent: all of them. */
  names?: readonly string[];
  /**
   * `cluster`: all namespaces at once, or an object outside of namespaces. `istio`: the istio
   * namespace only. `some`: namespaces that only a run knows.
   */
  scope: "cluster" | "istio" | "some";
  /** What a rule gives away beyond what mc keeps: it can be left out. */
  sensitive?: "secrets" | "remote-secrets" | "port-forward";
}

function access(
  resource: Resource,
  verb: AccessRequest["verb"],
  rest: Pick<FactAccess, "scope"> & Partial<FactAccess>,
): FactAccess {
  return { verbs: [verb], group: resource.group, resource: resource.plural, ...rest };
}

const listed = (resource: Resource): FactAccess => access(resource, "list", { scope: "cluster" });

const PODS = listed(RESOURCES.pods);
const DEPLOYMENTS = listed(RESOURCES.deployments);
const DAEMON_SETS = listed(RESOURCES.daemonSets);
const NODES = listed(RESOURCES.nodes);
/** `istio-ca-root-cert`, the mesh configuration of each revision, and what variables refer to. */
const CONFIG_MAPS = access(RESOURCES.configMaps, "get", { scope: "istio" });
/** By WebSocket it is a GET; from Kubernetes 1.35 on `create` is asked for as well. */
const PORT_FORWARD: FactAccess = {
  verbs: ["get", "create"],
  group: "",
  resource: "pods/portforward",
  scope: "istio",
  sensitive: "port-forward",
};

/**
 * What each fact cannot do without, facts that it is made from included. Roles, remedies and the
 * notes on what was not read come from here. A list restricted to one name counts to Kubernetes as
 * asking for that object.
 */
export const FACT_ACCESS: Readonly<Record<FactKey, readonly FactAccess[]>> = {
  // Everybody who is signed in may ask for the version and for who they are.
  connection: [],
  istiods: [DEPLOYMENTS],
  istioNamespace: [],
  istiodPods: [PODS],
  ztunnelPods: [PODS],
  cniPods: [PODS],
  gatewayPods: [PODS],
  ztunnels: [DAEMON_SETS],
  cnis: [DAEMON_SETS],
  gatewayDeployments: [DEPLOYMENTS],
  gateways: [listed(RESOURCES.gateways)],
  gatewayClasses: [listed(RESOURCES.gatewayClasses)],
  services: [listed(RESOURCES.services)],
  namespaces: [listed(RESOURCES.namespaces)],
  nodes: [NODES],
  cniConfigs: [access(RESOURCES.configMaps, "list", { scope: "cluster", names: [CNI_CONFIG] })],
  licenses: [PODS, PORT_FORWARD],
  syncs: [PODS, PORT_FORWARD],
  rootCertificate: [CONFIG_MAPS],
  intermediate: [
    access(RESOURCES.secrets, "get", {
      scope: "istio",
      names: ["cacerts", "istio-ca-secret"],
      sensitive: "secrets",
    }),
  ],
  meshConfigs: [CONFIG_MAPS],
  remoteSecrets: [
    access(RESOURCES.secrets, "list", { scope: "istio", sensitive: "remote-secrets" }),
  ],
  flatEntries: [access(RESOURCES.workloadEntries, "list", { scope: "istio" })],
  sourcePods: [{ ...PODS, scope: "some" }, DEPLOYMENTS],
  platform: [access(RESOURCES.openshiftNetworks, "get", { scope: "cluster", names: ["cluster"] })],
  // Only recordings have them.
  ztunnelDumps: [],
};

/** The rule that a refused request falls under, if it is one of a fact. */
export function accessFor(request: AccessRequest): FactAccess | undefined {
  return Object.values(FACT_ACCESS)
    .flat()
    .find(
      ({ verbs, group, resource, names }) =>
        verbs.includes(request.verb) &&
        group === request.group &&
        resource === request.resource &&
        (request.name === undefined || (names?.includes(request.name) ?? true)),
    );
}
