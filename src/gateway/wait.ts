import { defined } from "../lib/defined.ts";
import { type Conditioned, conditionOf, isTrue, unmetLinkConditions } from "../mesh/conditions.ts";
import { PROGRAMMED } from "../mesh/names.ts";
import { array, at } from "../lib/json.ts";
import { generationOf, observedConditionsOf } from "../facts/objects.ts";
import type { WritableCluster } from "../model/cluster.ts";
import type { RawObject } from "../model/reader.ts";
import { RESOURCES } from "../model/resource.ts";

const GATEWAYS = RESOURCES.gateways;
/** How long between two looks where watching is not allowed or has ended, ms. */
const POLL_INTERVAL = 2000;
/** How long until it is asked again whether istiod runs, where it does not, ms. */
const ISTIOD_INTERVAL = 5000;
/** A watch that says nothing may have died unnoticed: look again after that, ms. */
const LONGEST_WATCH = 15_000;

export interface Awaited {
  writer: WritableCluster;
  namespace: string;
  names: readonly string[];
  /** Whether an istiod of the cluster runs; undefined where it cannot be told. Asked again and again. */
  runs: () => Promise<boolean | undefined>;
}

/** A Gateway as it was read, as conditions are judged. */
function conditioned(object: RawObject | undefined, runs: boolean | undefined): Conditioned {
  const conditions = observedConditionsOf(object);
  return {
    conditions: new Map(conditions.map((condition) => [condition.type, condition])),
    ...defined({ generation: generationOf(object), controllerRuns: runs }),
  };
}

/** What a Gateway is waited for to become. */
export interface Goal {
  /** In a word. */
  state: string;
  /** Types of the conditions that are not as they must be. */
  unmet: (gateway: Conditioned) => readonly string[];
  /** It must have an address, too. */
  address: boolean;
}

/** Programmed, with an address. */
export const EXPOSED: Goal = {
  state: "programmed",
  unmet: (gateway) => (isTrue(gateway, PROGRAMMED) ? [] : [PROGRAMMED]),
  address: true,
};

/** A link that works, as the checks judge it. */
export const LINKED: Goal = { state: "linked", unmet: unmetLinkConditions, address: false };

function hasAddress(object: RawObject): boolean {
  return array(at(object, "status", "addresses")).length > 0;
}

/** @param runs whether an istiod of its cluster runs, without which conditions say nothing */
export function isReached({ unmet, address }: Goal, object: RawObject, runs?: boolean): boolean {
  return unmet(conditioned(object, runs)).length === 0 && (!address || hasAddress(object));
}

/** How a Gateway stands that has not reached its goal, in lines. */
export function standing(goal: Goal, object: RawObject | undefined, runs?: boolean): string[] {
  if (!object) return ["it is not there, or could not be read"];
  if (runs === false) return ["no istiod of its cluster runs, so nobody says how it stands"];
  const gateway = conditioned(object, runs);
  const known = [...gateway.conditions.keys()].flatMap((type) => conditionOf(gateway, type) ?? []);
  const absent = goal.unmet(gateway).filter((type) => !conditionOf(gateway, type));
  return [
    ...known.map(({ type, status, reason, message }) => {
      const why = [reason, message].filter(Boolean).join(": ");
      const fine = isTrue(gateway, type) || why === "";
      return fine ? `${type}: ${status}` : `${type}: ${status} (${why})`;
    }),
    ...absent.map((type) => `${type}: not there: no istiod has reconciled it as it is now`),
    ...(goal.address && !hasAddress(object) ? ["no address"] : []),
  ];
}

/** How far the Gateways have come. */
export interface Waited {
  ready: ReadonlySet<string>;
  /** The last state seen, by name; absent for one that is not there or could not be read. */
  last: ReadonlyMap<string, RawObject>;
  /** Whether an istiod of the cluster ran when it was last asked; absent where it could not be told. */
  runs?: boolean;
}

/**
 * Waits until Gateways of a namespace are as wanted: by watching them, and by looking again where
 * that is not allowed or has ended. Resolves when all are, or when the signal is aborted.
 *
 * @param pause resolves or rejects after so many ms, and as soon as the signal is aborted
 */
export async function waitForGateways(
  { writer, namespace, names, runs }: Awaited,
  goal: Goal,
  signal: AbortSignal,
  pause: (ms: number, signal: AbortSignal) => Promise<void>,
): Promise<Waited> {
  let alive: boolean | undefined;
  const last = new Map<string, RawObject>();
  const ready = new Set<string>();
  const done = new AbortController();
  const either = AbortSignal.any([signal, done.signal]);
  const note = (name: string, object: RawObject | undefined): void => {
    if (object) last.set(name, object);
    else last.delete(name);
  };
  const judge = (): void => {
    for (const name of names) {
      const object = last.get(name);
      if (object && isReached(goal, object, alive)) ready.add(name);
      else ready.delete(name);
    }
    if (names.every((one) => ready.has(one))) done.abort();
  };
  const look = async (name: string): Promise<void> => {
    const found = await writer.get(GATEWAYS, namespace, name);
    if (either.aborted) return;
    if (found.ok) note(name, found.value);
    else if (found.why === "not-found") note(name, undefined);
  };
  const ask = async (): Promise<void> => {
    alive = await runs();
  };
  const [only, ...others] = names;
  const selected = only !== undefined && others.length === 0;
  while (!either.aborted) {
    writer.renew?.();
    await Promise.race([Promise.all([ask(), ...names.map(look)]), untilAborted(either)]);
    if (either.aborted) break;
    judge();
    if (either.aborted) break;
    if (alive === false) {
      // Nobody writes anything that could be watched.
      await pause(ISTIOD_INTERVAL, either).catch(() => undefined);
      continue;
    }
    const watching = AbortSignal.any([either, AbortSignal.timeout(LONGEST_WATCH)]);
    await writer.watch(
      GATEWAYS,
      { namespace, ...(selected ? { fieldSelector: `metadata.name=${only}` } : {}) },
      ({ type, object }) => {
        const name = at(object, "metadata", "name");
        if (typeof name !== "string" || !names.includes(name)) return;
        note(name, type === "DELETED" ? undefined : object);
        judge();
      },
      watching,
    );
    // A watch that was let run its time is taken up again at once.
    if (!watching.aborted) await pause(POLL_INTERVAL, either).catch(() => undefined);
  }
  return { ready, last, ...defined({ runs: alive }) };
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
