import { array, at, string } from "../../lib/json.ts";
import { oneLine } from "../../lib/sanitize.ts";
import { podWhy } from "../../facts/pod-why.ts";
import type { WritableCluster } from "../../model/cluster.ts";
import type { RawObject } from "../../model/reader.ts";
import { RESOURCES } from "../../model/resource.ts";
import { PROBE_CONTAINER, PROBE_SELECTOR } from "./manifest.ts";

/** How a run lets time pass. */
export interface PodClock {
  now(): number;
  pause(ms: number, signal: AbortSignal): Promise<void>;
}

export interface RunOptions {
  clock: PodClock;
  signal: AbortSignal;
  /** How long to wait for the Pod to come to its end, ms. */
  waitMs: number;
  /** Leave the Pod where it is. */
  keep: boolean;
  /** Called where the Pod is still there in the end, also when the wait was interrupted. */
  onLeft: () => void;
}

/** How a Pod ended, and whether it is gone. */
export interface PodOutcome {
  /** Its termination message. */
  message?: string;
  problem?: string;
  /** It is still there. */
  left?: true;
}

/** Between two looks at the Pod, ms. */
const INTERVAL = 1000;

/** Reasons for which a container does not start, however long it is waited for. */
const HOPELESS: ReadonlySet<string> = new Set([
  "ErrImagePull",
  "ImagePullBackOff",
  "InvalidImageName",
  "ErrImageNeverPull",
  "CreateContainerConfigError",
  "CreateContainerError",
  "RunContainerError",
]);

/** What a look at the Pod tells; nothing while it is to be waited for. */
export function endOf(pod: RawObject): Pick<PodOutcome, "message" | "problem"> | undefined {
  const statuses = array(at(pod, "status", "containerStatuses"));
  const status = statuses.find((one) => at(one, "name") === PROBE_CONTAINER);
  const message = string(at(status, "state", "terminated", "message"));
  if (message) return { message };
  const isOver = at(status, "state", "terminated") !== undefined;
  const phase = string(at(pod, "status", "phase"));
  const isHopeless = HOPELESS.has(string(at(status, "state", "waiting", "reason")) ?? "");
  if (!isOver && !isHopeless && phase !== "Failed" && phase !== "Succeeded") return undefined;
  return { problem: `the Pod tried nothing: ${podWhy(pod) ?? "it ended without a word"}` };
}

async function waitFor(
  cluster: WritableCluster,
  { namespace, name }: { namespace: string; name: string },
  { clock, signal, waitMs }: RunOptions,
): Promise<Pick<PodOutcome, "message" | "problem">> {
  const end = clock.now() + waitMs;
  let last: RawObject = {};
  for (;;) {
    await clock.pause(INTERVAL, signal);
    cluster.renew?.();
    const pod = await cluster.get(RESOURCES.pods, namespace, name);
    if (!pod.ok) return { problem: `the Pod cannot be looked at: ${pod.detail}` };
    const found = endOf(pod.value);
    if (found) return found;
    last = pod.value;
    if (clock.now() >= end) {
      return { problem: `the Pod has not come to its end: ${podWhy(last) ?? "it still runs"}` };
    }
  }
}

async function remove(cluster: WritableCluster, namespace: string, name: string): Promise<boolean> {
  cluster.renew?.();
  const gone = await cluster.delete(RESOURCES.pods, namespace, name);
  return gone.ok || gone.why === "not-found";
}

/**
 * Makes the Pod, waits for what it says, and deletes it whatever happens, an interruption included.
 *
 * @throws what the clock's pause throws at an interruption, with the Pod deleted
 */
export async function runPod(
  cluster: WritableCluster,
  manifest: RawObject,
  where: { namespace: string; name: string },
  options: RunOptions,
): Promise<PodOutcome> {
  const { namespace, name } = where;
  const outcome: PodOutcome = {};
  cluster.renew?.();
  try {
    const made = await cluster.apply(RESOURCES.pods, manifest);
    Object.assign(
      outcome,
      made.ok
        ? await waitFor(cluster, where, options)
        : { problem: `the Pod cannot be made: ${oneLine(made.detail)}` },
    );
  } finally {
    if (options.keep || !(await remove(cluster, namespace, name))) {
      outcome.left = true;
      options.onLeft();
    }
  }
  return outcome;
}

/**
 * Deletes Pods of runs before that were left there: those that ended, and those past their deadline.
 *
 * @param now ms since the epoch
 * @returns their names
 */
export async function sweep(
  cluster: WritableCluster,
  namespace: string,
  now: number,
): Promise<string[]> {
  const found = await cluster.list(RESOURCES.pods, { namespace, labelSelector: PROBE_SELECTOR });
  if (!found.ok) return [];
  const old = found.value.flatMap((pod) => {
    const name = string(at(pod, "metadata", "name"));
    const phase = string(at(pod, "status", "phase"));
    const made = Date.parse(string(at(pod, "metadata", "creationTimestamp")) ?? "");
    const deadline = Number(at(pod, "spec", "activeDeadlineSeconds")) * 1000;
    const isOver = phase === "Succeeded" || phase === "Failed" || now > made + deadline;
    return name !== undefined && isOver ? [name] : [];
  });
  const gone = await Promise.all(
    old.map(async (name) => ((await remove(cluster, namespace, name)) ? [name] : [])),
  );
  return gone.flat();
}
