import type { ServerState } from "./state.ts";
import { timestamp } from "./store.ts";
import type { KubeObject } from "./types.ts";

/** What a load balancer hands out: an IP address or a host name. */
export type Ingress = string;
export const INGRESS: Ingress = "192.0.2.99";

const GATEWAY = "gateway.networking.k8s.io";
const DEFAULT_IMAGE = "registry.example/istio/ztunnel:1.28.5-solo";
const STATUS_PORT = { name: "status-port", port: 15_021, protocol: "TCP", targetPort: 15_021 };
const CLASSES: readonly unknown[] = ["istio-eastwest", "istio-east-west"];

export const isEastWest = (gatewayClass: unknown): boolean => CLASSES.includes(gatewayClass);

type Labels = Record<string, string>;

/** What Istio makes of an east-west Gateway: ServiceAccount, Service, Deployment and its pod. */
export function childrenOf(
  state: ServerState,
  gateway: KubeObject,
  ingress: Ingress,
): KubeObject[] {
  const { name, namespace, uid } = gateway.metadata;
  const own = (gateway.metadata["labels"] ?? {}) as Labels;
  const spec = gateway["spec"] as { gatewayClassName: string; listeners?: Listener[] };
  const labels: Labels = {
    ...own,
    "gateway.istio.io/managed": "istio.io-eastwest-controller",
    [`${GATEWAY}/gateway-class-name`]: spec.gatewayClassName,
    [`${GATEWAY}/gateway-name`]: name,
  };
  const owner = { apiVersion: gateway.apiVersion, kind: gateway.kind, name, uid, controller: true };
  const metadata = { name, namespace, labels, ownerReferences: [owner] };
  const containers = [
    {
      name: "istio-proxy",
      image: imageIn(state),
      env: [
        { name: "NETWORK", value: own["topology.istio.io/network"] ?? "" },
        { name: "ISTIO_META_CLUSTER_ID", value: own["topology.istio.io/cluster"] ?? "" },
      ],
    },
  ];
  const selector = { [`${GATEWAY}/gateway-name`]: name };
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      ...service(spec.listeners ?? [], selector, ingress),
    },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: {
        replicas: 1,
        selector: { matchLabels: selector },
        template: { metadata: { labels }, spec: { containers } },
      },
      status: deploymentStatus(),
    },
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        ...metadata,
        name: `${name}-7c9f8d6b5-x2k4p`,
        labels: { ...labels, "service.istio.io/canonical-name": name },
      },
      spec: { nodeName: "node-1", containers },
      status: podStatus(containers),
    },
  ];
}

interface Listener {
  name: string;
  port: number;
}

function service(listeners: readonly Listener[], selector: object, ingress: Ingress): object {
  const ports = listeners.map(({ name, port }) => ({
    name,
    port,
    protocol: "TCP",
    targetPort: port,
  }));
  const isIp = /^[\d.]+$|:/.test(ingress);
  return {
    spec: {
      type: "LoadBalancer",
      clusterIP: "10.96.200.7",
      selector,
      ports: [STATUS_PORT, ...ports],
    },
    status: { loadBalancer: { ingress: [isIp ? { ip: ingress } : { hostname: ingress }] } },
  };
}

const isTrue = (type: string) => ({ type, status: "True" });

const deploymentStatus = (): object => ({
  replicas: 1,
  updatedReplicas: 1,
  readyReplicas: 1,
  availableReplicas: 1,
  conditions: [isTrue("Available")],
});

function podStatus(containers: readonly { name: string; image: string }[]): object {
  return {
    phase: "Running",
    podIP: "10.244.0.99",
    conditions: ["PodScheduled", "Initialized", "ContainersReady", "Ready"].map(isTrue),
    containerStatuses: containers.map(({ name, image }) => ({
      name,
      image,
      ready: true,
      started: true,
      restartCount: 0,
      state: { running: { startedAt: timestamp(new Date()) } },
    })),
  };
}

/** The east-west proxy of the version that the cluster's own ztunnel runs. */
function imageIn({ store, registry }: ServerState): string {
  const daemonSets = registry.find("apps", "v1", "daemonsets");
  const ztunnel = (daemonSets ? store.list(daemonSets) : []).find(
    ({ metadata }) => metadata.name === "ztunnel",
  );
  const template = (ztunnel?.["spec"] as Workload | undefined)?.template;
  return template?.spec?.containers?.[0]?.image ?? DEFAULT_IMAGE;
}

interface Workload {
  template?: { spec?: { containers?: { image?: string }[] } };
}
