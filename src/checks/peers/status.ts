import {
  ACCEPTED,
  CLASS_REMOTE,
  PEERING_SUCCEEDED,
  PEER_CONNECTED,
  PORT_HBONE,
  PORT_XDS,
  PROGRAMMED,
} from "../../mesh/names.ts";
import { normalizeAddress } from "../../lib/ip-address.ts";
import { enumerate } from "../../mesh/wording.ts";
import { linkListeners } from "../../mesh/listeners.ts";
import { describeGateway, editGateway } from "../../mesh/commands/gateways.ts";
import { istiodLog } from "../../mesh/commands/istiod.ts";
import { prefersNodePorts } from "../../mesh/data-plane.ts";
import { peerName } from "../../mesh/peers.ts";
import { contextWord, kubectl, mc, UNKNOWN_CONTEXT } from "../../mesh/commands/shell.ts";
import type { ClusterRef } from "../../model/check.ts";
import type { PeerDetail } from "./data.ts";
import type { GatewayClassFact, GatewayFact } from "../../model/facts.ts";
import { fail, objectRef, remedy, step } from "../../model/finding.ts";
import type { Gathered } from "../../model/gathered.ts";
import type { Finding, Remediation } from "../../model/report.ts";
import { istiodRemedy } from "../_shared/gateway-cause.ts";
import {
  classFault,
  conditionOf,
  conditionsText,
  isUnreconciled,
  linkTrouble,
  listedConditions,
  unmetLinkConditions,
} from "../../mesh/conditions.ts";
import { listenerFault } from "../_shared/peer-listeners.ts";

const PORTS = `ports ${PORT_XDS} (xDS) and ${PORT_HBONE} (HBONE)`;

/** Conditions as the details list them. */
export function conditionRows(gateway: GatewayFact): PeerDetail["conditions"] {
  return listedConditions(gateway).map(({ type, status }) => ({ type, status }));
}

/** What a remote Gateway is judged by beside itself. */
interface Around {
  classes: Gathered<readonly GatewayClassFact[]>;
  /** The addresses of the cluster that it is in, normalised. */
  itself: ReadonlySet<string>;
}

/** The faults of a remote Gateway of another cluster; none when it is connected. */
export function judgePeer(
  gateway: GatewayFact,
  { classes, itself }: Around,
  cluster: ClusterRef,
): Finding[] {
  return [...specFaults(gateway, itself, cluster), ...conditionFaults(gateway, classes, cluster)];
}

/** All its addresses are those of the cluster that it is in. */
export function leadsBack({ addresses }: GatewayFact, itself: ReadonlySet<string>): boolean {
  return (
    addresses.length > 0 && addresses.every(({ value }) => itself.has(normalizeAddress(value)))
  );
}

function specFaults(
  gateway: GatewayFact,
  itself: ReadonlySet<string>,
  cluster: ClusterRef,
): Finding[] {
  const { namespace, name } = gateway;
  const object = objectRef("Gateway", gateway);
  const faults: Finding[] = [];
  const add = (fault: string, summary: string, command: string): void => {
    const remediation = remedy(`${summary} A peer is reached on ${PORTS}.`, command);
    faults.push(fail(`${namespace}/${name}: ${fault}`, { object, remediation }));
  };
  if (gateway.addresses.length === 0) {
    add(
      `no address of ${peerName(gateway)} in spec.addresses`,
      "Add the address of the peer's east-west gateway to spec.addresses, or link the clusters again.",
      editGateway(cluster, gateway),
    );
  }
  if (leadsBack(gateway, itself)) {
    const addresses = enumerate(gateway.addresses.map(({ value }) => value));
    add(
      `address ${addresses} in spec.addresses is this cluster's own, not that of ${peerName(gateway)}`,
      "Give spec.addresses the address of the peer's east-west gateway, or link the clusters again.",
      editGateway(cluster, gateway),
    );
  }
  // The control plane's first: without it there is no link at all.
  for (const wanted of linkListeners(prefersNodePorts(gateway)).toReversed()) {
    const found = listenerFault(gateway, wanted, cluster);
    if (found) add(found.fault, found.summary, found.command);
  }
  return faults;
}

function conditionFaults(
  gateway: GatewayFact,
  classes: Gathered<readonly GatewayClassFact[]>,
  cluster: ClusterRef,
): Finding[] {
  const broken = unmetLinkConditions(gateway);
  if (broken.length === 0) return [];
  const subject = `${gateway.namespace}/${gateway.name} (peer ${peerName(gateway)})`;
  const { why, remediation } = cause(gateway, broken, classes, cluster);
  const said = conditionsText(gateway, broken);
  const object = objectRef("Gateway", gateway);
  return [fail(`${subject}: ${why}: ${said}`, { object, remediation })];
}

/** The first of the broken conditions, as they come about, tells how far the link got. */
function cause(
  gateway: GatewayFact,
  broken: readonly string[],
  classes: Gathered<readonly GatewayClassFact[]>,
  cluster: ClusterRef,
): { why: string; remediation: Remediation } {
  const { namespace } = gateway;
  const absent = (type: string): boolean => !conditionOf(gateway, type);
  const look = lookCommands(gateway, cluster);
  if (isUnreconciled(gateway) && absent(PEER_CONNECTED) && absent(PEERING_SUCCEEDED)) {
    const fault = classes.ok ? classFault(CLASS_REMOTE, classes.value) : undefined;
    const { summary, commands } = istiodRemedy(CLASS_REMOTE, cluster);
    return {
      why: `nobody reconciled it${fault ? `, ${fault}` : ""}`,
      remediation: remedy(`${summary} Then the peer is reached on ${PORTS}.`, ...commands),
    };
  }
  const [first] = broken;
  if (first === ACCEPTED || first === PROGRAMMED) {
    return {
      why: "istiod does not take it up",
      remediation: remedy(
        `Correct what the condition says. The peer is reached on ${PORTS}.`,
        ...look,
      ),
    };
  }
  if (first === PEER_CONNECTED && absent(PEER_CONNECTED)) {
    return {
      why: "istiod does not peer with it",
      remediation: remedy(
        `Run an istiod of Solo's distribution with ENABLE_PEERING_DISCOVERY=true and a license for multicluster; it reaches the peer on ${PORTS}.`,
        ...look,
      ),
    };
  }
  if (first === PEER_CONNECTED && linkTrouble(gateway) === "untrusted") {
    return {
      why: "not connected, as a certificate is not trusted",
      remediation: step(
        `Let both clusters trust each other's roots: the Intermediate Certs Compatibility Check of both says what to change. The peer answers on ${PORTS}.`,
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
      [PORT_XDS, PORT_HBONE].map((port) => probe(value, port, cluster)),
    );
    return {
      why: "not connected",
      remediation: remedy(
        `Open ${PORTS} of the peer's east-west gateway to this cluster, and check that its address is the one in spec.addresses.`,
        ...probes,
        ...look,
      ),
    };
  }
  if (first === PEERING_SUCCEEDED) {
    return {
      why: "connected, but not in sync",
      remediation: remedy(
        `Find in istiod's log why the exchange with the peer fails (certificates, license, trust domain); it takes ${PORTS}.`,
        ...look,
      ),
    };
  }
  return {
    why: "in sync, but traffic has no way there",
    remediation: remedy(
      `Correct the data plane of the link: ${PORTS}, or with NodePort the node addresses of the peer.`,
      kubectl(cluster, "-n", namespace, "get", "workloadentries"),
      ...look,
    ),
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
