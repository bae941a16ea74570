import { defined } from "../lib/defined.ts";
import { array, at, number, property, string, time } from "../lib/json.ts";
import { conditionsOf, isMap } from "./objects.ts";

/** What `kubectl get pods` prints of a pod. */
export interface PrintedStatus {
  /** STATUS. */
  status: string;
  /** READY. */
  ready: number;
  total: number;
  /** RESTARTS. */
  restarts: number;
  /** When the last of the restarted containers ended, ms since the epoch. */
  restartedAt?: number;
}

/** The number of a container status, 0 when it says none. */
const count = (value: unknown): number => number(value) ?? 0;

/** How a container that ended did so: its reason, else the signal, else the exit code. */
export function ending(terminated: unknown): string {
  const reason = string(property(terminated, "reason"));
  if (reason !== undefined) return reason;
  const signal = count(property(terminated, "signal"));
  return signal === 0 ? `ExitCode:${count(property(terminated, "exitCode"))}` : `Signal:${signal}`;
}

/** Restarts of containers, and when the last one ended. */
function tally(statuses: readonly unknown[]): { restarts: number; restartedAt?: number } {
  let restarts = 0;
  let restartedAt: number | undefined;
  for (const status of statuses) {
    restarts += Math.max(0, Math.trunc(count(property(status, "restartCount"))));
    const end = time(at(status, "lastState", "terminated", "finishedAt"));
    if (end !== undefined && end > (restartedAt ?? -Infinity)) restartedAt = end;
  }
  return { restarts, ...defined({ restartedAt }) };
}

interface Initialization {
  /** Set while an init container has not finished or not started: STATUS without its `Init:`. */
  pending?: string;
  /** Statuses up to the one that holds the pod up. */
  seen: unknown[];
  /** Of these, those of sidecars: init containers that keep running. */
  sidecars: unknown[];
  readySidecars: number;
}

function endedWell(status: unknown): boolean {
  const terminated = at(status, "state", "terminated");
  return isMap(terminated) && count(property(terminated, "exitCode")) === 0;
}

/** What holds the pod up at this init container; nothing when it is through. */
function pendingOf(status: unknown, isSidecar: boolean): string | undefined {
  if (endedWell(status)) return undefined;
  if (isSidecar && property(status, "started") === true) return undefined;
  const terminated = at(status, "state", "terminated");
  if (isMap(terminated)) return ending(terminated);
  const waiting = string(at(status, "state", "waiting", "reason"));
  return waiting === undefined || waiting === "PodInitializing" ? "" : waiting;
}

function initialization(
  statuses: readonly unknown[],
  sidecarNames: ReadonlySet<string>,
  total: number,
): Initialization {
  const result: Initialization = { seen: [], sidecars: [], readySidecars: 0 };
  for (const [index, status] of statuses.entries()) {
    const isSidecar = sidecarNames.has(string(property(status, "name")) ?? "");
    result.seen.push(status);
    if (isSidecar) result.sidecars.push(status);
    const pending = pendingOf(status, isSidecar);
    if (pending !== undefined) return { ...result, pending: pending || `${index}/${total}` };
    const ready = isSidecar && property(status, "ready") === true && !endedWell(status);
    if (ready) result.readySidecars += 1;
  }
  return result;
}

/** STATUS by the main containers: the first in their order that is not simply running names it. */
function mainStatus(statuses: readonly unknown[], before: string): string {
  for (const status of statuses) {
    const waiting = string(at(status, "state", "waiting", "reason"));
    if (waiting !== undefined) return waiting;
    const terminated = at(status, "state", "terminated");
    if (isMap(terminated)) return ending(terminated);
  }
  return before;
}

function isReady(status: unknown): boolean {
  const waiting = string(at(status, "state", "waiting", "reason"));
  return (
    waiting === undefined &&
    !isMap(at(status, "state", "terminated")) &&
    isMap(at(status, "state", "running")) &&
    property(status, "ready") === true
  );
}

/** READY, STATUS and RESTARTS of a pod, as kubectl's server-side printer makes them. */
export function printedStatus(pod: unknown): PrintedStatus {
  const [spec, status] = [property(pod, "spec"), property(pod, "status")];
  const conditions = conditionsOf(pod);
  const isTrue = (type: string): boolean =>
    conditions.some((one) => one.type === type && one.status === "True");
  const phase = string(property(status, "phase")) ?? "";
  const statusReason = string(property(status, "reason"));
  const gated = conditions.some(
    ({ type, reason }) => type === "PodScheduled" && reason === "SchedulingGated",
  );
  const initContainers = array(property(spec, "initContainers"));
  const sidecars = initContainers.filter(
    (container) => string(property(container, "restartPolicy")) === "Always",
  );
  const sidecarNames = new Set(sidecars.map((one) => string(property(one, "name")) ?? ""));
  const main = array(property(status, "containerStatuses"));
  const init = initialization(
    array(property(status, "initContainerStatuses")),
    sidecarNames,
    initContainers.length,
  );

  let text = gated ? "SchedulingGated" : (statusReason ?? phase);
  let ready = init.readySidecars;
  let restarts = tally(init.seen);
  if (init.pending !== undefined) text = `Init:${init.pending}`;
  if (init.pending === undefined || isTrue("Initialized")) {
    const readyMain = main.filter(isReady).length;
    text = mainStatus(main, text);
    ready += readyMain;
    restarts = tally([...init.sidecars, ...main]);
    if (text === "Completed" && readyMain > 0) text = isTrue("Ready") ? "Running" : "NotReady";
  }
  if (string(at(pod, "metadata", "deletionTimestamp")) !== undefined) {
    if (statusReason === "NodeLost") text = "Unknown";
    else if (phase !== "Succeeded" && phase !== "Failed") text = "Terminating";
  }
  return {
    status: text || "Unknown",
    ready,
    total: array(property(spec, "containers")).length + sidecars.length,
    ...restarts,
  };
}

/** Whether Services count the pod among their endpoints: it is Ready, and not being deleted. */
export function getsTraffic(pod: unknown): boolean {
  const ready = conditionsOf(pod).find(({ type }) => type === "Ready");
  return ready?.status === "True" && string(at(pod, "metadata", "deletionTimestamp")) === undefined;
}
