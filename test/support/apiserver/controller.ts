import { setTimeout as delay } from "node:timers/promises";
import { isEqual } from "./fields.ts";
import { childrenOf, INGRESS, isEastWest, type Ingress } from "./gateway-children.ts";
import { ownedByUpdate } from "./ownership.ts";
import type { ResourceType } from "./resources.ts";
import type { ServerState } from "./state.ts";
import { timestamp, type Change } from "./store.ts";
import type { ControllerOptions, KubeObject } from "./types.ts";

const GROUP = "gateway.networking.k8s.io";
const NAME_LABEL = `${GROUP}/gateway-name`;
const REMOTE_CLASS = "istio-remote";
const MANAGER = "pilot-discovery";

type Outcome = [type: string, reason: string, message: string];

const ACCEPTED: Outcome = ["Accepted", "Accepted", "Resource accepted"];

const PEERED: Outcome[] = [
  ACCEPTED,
  ["Programmed", "Programmed", "This Gateway is remote; Istio will not program it"],
  ["gloo.solo.io/PeerConnected", "Connected", "Connected to peer"],
  ["gloo.solo.io/PeeringSucceeded", "Synced", "Initial sync completed"],
  [
    "gloo.solo.io/PeerDataPlaneProgrammed",
    "LoadBalancer",
    "Data plane uses LoadBalancer addresses",
  ],
];

const classOf = ({ spec }: KubeObject): unknown =>
  (spec as { gatewayClassName?: unknown } | undefined)?.gatewayClassName;

/**
 * Does with Gateways what Istio would: children and statuses as they come and change, none as they
 * go. Gateways that are there already when it starts are left alone.
 *
 * @returns a function that stops it
 */
export function runController(state: ServerState, options: ControllerOptions): () => void {
  const stopped = new AbortController();
  const { ignore = [] } = options;
  const unsubscribe = state.store.subscribe((change) => {
    const { object, resource } = change;
    if (resource.group !== GROUP || resource.plural !== "gateways") return;
    if (ignore === "all" || ignore.includes(object.metadata.name)) return;
    if (!wantsWork(change)) return;
    void later(options.delayMs ?? 0, stopped.signal, () => {
      if (change.type === "DELETED") gone(state, object, options);
      else reconcile(state, change, options);
    });
  });
  return () => {
    unsubscribe();
    stopped.abort();
  };
}

/** Its own statuses come back as changes: only what was asked for counts. */
function wantsWork({ type, object, previous }: Change): boolean {
  if (type !== "MODIFIED") return true;
  return !isEqual(askedFor(object), askedFor(previous as KubeObject));
}

const askedFor = ({ spec, metadata }: KubeObject): unknown => [
  spec,
  metadata["labels"] ?? {},
  metadata["annotations"] ?? {},
];

async function later(ms: number, signal: AbortSignal, work: () => void): Promise<void> {
  try {
    await delay(ms, undefined, { signal, ref: false });
    work();
  } catch (cause) {
    if (!signal.aborted) throw cause;
  }
}

function reconcile(
  state: ServerState,
  { resource, object: { metadata } }: Change,
  options: ControllerOptions,
): void {
  const gateway = state.store.get(resource, metadata.namespace, metadata.name);
  // Deleted meanwhile: that change has its own turn.
  if (!gateway) return;
  if (isEastWest(classOf(gateway))) {
    const { name, namespace } = gateway.metadata;
    for (const child of childrenOf(state, gateway, options.address ?? INGRESS)) {
      putChild(state, child);
    }
    const ingress = ingressOf(state, namespace, name);
    const service = `${name}.${namespace}.svc.cluster.local:15008`;
    setStatus(
      state,
      gateway,
      [addressOf(ingress)],
      [
        ACCEPTED,
        ["Programmed", "Programmed", `Resource programmed, assigned to service(s) ${service}`],
      ],
    );
  } else if (classOf(gateway) === REMOTE_CLASS) {
    const { addresses = [] } = gateway["spec"] as { addresses?: object[] };
    setStatus(state, gateway, addresses, PEERED);
    options.onPeer?.(gateway, "connected");
  }
}

const addressOf = (ingress: Ingress): object => ({
  type: /^[\d.]+$|:/.test(ingress) ? "IPAddress" : "Hostname",
  value: ingress,
});

function setStatus(
  state: ServerState,
  gateway: KubeObject,
  addresses: object[],
  outcomes: Outcome[],
): void {
  const type = state.registry.ofKind(gateway.apiVersion, gateway.kind);
  if (!type) return;
  const conditions = outcomes.map(([condition, reason, message]) => ({
    type: condition,
    status: "True",
    reason,
    message,
    lastTransitionTime: timestamp(new Date()),
    observedGeneration: gateway.metadata["generation"] ?? 1,
  }));
  const status = { ...(addresses.length > 0 && { addresses }), conditions };
  const { apiVersion } = gateway;
  const writer = { manager: MANAGER, apiVersion, subresource: "status" };
  state.store.put(type, ownedByUpdate(gateway, { ...gateway, status }, type, writer));
}

/** What is there stays as it is, but for the labels that it has from its Gateway. */
function putChild(state: ServerState, child: KubeObject): void {
  const type = state.registry.ofKind(child.apiVersion, child.kind) as ResourceType;
  const { name, namespace } = child.metadata;
  const labels = child.metadata["labels"] as Record<string, unknown>;
  const present =
    state.store.get(type, namespace, name) ??
    (child.kind === "Pod" ? podOf(state, type, namespace, labels) : undefined);
  if (!present) state.store.put(type, child);
  else state.store.put(type, { ...present, metadata: { ...present.metadata, labels } });
}

function podOf(
  state: ServerState,
  type: ResourceType,
  namespace: string | undefined,
  labels: Record<string, unknown>,
): KubeObject | undefined {
  const pods = state.store.list(type, namespace);
  return pods.find((pod) => gatewayNameOf(pod) === labels[NAME_LABEL]);
}

const gatewayNameOf = ({ metadata }: KubeObject): unknown =>
  ((metadata["labels"] ?? {}) as Record<string, unknown>)[NAME_LABEL];

function ingressOf(state: ServerState, namespace: string | undefined, name: string): Ingress {
  const services = state.registry.find("", "v1", "services") as ResourceType;
  const status = state.store.get(services, namespace, name)?.["status"] as
    | ServiceStatus
    | undefined;
  const [first] = status?.loadBalancer?.ingress ?? [];
  return first?.ip ?? first?.hostname ?? "";
}

interface ServiceStatus {
  loadBalancer?: { ingress?: { ip?: string; hostname?: string }[] };
}

/** Removes what carries the Gateway's name: what a recording brought has no owner reference. */
function gone(state: ServerState, gateway: KubeObject, options: ControllerOptions): void {
  if (classOf(gateway) === REMOTE_CLASS) options.onPeer?.(gateway, "gone");
  if (!isEastWest(classOf(gateway))) return;
  const { name, namespace } = gateway.metadata;
  for (const { resource, object } of state.store.all()) {
    if (gatewayNameOf(object) === name && object.metadata.namespace === namespace) {
      state.store.remove(resource, namespace, object.metadata.name);
    }
  }
}
