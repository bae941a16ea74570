import { array, property, string } from "../lib/json.ts";
import { KNOWN_VARIABLES, referencedNames } from "./env-names.ts";
import { isMap } from "./objects.ts";
import { mapEach, pick } from "./slim-pick.ts";

/** Of each container: name, image, and where its known variables come from. */
export function slimContainers(podSpec: unknown, ...lists: string[]): Record<string, unknown> {
  const slimmed = lists.map((list) =>
    mapEach(podSpec, list, (container) => ({
      ...pick(container, "name", "image", "restartPolicy"),
      ...slimEnv(container),
      ...mapEach(container, "envFrom", slimEnvFrom),
    })),
  );
  return Object.assign({}, ...slimmed) as Record<string, unknown>;
}

function isKnown(entry: unknown): boolean {
  return KNOWN_VARIABLES.has(string(property(entry, "name")) ?? "");
}

/**
 * Known variables with their values; of the others that known ones refer to as `$(NAME)` the name,
 * which says that there is a value; of the rest nothing.
 */
function slimEnv(container: unknown): Record<string, unknown> {
  const env = property(container, "env");
  if (!Array.isArray(env)) return {};
  const referenced = new Set(
    array(env)
      .filter(isKnown)
      .flatMap((entry) => referencedNames(string(property(entry, "value")) ?? "")),
  );
  const kept = array(env).flatMap((entry): unknown[] => {
    if (isKnown(entry)) {
      const valueFrom = property(entry, "valueFrom");
      return [
        {
          ...pick(entry, "name", "value"),
          ...(valueFrom !== undefined && { valueFrom: slimValueFrom(valueFrom) }),
        },
      ];
    }
    return referenced.has(string(property(entry, "name")) ?? "") ? [pick(entry, "name")] : [];
  });
  return { env: kept };
}

function slimValueFrom(valueFrom: unknown): unknown {
  if (!isMap(valueFrom)) return valueFrom;
  return {
    ...(isMap(property(valueFrom, "configMapKeyRef")) && {
      configMapKeyRef: pick(property(valueFrom, "configMapKeyRef"), "name", "key", "optional"),
    }),
    ...(isMap(property(valueFrom, "secretKeyRef")) && {
      secretKeyRef: pick(property(valueFrom, "secretKeyRef"), "name", "key"),
    }),
    ...(isMap(property(valueFrom, "fieldRef")) && {
      fieldRef: pick(property(valueFrom, "fieldRef"), "fieldPath"),
    }),
  };
}

function slimEnvFrom(entry: unknown): Record<string, unknown> {
  return {
    ...pick(entry, "prefix"),
    ...(isMap(property(entry, "configMapRef")) && {
      configMapRef: pick(property(entry, "configMapRef"), "name"),
    }),
    ...(isMap(property(entry, "secretRef")) && {
      secretRef: pick(property(entry, "secretRef"), "name"),
    }),
  };
}

/** What READY, STATUS, RESTARTS and the reason are made from; no messages of ended processes. */
export function slimContainerStatuses(
  status: unknown,
  ...lists: string[]
): Record<string, unknown> {
  const slimmed = lists.map((list) =>
    mapEach(status, list, (container) => ({
      ...pick(container, "name", "ready", "restartCount", "started"),
      state: slimState(property(container, "state")),
      lastState: slimState(property(container, "lastState")),
    })),
  );
  return Object.assign({}, ...slimmed) as Record<string, unknown>;
}

function slimState(state: unknown): Record<string, unknown> {
  const [waiting, terminated, running] = ["waiting", "terminated", "running"].map((key) =>
    property(state, key),
  );
  return {
    ...(isMap(waiting) && { waiting: pick(waiting, "reason", "message") }),
    ...(isMap(running) && { running: {} }),
    ...(isMap(terminated) && {
      terminated: pick(terminated, "exitCode", "signal", "reason", "finishedAt"),
    }),
  };
}
