import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { loadAll } from "js-yaml";
import type { DebugAnswers, AccessRule, KubeObject } from "./types.ts";

/** What snapshot.json says that a server can show. */
interface Snapshot {
  time?: string;
  serverVersion?: string;
  user?: string;
  unread?: Unread[];
}

/** What a recording could not read, in terms of the request. */
interface Unread {
  why?: string;
  request?: { verb?: string; group?: string; resource: string; namespace?: string; name?: string };
  debug?: { namespace?: string; pod?: string; port?: number };
}

export interface Recording {
  objects: KubeObject[];
  debug: DebugAnswers;
  logs: Record<string, string>;
  /** When it was made, ms since the epoch. */
  time?: number;
  serverVersion?: string;
  user?: string;
  /** What the recording was refused is refused here too. */
  deny: AccessRule[];
  /** Types whose CRD was not installed. */
  unserved: { group: string; resource: string }[];
}

function filesUnder(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

/** Files do not change while tests run; objects that were handed out do. */
const loaded = new Map<string, Recording>();

export function loadRecording(directory: string): Recording {
  const recording = loaded.get(directory) ?? readRecording(directory);
  loaded.set(directory, recording);
  return structuredClone(recording);
}

function readRecording(directory: string): Recording {
  const snapshotFile = join(directory, "snapshot.json");
  const { serverVersion, user, unread, time }: Snapshot = existsSync(snapshotFile)
    ? (JSON.parse(readFileSync(snapshotFile, "utf8")) as Snapshot)
    : {};
  const objects = filesUnder(join(directory, "objects"))
    .filter((file) => /\.(ya?ml|json)$/.test(file))
    .flatMap((file) => parseObjects(readFileSync(file, "utf8")));
  const debugRoot = join(directory, "debug");
  const debug = Object.fromEntries(
    filesUnder(debugRoot).map((file) => [
      debugKey(relative(debugRoot, file).replace(/\.json$/, "")),
      { status: 200, body: readFileSync(file, "utf8") },
    ]),
  );
  const logRoot = join(directory, "logs");
  const logs = Object.fromEntries(
    filesUnder(logRoot).map((file) => [
      debugKey(relative(logRoot, file).replace(/\.json$/, "")),
      logText(JSON.parse(readFileSync(file, "utf8")) as RecordedLog),
    ]),
  );
  return {
    objects,
    debug,
    logs,
    ...(time !== undefined && { time: Date.parse(time) }),
    ...(serverVersion !== undefined && { serverVersion }),
    ...(user !== undefined && { user }),
    deny: (unread ?? []).flatMap(denyRules),
    unserved: (unread ?? []).flatMap(unservedType),
  };
}

/** A log as a recording has it: known lines, and when the first of all was written. */
interface RecordedLog {
  from?: number;
  lines: { time: number; text: string }[];
}

/** A log of which the recording may be: before its known lines one that nobody knows. */
function logText({ from, lines }: RecordedLog): string {
  const first = from === undefined ? [] : [{ time: from, text: "info the log begins" }];
  return [...first, ...lines]
    .map(({ time, text }) => `${new Date(time).toISOString()} ${text}\n`)
    .join("");
}

/** Names in paths are percent-encoded where a file system would not take them. */
const debugKey = (path: string): string => path.split(sep).map(decodeURIComponent).join("/");

/** Multi-document YAML or JSON; lists are taken apart. */
function parseObjects(text: string): KubeObject[] {
  return loadAll(text).flatMap((document) => expand(document as KubeObject | null));
}

function expand(document: KubeObject | null): KubeObject[] {
  if (!document) return [];
  const { kind, items } = document;
  if (!kind.endsWith("List") || !Array.isArray(items)) return [document];
  // Items of a typed list may leave out what the list says.
  const common =
    kind === "List" ? {} : { apiVersion: document.apiVersion, kind: kind.slice(0, -4) };
  return items.flatMap((item) => expand({ ...common, ...(item as KubeObject) }));
}

function denyRules({ why, request, debug }: Unread): AccessRule[] {
  if (why !== "forbidden") return [];
  if (debug) {
    const { namespace = "", pod = "", port } = debug;
    // To RBAC, the port is part of the name behind which a proxy goes.
    return [
      { resource: "pods/portforward", namespace, name: pod },
      { resource: "pods/proxy", namespace, name: `${pod}:${port}` },
    ];
  }
  if (!request) return [];
  const { verb = "list", group = "", resource, namespace = "", name } = request;
  return [{ verb, group, resource, namespace, ...(name !== undefined && { name }) }];
}

function unservedType({ why, request }: Unread): { group: string; resource: string }[] {
  const isList = request !== undefined && (request.verb ?? "list") === "list";
  if (why !== "not-found" || !isList) return [];
  return [{ group: request.group ?? "", resource: request.resource }];
}
