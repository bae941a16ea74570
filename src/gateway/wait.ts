import { array, at, string } from "../lib/json.ts";
import type { WritableCluster } from "../model/cluster.ts";
import type { RawObject } from "../model/reader.ts";
import { RESOURCES } from "../model/resource.ts";

const GATEWAYS = RESOURCES.gateways;
/** Where watching is not allowed, how long between two looks, ms. */
const POLL_INTERVAL = 2000;

export interface Awaited {
  writer: WritableCluster;
  namespace: string;
  name: string;
}

/** Conditions of a Gateway by type. */
export function conditionsOf(object: RawObject | undefined): Map<string, string> {
  return new Map(
    array(at(object, "status", "conditions")).flatMap((condition) => {
      const type = string(at(condition, "type"));
      return type ? [[type, string(at(condition, "status")) ?? "Unknown"] as const] : [];
    }),
  );
}

/** Programmed, with an address. */
export function isExposed(object: RawObject): boolean {
  return (
    conditionsOf(object).get("Programmed") === "True" &&
    array(at(object, "status", "addresses")).length > 0
  );
}

/** Connected, and everything synced once. */
export function isLinked(object: RawObject): boolean {
  const conditions = conditionsOf(object);
  return (
    conditions.get("gloo.solo.io/PeerConnected") === "True" &&
    conditions.get("gloo.solo.io/PeeringSucceeded") === "True"
  );
}

/**
 * Waits until a Gateway is as wanted: by watching it, and by looking again where that is not
 * allowed or has ended. Resolves with its last state and whether it got there before the signal.
 *
 * @param pause rejects when the signal is aborted
 */
export async function waitForGateway(
  { writer, namespace, name }: Awaited,
  ready: (object: RawObject) => boolean,
  signal: AbortSignal,
  pause: (ms: number, signal: AbortSignal) => Promise<void>,
): Promise<{ ready: boolean; last?: RawObject }> {
  let last: RawObject | undefined;
  const found = new AbortController();
  const either = AbortSignal.any([signal, found.signal]);
  const see = (object: RawObject): void => {
    last = object;
    if (ready(object)) found.abort();
  };
  const outcome = (): { ready: boolean; last?: RawObject } => ({
    ready: found.signal.aborted,
    ...(last ? { last } : {}),
  });
  while (!either.aborted) {
    writer.renew?.();
    const present = await writer.get(GATEWAYS, namespace, name);
    if (present.ok) see(present.value);
    if (either.aborted) break;
    const watched = await writer.watch(
      GATEWAYS,
      { namespace, fieldSelector: `metadata.name=${name}` },
      ({ type, object }) => {
        if (type !== "DELETED") see(object);
      },
      either,
    );
    if (!watched.ok && !either.aborted) await pause(POLL_INTERVAL, either).catch(() => undefined);
  }
  return outcome();
}
