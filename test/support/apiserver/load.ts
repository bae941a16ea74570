import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { loadAll } from "js-yaml";
import type { DebugAnswers, DenyRule, KubeObject } from "./types.ts";

/** What snapshot.json says that a server can show. */
export interface Snapshot {
  context?: string;
  serverVersion?: string;
  user?: string;
  unreadable?: unknown[];
}

export interface Recording {
  objects: KubeObject[];
  debug: DebugAnswers;
  snapshot: Snapshot;
  /** What the recording could not read is refused here too. */
  deny: DenyRule[];
}

function filesUnder(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

export function loadRecording(directory: string): Recording {
  const snapshotFile = join(directory, "snapshot.json");
  const snapshot = existsSync(snapshotFile)
    ? (JSON.parse(readFileSync(snapshotFile, "utf8")) as Snapshot)
    : {};
  const objects = filesUnder(join(directory, "objects"))
    .filter((file) => /\.(ya?ml|json)$/.test(file))
    .flatMap((file) => parseObjects(readFileSync(file, "utf8")));
  const debugRoot = join(directory, "debug");
  const debug = Object.fromEntries(
    filesUnder(debugRoot).map((file) => [
      relative(debugRoot, file)
        .split(sep)
        .join("/")
        .replace(/\.json$/, ""),
      { status: 200, body: readFileSync(file, "utf8") },
    ]),
  );
  const deny = (snapshot.unreadable ?? []).flatMap(denyRule);
  return { objects, debug, snapshot, deny };
}

/** Multi-document YAML or JSON; lists are taken apart. */
export function parseObjects(text: string): KubeObject[] {
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

function denyRule(entry: unknown): DenyRule[] {
  const { why, request } = entry as { why?: string; request?: DenyRule };
  return why === "forbidden" && request ? [request] : [];
}
