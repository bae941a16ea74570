import type { Condition, GatewayClassFact, ObservedCondition } from "../model/facts.ts";
import { defined } from "../lib/defined.ts";
import {
  ACCEPTED,
  PEER_CONNECTED,
  PEER_DATA_PLANE_PROGRAMMED,
  PEERING_SUCCEEDED,
  PROGRAMMED,
} from "./names.ts";
import type { LinkTrouble } from "../model/links.ts";
import { enumerate } from "./wording.ts";

/** An object with conditions, and what tells whether they still hold. */
export interface Conditioned {
  /** By type. */
  conditions: ReadonlyMap<string, ObservedCondition>;
  /** `metadata.generation`; absent where it is not known. */
  generation?: number;
  /** The controller that writes the conditions runs; absent where that is not known. */
  controllerRuns?: boolean;
  /** Of a remote Gateway: what the log of the controller says. */
  logged?: LinkTrouble;
}

/**
 * Whether somebody vouches for a condition: the controller that wrote it runs, and it has seen the
 * object as it is now. Where neither is known nothing speaks against the condition.
 */
export function isVouchedFor(
  { observedGeneration }: { observedGeneration?: number },
  { generation, controllerRuns }: Pick<Conditioned, "generation" | "controllerRuns">,
): boolean {
  const isCurrent =
    generation === undefined ||
    observedGeneration === undefined ||
    observedGeneration === generation;
  return isCurrent && controllerRuns !== false;
}

/** A condition that somebody vouches for; what an earlier state was said of is no condition. */
export function conditionOf(object: Conditioned, type: string): Condition | undefined {
  const condition = object.conditions.get(type);
  return condition && isVouchedFor(condition, object) ? condition : undefined;
}

/** True, in the one spelling that Kubernetes has for it, and vouched for. */
export function isTrue(object: Conditioned, type: string): boolean {
  return conditionOf(object, type)?.status === "True";
}

/** When a condition was last changed, ms since 1970, whoever vouches for it; absent where it is not known. */
export function changedAt({ conditions }: Conditioned, type: string): number | undefined {
  return conditions.get(type)?.changedAt;
}

/** Whether peering has written to the Gateway, whatever it says. */
export function isPeered({ conditions }: Conditioned): boolean {
  return conditions.has(PEER_CONNECTED);
}

/** `Programmed is False (AddressNotAssigned: address pending)`, or that it is absent. */
export function conditionText(object: Conditioned, type: string): string {
  return `${type} is ${stateText(object, type)}`;
}

/** The same of several; what is said of more than one of them stands once. */
export function conditionsText(object: Conditioned, types: readonly string[]): string {
  const said = Map.groupBy(types, (type) => {
    const state = stateText(object, type);
    return state.includes(" (") ? state : `${type} ${state}`;
  });
  return [...said.values()]
    .map((group) => {
      const [first = ""] = group;
      return `${enumerate(group)} ${group.length > 1 ? "are" : "is"} ${stateText(object, first)}`;
    })
    .join("; ");
}

function stateText(object: Conditioned, type: string): string {
  if (!object.conditions.has(type)) return "absent";
  const condition = conditionOf(object, type);
  if (!condition) {
    const why =
      object.controllerRuns === false
        ? "the controller that wrote it does not run"
        : "it was written of an earlier state";
    return `not known: ${why}`;
  }
  const { reason, message } = condition;
  const why = [reason, message].filter((text) => text && text !== type).join(": ");
  return `${statusText(object, type)}${why ? ` (${why})` : ""}`;
}

/** `False`, `empty`, `absent`, `not known`: a condition in a word. */
function statusText(object: Conditioned, type: string): string {
  if (!object.conditions.has(type)) return "absent";
  const condition = conditionOf(object, type);
  return condition ? condition.status || "empty" : "not known";
}

/**
 * No controller has judged the Gateway: the CRD's defaults stand (Unknown, `Waiting for controller`)
 * or there are no conditions.
 */
export function isUnreconciled(gateway: Conditioned): boolean {
  return [ACCEPTED, PROGRAMMED].every((type) => {
    const status = conditionOf(gateway, type)?.status;
    return status !== "True" && status !== "False";
  });
}

/** Conditions that a link must have, in the order in which they come about. */
const LINK: readonly string[] = [ACCEPTED, PROGRAMMED, PEER_CONNECTED, PEERING_SUCCEEDED];
/** All that are known of a link, in that order. */
const LINK_CONDITIONS: readonly string[] = [...LINK, PEER_DATA_PLANE_PROGRAMMED];

/** The conditions of a remote Gateway, those of a link first and in their order. */
export function listedConditions({ conditions }: Conditioned): Condition[] {
  const known = LINK_CONDITIONS.flatMap((type) => conditions.get(type) ?? []);
  const others = [...conditions.values()].filter(({ type }) => !LINK_CONDITIONS.includes(type));
  return [...known, ...others];
}

/**
 * The conditions that keep a remote Gateway from being a working link, in the order in which they
 * come about. One that is absent was written by nobody, and counts, but for the one that older
 * versions don't write.
 */
export function unmetLinkConditions(gateway: Conditioned): string[] {
  const written = gateway.conditions.has(PEER_DATA_PLANE_PROGRAMMED) ? LINK_CONDITIONS : LINK;
  return written.filter((type) => !isTrue(gateway, type));
}

/** What keeps a remote Gateway from being a working link: `PeerConnected is False`. */
export function linkFaults(gateway: Conditioned): string[] {
  return unmetLinkConditions(gateway).map(
    (type) => `${type.slice(type.lastIndexOf("/") + 1)} is ${statusText(gateway, type)}`,
  );
}

const UNTRUSTED = /\btls:|\bx509\b|certificate|unknown authority|handshake/i;
const UNREACHABLE =
  /connection (refused|timed out|timeout|reset)|no route to host|i\/o timeout|deadline exceeded|no such host|network is unreachable/i;

/**
 * Why a link does not come about, as far as its conditions tell by their messages; where they do not,
 * as the log of its istiod tells.
 */
export function linkTrouble(gateway: Conditioned): LinkTrouble | undefined {
  const said = unmetLinkConditions(gateway)
    .map((type) => conditionOf(gateway, type)?.message ?? "")
    .join("\n");
  if (UNTRUSTED.test(said)) return "untrusted";
  return UNREACHABLE.test(said) ? "unreachable" : gateway.logged;
}

/** istiod of the cluster that it is in has taken the Gateway up: what is amiss is further on. */
export function isTakenUp(gateway: Conditioned): boolean {
  return isTrue(gateway, ACCEPTED) && isTrue(gateway, PROGRAMMED);
}

/**
 * Whether the conditions were written by a controller that is known not to run: they may hold still,
 * and nobody would say so if they did not.
 */
export function isAbandoned({ controllerRuns }: Conditioned): boolean {
  return controllerRuns === false;
}

/** The peer answers at the address that the Gateway has. */
export function isConnected(gateway: Conditioned): boolean {
  return isTrue(gateway, PEER_CONNECTED);
}

/** A class as something with conditions. */
function conditionsOfClass({ accepted, generation }: GatewayClassFact): Conditioned {
  return {
    conditions: new Map(accepted ? [[ACCEPTED, accepted]] : []),
    ...defined({ generation }),
  };
}

/** A controller takes up Gateways of the class. */
export function isAccepted(gatewayClass: GatewayClassFact): boolean {
  return isTrue(conditionsOfClass(gatewayClass), ACCEPTED);
}

/** What is wrong with the class of a Gateway, in words; nothing when it is accepted. */
export function classFault(name: string, classes: readonly GatewayClassFact[]): string | undefined {
  const found = classes.find((one) => one.name === name);
  if (!found) return `GatewayClass ${name} does not exist`;
  return isAccepted(found)
    ? undefined
    : `GatewayClass ${name}: ${conditionText(conditionsOfClass(found), ACCEPTED)}`;
}
