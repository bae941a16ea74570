import {
  ACCEPTED,
  CLASS_REMOTE,
  PEER_CONNECTED,
  PEER_DATA_PLANE_PROGRAMMED,
  PEERING_SUCCEEDED,
  PROGRAMMED,
} from "../../mesh/names.ts";
import {
  HBONE_LISTENER,
  type Listener,
  linkListeners,
  portOf,
  XDS_LISTENER,
} from "../../mesh/listeners.ts";
import { describeGateway, editGateway, showGateway } from "../../mesh/commands/gateways.ts";
import { istiodLog } from "../../mesh/commands/istiod.ts";
import { prefersNodePorts } from "../../mesh/data-plane.ts";
import { peerName } from "../../mesh/peers.ts";
import { contextWord, kubectl, mc, UNKNOWN_CONTEXT } from "../../mesh/commands/shell.ts";
import { deletionText } from "../../mesh/deletion.ts";
import { enumerate, qualified } from "../../mesh/wording.ts";
import { awaitsName } from "../../mesh/addresses.ts";
import { normalizeAddress } from "../../lib/ip-address.ts";
import type { ClusterRef } from "../../model/check.ts";
import type { PeerDetail } from "./data.ts";
import type { GatewayClassFact, GatewayFact } from "../../model/facts.ts";
import { error, fail, info, objectRef, remedy, step, warn } from "../../model/finding.ts";
import type { Gathered } from "../../model/gathered.ts";
import type { Finding, Remediation } from "../../model/report.ts";
import { NOBODY_VOUCHES, noIstiodRuns } from "../_shared/no-istiod.ts";
import { istiodRemedy } from "../_shared/gateway-cause.ts";
import {
  classFault,
  conditionOf,
  conditionsText,
  isAbandoned,
  isTrue,
  isUnreconciled,
  linkTrouble,
  listedConditions,
  unmetLinkConditions,
} from "../../mesh/conditions.ts";
import { noWayThere } from "./no-way-there.ts";
import { listenerFault } from "../_shared/peer-listeners.ts";

/** The ports of a peer, those of the Gateway where it has others than the usual ones. */
function portsOf(gateway: Pick<GatewayFact, "listeners">): string {
  return `ports ${portOf(gateway, XDS_LISTENER)} (xDS) and ${portOf(gateway, HBONE_LISTENER)} (HBONE)`;
}

const USUAL_PORTS = portsOf({ listeners: [] });

/** Conditions as the details list them. */
export function conditionRows(gateway: GatewayFact): PeerDetail["conditions"] {
  return listedConditions(gateway).map(({ type, status }) => ({ type, status }));
}

/** What a remote Gateway is judged by, besides itself. */
interface PeerSurroundings {
  classes: Gathered<readonly GatewayClassFact[]>;
  /** All remote Gateways of the cluster. */
  remote: readonly GatewayFact[];
  /** The addresses of the cluster that it is in, normalised. */
  itself: ReadonlySet<string>;
}

/** What to say of a remote Gateway of another cluster; nothing when it is connected as usual. */
export function judgePeer(
  gateway: GatewayFact,
  { classes, remote, itself }: PeerSurroundings,
  cluster: ClusterRef,
): Finding[] {
  return [
    ...deletionFindings(gateway, cluster),
    ...addressFaults(gateway, itself, cluster),
    ...listenerFindings(gateway, remote, cluster),
    ...conditionFaults(gateway, classes, cluster),
  ];
}

function deletionFindings(gateway: GatewayFact, cluster: ClusterRef): Finding[] {
  const { deletion } = gateway;
  if (!deletion) return [];
  return [
    warn(
      `${qualified(gateway)} ${deletionText(deletion)}: the link to ${peerName(gateway)} ends with it`,
      {
        object: objectRef("Gateway", gateway),
        remediation: remedy(
          "Let those who hold it finish; where the link is wanted, make it again when the Gateway is gone.",
          showGateway(cluster, gateway),
        ),
      },
    ),
  ];
}

/** All its addresses are those of the cluster that it is in. */
export function leadsBack({ addresses }: GatewayFact, itself: ReadonlySet<string>): boolean {
  return (
    addresses.length > 0 && addresses.every(({ value }) => itself.has(normalizeAddress(value)))
  );
}

function addressFaults(
  gateway: GatewayFact,
  itself: ReadonlySet<string>,
  cluster: ClusterRef,
): Finding[] {
  const isBack = leadsBack(gateway, itself);
  if (gateway.addresses.length > 0 && !isBack) return [];
  const addresses = enumerate(gateway.addresses.map(({ value }) => value));
  const wrong = isBack
    ? `address ${addresses} in spec.addresses is this cluster's own, not that of ${peerName(gateway)}`
    : `no address of ${peerName(gateway)} in spec.addresses`;
  return [
    fail(`${qualified(gateway)}: ${wrong}`, {
      object: objectRef("Gateway", gateway),
      remediation: remedy(
        `Give spec.addresses the address of the peer's east-west gateway, or link the clusters again. A peer is reached on ${USUAL_PORTS}.`,
        editGateway(cluster, gateway),
      ),
    }),
  ];
}

function listenerFindings(
  gateway: GatewayFact,
  remote: readonly GatewayFact[],
  cluster: ClusterRef,
): Finding[] {
  const object = objectRef("Gateway", gateway);
  const sharesAddress = (): boolean =>
    remote.some((other) => other !== gateway && haveOneAddress(gateway, other));
  // The control plane's first: without it there is no link at all.
  const wanted = linkListeners(prefersNodePorts(gateway)).toReversed();
  return wanted.flatMap((listener) => {
    const found = listenerFault(gateway, listener, cluster);
    if (!found) return [];
    const message = `${qualified(gateway)}: ${found.fault}`;
    if (isProven(gateway, listener)) {
      return [info(`${message}; the peer is connected all the same`, { object })];
    }
    if (found.elsewhere && sharesAddress()) {
      const why =
        "another remote gateway has the same address, so that ports tell their peers apart";
      return [info(`${message}; ${why}`, { object })];
    }
    const remediation = remedy(
      `${found.summary} A peer is reached on ${USUAL_PORTS}.`,
      found.command,
    );
    return [fail(message, { object, remediation })];
  });
}

/**
 * The link works, which proves the listener that it takes. Older versions do not say whether traffic
 * has a way; then it takes at least some listener for it.
 */
function isProven(gateway: GatewayFact, { protocol }: Listener): boolean {
  return (
    unmetLinkConditions(gateway).length === 0 &&
    (protocol === XDS_LISTENER.protocol ||
      isTrue(gateway, PEER_DATA_PLANE_PROGRAMMED) ||
      gateway.listeners.some((listener) => listener.protocol === protocol))
  );
}

function haveOneAddress(one: GatewayFact, other: GatewayFact): boolean {
  const addresses = new Set(one.addresses.map(({ value }) => normalizeAddress(value)));
  return other.addresses.some(({ value }) => addresses.has(normalizeAddress(value)));
}

function conditionFaults(
  gateway: GatewayFact,
  classes: Gathered<readonly GatewayClassFact[]>,
  cluster: ClusterRef,
): Finding[] {
  if (isAbandoned(gateway)) return [abandoned(gateway, cluster)];
  const broken = unmetLinkConditions(gateway);
  if (broken.length === 0) return [];
  const subject = `${gateway.namespace}/${gateway.name} (peer ${peerName(gateway)})`;
  const { why, remediation } = cause(gateway, broken, classes, cluster);
  const message = `${subject}: ${why}: ${conditionsText(gateway, broken)}`;
  const object = objectRef("Gateway", gateway);
  if (awaitsName(gateway, cluster.now)) {
    return [warn(`${message}; DNS may not know its address yet`, { object, remediation })];
  }
  return [fail(message, { object, remediation })];
}

/** The conditions may hold or not: nobody would have written that they do not. */
function abandoned(gateway: GatewayFact, cluster: ClusterRef): Finding {
  const subject = `${gateway.namespace}/${gateway.name} (peer ${peerName(gateway)})`;
  return error(`${subject}: not known whether it is connected: ${NOBODY_VOUCHES}`, {
    object: objectRef("Gateway", gateway),
    ...noIstiodRuns(cluster),
  });
}

/** The first of the broken conditions, as they come about, tells how far the link got. */
function cause(
  gateway: GatewayFact,
  broken: readonly string[],
  classes: Gathered<readonly GatewayClassFact[]>,
  cluster: ClusterRef,
): { why: string; remediation: Remediation } {
  const ports = portsOf(gateway);
  const absent = (type: string): boolean => !conditionOf(gateway, type);
  const look = lookCommands(gateway, cluster);
  if (isUnreconciled(gateway) && absent(PEER_CONNECTED) && absent(PEERING_SUCCEEDED)) {
    const fault = classes.ok ? classFault(CLASS_REMOTE, classes.value) : undefined;
    const { summary, commands } = istiodRemedy(CLASS_REMOTE, cluster);
    return {
      why: `nobody reconciled it${fault ? `, ${fault}` : ""}`,
      remediation: remedy(`${summary} Then the peer is reached on ${ports}.`, ...commands),
    };
  }
  const [first] = broken;
  if (first === ACCEPTED || first === PROGRAMMED) {
    return {
      why: "istiod does not take it up",
      remediation: remedy(
        `Correct what the condition says. The peer is reached on ${ports}.`,
        ...look,
      ),
    };
  }
  if (first === PEER_CONNECTED && absent(PEER_CONNECTED)) {
    return {
      why: "istiod does not peer with it",
      remediation: remedy(
        `Run an istiod of Solo's distribution with ENABLE_PEERING_DISCOVERY=true and a license for multicluster; it reaches the peer on ${ports}.`,
        ...look,
      ),
    };
  }
  if (first === PEER_CONNECTED && linkTrouble(gateway) === "untrusted") {
    return {
      why: "not connected, as a certificate is not trusted",
      remediation: step(
        `Let both clusters trust each other's roots: the Intermediate Certs Compatibility Check of both says what to change. The peer answers on ${ports}.`,
        mc(
          cluster,
          `check --contexts ${contextWord(cluster)},${UNKNOWN_CONTEXT} --check certs,peer-addresses`,
        ),
        ...look,
      ),
    };
  }
  if (first === PEER_CONNECTED) {
    const probes = gateway.addresses.flatMap(({ value }) =>
      [XDS_LISTENER, HBONE_LISTENER].map((listener) =>
        probe(value, portOf(gateway, listener), cluster),
      ),
    );
    return {
      why: "not connected",
      remediation: remedy(
        `Open ${ports} of the peer's east-west gateway to this cluster, and check that its address is the one in spec.addresses.`,
        ...probes,
        ...look,
      ),
    };
  }
  if (first === PEERING_SUCCEEDED) {
    return {
      why: "connected, but not in sync",
      remediation: remedy(
        `Find in istiod's log why the exchange with the peer fails (certificates, license, trust domain); it takes ${ports}.`,
        ...look,
      ),
    };
  }
  return {
    why: "in sync, but traffic has no way there",
    remediation: noWayThere(gateway, { ports, look }, cluster),
  };
}

function lookCommands(gateway: GatewayFact, cluster: ClusterRef): string[] {
  return [describeGateway(cluster, gateway), istiodLog(cluster)];
}

/** Asks from within the cluster whether a port of the peer answers. */
function probe(address: string, port: number, cluster: ClusterRef): string {
  const pod = ["run", `mc-probe-${port}`, "--rm", "-i", "--restart=Never", "--image=busybox"];
  const command = ["nc", "-zv", "-w", "5", address, String(port)];
  return kubectl(cluster, "-n", cluster.istioNamespace, ...pod, "--", ...command);
}
