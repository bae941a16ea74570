import { array, at, number, property, string } from "../lib/json.ts";
import { oneLine } from "../lib/sanitize.ts";
import type { Condition } from "../model/facts.ts";
import { conditionsOf, isMap } from "./objects.ts";
import { ending } from "./pod-status.ts";

const LONGEST = 300;

/** Reasons to wait that a pod passes through when all is well. */
const STARTING: ReadonlySet<string> = new Set(["PodInitializing", "ContainerCreating"]);

function words(...parts: (string | undefined)[]): string | undefined {
  const text = parts.filter(Boolean).join(": ");
  return text === "" ? undefined : text;
}

/** `OOMKilled, exit code 137`. */
function endingWithCode(terminated: unknown): string {
  const code = number(property(terminated, "exitCode"));
  const reason = string(property(terminated, "reason"));
  return reason === undefined || code === undefined
    ? ending(terminated)
    : `${reason}, exit code ${code}`;
}

function lastTermination(container: unknown): string | undefined {
  const last = at(container, "lastState", "terminated");
  return isMap(last) ? `last termination: ${endingWithCode(last)}` : undefined;
}

/** Why a container is not well; nothing when it is, or has only just been started. */
function containerWhy(container: unknown, isInit: boolean): string | undefined {
  const name = `${isInit ? "init " : ""}container ${string(property(container, "name")) ?? "?"}`;
  const last = lastTermination(container);
  const waiting = at(container, "state", "waiting");
  const reason = string(property(waiting, "reason"));
  if (reason !== undefined && !STARTING.has(reason)) {
    const message = string(property(waiting, "message"));
    const text = words(name, reason, message) ?? reason;
    return last ? `${text}; ${last}` : text;
  }
  const terminated = at(container, "state", "terminated");
  if (isMap(terminated)) {
    if (number(property(terminated, "exitCode")) === 0) return undefined;
    return `${name} terminated: ${endingWithCode(terminated)}`;
  }
  if (last && property(container, "ready") !== true) return `${name} is not ready; ${last}`;
  return undefined;
}

/** What a pod waits for when an init container takes its time. */
function initWhy(container: unknown, sidecars: ReadonlySet<string>): string | undefined {
  const isRunning = isMap(at(container, "state", "running"));
  if (!isRunning || property(container, "ready") === true) return undefined;
  const name = string(property(container, "name")) ?? "?";
  return `init container ${name} ${sidecars.has(name) ? "is not ready" : "has not finished"}`;
}

function sidecarNames(pod: unknown): Set<string> {
  const containers = array(at(pod, "spec", "initContainers"));
  const sidecars = containers.filter((one) => string(property(one, "restartPolicy")) === "Always");
  return new Set(sidecars.map((one) => string(property(one, "name")) ?? "?"));
}

function unready(statuses: readonly unknown[]): string | undefined {
  const names = statuses
    .filter((container) => property(container, "ready") !== true)
    .map((container) => string(property(container, "name")) ?? "?");
  if (names.length === 0) return undefined;
  const starting = statuses.map((one) => at(one, "state", "waiting")).find(isMap);
  const text = names.length === 1 ? `container ${names[0]}` : `containers ${names.join(", ")}`;
  return words(
    `${text} not ready`,
    string(property(starting, "reason")),
    string(property(starting, "message")),
  );
}

function unreadyGate(pod: unknown, conditions: readonly Condition[]): string | undefined {
  for (const gate of array(at(pod, "spec", "readinessGates"))) {
    const type = string(property(gate, "conditionType"));
    const condition = conditions.find((one) => one.type === type);
    if (type === undefined || condition?.status === "True") continue;
    if (!condition) return `readiness gate ${type} is not set`;
    const state = `readiness gate ${type} is ${condition.status}`;
    return words(state, condition.reason, condition.message);
  }
  return undefined;
}

/** The first container, in the order in which they start, that says why it is not well. */
export function failingContainer(pod: unknown): string | undefined {
  const status = property(pod, "status");
  const failing =
    array(property(status, "initContainerStatuses")).find((one) => containerWhy(one, true)) ??
    array(property(status, "containerStatuses")).find((one) => containerWhy(one, false));
  return string(property(failing, "name"));
}

/**
 * Why a pod is not healthy, in one line of at most 300 characters: the most telling of what its
 * status says; nothing when it says nothing.
 */
export function podWhy(pod: unknown): string | undefined {
  const status = property(pod, "status");
  const conditions = conditionsOf(pod);
  const find = (type: string): Condition | undefined => conditions.find((one) => one.type === type);
  const init = array(property(status, "initContainerStatuses"));
  const main = array(property(status, "containerStatuses"));
  const sidecars = sidecarNames(pod);
  const scheduled = find("PodScheduled");
  const readiness = find("Ready");
  const deleting = string(at(pod, "metadata", "deletionTimestamp")) !== undefined;

  const causes: (() => string | undefined)[] = [
    () => words(string(property(status, "reason")), string(property(status, "message"))),
    () => (deleting ? "it is being deleted" : undefined),
    () => (scheduled?.status === "False" ? words(scheduled.reason, scheduled.message) : undefined),
    () => first(init, (one) => containerWhy(one, true)),
    () => first(main, (one) => containerWhy(one, false)),
    () => (string(property(status, "phase")) === "Succeeded" ? "it has finished" : undefined),
    () => first(init, (one) => initWhy(one, sidecars)),
    () => unready(main),
    () => unreadyGate(pod, conditions),
    () =>
      readiness && readiness.status !== "True"
        ? words(readiness.reason, readiness.message)
        : undefined,
  ];
  const why = first(causes, (cause) => cause());
  if (why === undefined) return undefined;
  const line = oneLine(why);
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
}

function first<T>(items: readonly T[], say: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const text = say(item);
    if (text !== undefined) return text;
  }
  return undefined;
}
