import { defined } from "../../lib/defined.ts";
import { array, at, number, property, record, string, time } from "../../lib/json.ts";
import { oneLine } from "../../lib/sanitize.ts";
import { UsageError } from "../../model/errors.ts";
import { missing, type AccessRequest, type Cause, type Missing } from "../../model/gathered.ts";
import type { Connection, DebugTarget, ListOptions } from "../../model/reader.ts";
import type { Resource } from "../../model/resource.ts";

export const SNAPSHOT_FILE = "snapshot.json";
export const SNAPSHOT_VERSION = "mc.snapshot/v1";

/** A request of the Kubernetes API as snapshot.json names it. */
export interface RecordedRequest extends AccessRequest {
  labelSelector?: string;
  fieldSelector?: string;
  /** Only the metadata was asked for. */
  metadataOnly?: true;
}

export interface RecordedDebug extends DebugTarget {
  /** Without a slash in front: `debug/license`. */
  path: string;
}

interface Reason {
  why: Cause;
  detail: string;
}

/**
 * What could not be read, and why. For a debug answer `access` is the permission that was missing
 * on the way to it, if that was the reason.
 */
export type Unread = Reason &
  ({ request: RecordedRequest } | { debug: RecordedDebug; access?: AccessRequest });

/** snapshot.json: what a recording says beside its objects and debug answers. */
export interface Snapshot {
  context?: string;
  /** What `--context` took; absent when the cluster was reached without a context. */
  contextArgument?: string;
  /** RFC 3339 in the file; here ms since the epoch. */
  time?: number;
  connection: Connection | Missing;
  /** Where this cluster stood in the run that recorded it, from 0. */
  position?: number;
  unread: Unread[];
  /**
   * What was asked and answered: what is not there was not. Absent: everything was asked, and what
   * is not there does not exist.
   */
  read?: RecordedRequest[];
}

const CAUSES: ReadonlySet<string> = new Set<Cause>([
  "forbidden",
  "unauthorized",
  "not-found",
  "timeout",
  "unreachable",
  "not-recorded",
  "unreadable",
]);

/** Reads snapshot.json, forgiving what it can do without. */
export function parseSnapshot(name: string, text: string): Snapshot {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError(oneLine(`${name}: not valid JSON`));
  }
  const version = string(property(value, "schemaVersion")) ?? SNAPSHOT_VERSION;
  if (version !== SNAPSHOT_VERSION) {
    throw new UsageError(oneLine(`${name}: schemaVersion is ${version}, not ${SNAPSHOT_VERSION}`));
  }
  const read = property(value, "read");
  const context = string(property(value, "context"));
  const argument = property(value, "contextArgument");
  return {
    connection: connectionOf(value),
    unread: array(property(value, "unread")).flatMap(unreadOf),
    ...defined({
      context,
      contextArgument: argument === null ? undefined : (string(argument) ?? context),
      time: time(property(value, "time")),
      position: number(property(value, "position")),
      read: Array.isArray(read) ? read.flatMap(requestOf) : undefined,
    }),
  };
}

function connectionOf(value: unknown): Connection | Missing {
  const fault = property(value, "connection");
  if (fault !== undefined) {
    const { why, detail } = reasonOf(fault);
    return missing(why, detail, requestOf(property(fault, "request"))[0]);
  }
  return defined({
    serverVersion: string(property(value, "serverVersion")),
    user: string(property(value, "user")),
  });
}

function reasonOf(entry: unknown): Reason {
  const why = string(property(entry, "why")) ?? "";
  return {
    why: CAUSES.has(why) ? (why as Cause) : "unreadable",
    detail: oneLine(string(property(entry, "detail")) ?? "") || "could not be read",
  };
}

function unreadOf(entry: unknown): Unread[] {
  const reason = reasonOf(entry);
  const debug = property(entry, "debug") ?? at(entry, "request", "debug");
  if (debug !== undefined) {
    const [access] = requestOf(property(entry, "access"));
    return debugOf(debug).map((found) => ({
      ...reason,
      debug: found,
      ...defined({ access }),
    }));
  }
  return requestOf(property(entry, "request")).map((request) => ({ ...reason, request }));
}

function debugOf(value: unknown): RecordedDebug[] {
  const port = number(property(value, "port"));
  const path = string(property(value, "path"));
  if (port === undefined || path === undefined) return [];
  const namespace = string(property(value, "namespace")) ?? "";
  const pod = string(property(value, "pod")) ?? "";
  return [{ namespace, pod, port, path: debugPath(path) }];
}

const VERBS: ReadonlySet<string> = new Set(["get", "list", "watch", "create", "patch", "delete"]);

function requestOf(value: unknown): RecordedRequest[] {
  const request = record(value);
  const verb = string(property(request, "verb")) ?? "list";
  const resource = string(property(request, "resource"));
  if (resource === undefined || !VERBS.has(verb)) return [];
  return [
    {
      verb: verb as AccessRequest["verb"],
      group: string(property(request, "group")) ?? "",
      resource,
      ...defined({
        namespace: string(property(request, "namespace")),
        name: string(property(request, "name")),
        labelSelector: string(property(request, "labelSelector")),
        fieldSelector: string(property(request, "fieldSelector")),
        metadataOnly: property(request, "metadataOnly") === true ? (true as const) : undefined,
      }),
    },
  ];
}

/** `/debug/license` and `debug/license` are one. */
export function debugPath(path: string): string {
  return path.replace(/^\/+/, "");
}

export function listRequest(resource: Resource, options: ListOptions): RecordedRequest {
  return {
    verb: "list",
    group: resource.group,
    resource: resource.plural,
    ...defined({
      namespace: options.namespace || undefined,
      labelSelector: options.labelSelector || undefined,
      fieldSelector: options.fieldSelector || undefined,
      metadataOnly: options.metadataOnly ? (true as const) : undefined,
    }),
  };
}

/** Logs, as an API server names them. */
export const PODS_LOG = { group: "", plural: "pods/log", namespaced: true } as const;

export function getRequest(
  resource: Pick<Resource, "group" | "plural" | "namespaced">,
  namespace: string,
  name: string,
): RecordedRequest {
  return {
    verb: "get",
    group: resource.group,
    resource: resource.plural,
    ...(resource.namespaced && namespace ? { namespace } : {}),
    name,
  };
}
