import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { check } from "../../../src/engine/check.ts";
import { at, string } from "../../../src/lib/json.ts";
import type { RawObject } from "../../../src/model/reader.ts";
import type { Finding, Report, Result } from "../../../src/model/report.ts";
import { clusterDirectories } from "../scenario.ts";
import { MemoryReader } from "../source.ts";

/** A cluster of a scenario in memory; commands change its objects. */
export interface ReplayCluster {
  context: string;
  objects: RawObject[];
  /** As `MemoryReader` takes them. */
  debug: Record<string, unknown>;
  /** Secret cacerts as whoever carries out a remedy has it in files. */
  files?: RawObject;
}

function filesBelow(root: string): string[] {
  // A cluster without an istiod answers nothing.
  if (!existsSync(root)) return [];
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

function readCluster(directory: string): ReplayCluster {
  const snapshot = readFileSync(join(directory, "snapshot.json"), "utf8");
  const root = join(directory, "debug");
  return {
    context: (JSON.parse(snapshot) as { context: string }).context,
    objects: filesBelow(join(directory, "objects")).map(
      (file) => load(readFileSync(file, "utf8")) as RawObject,
    ),
    debug: Object.fromEntries(
      filesBelow(root).map((file) => {
        const [namespace, pod, port, ...path] = file.slice(root.length + 1).split("/");
        const key = `${namespace}/${pod}:${port}/${path.join("/").replace(/\.json$/, "")}`;
        return [key, JSON.parse(readFileSync(file, "utf8")) as unknown];
      }),
    ),
  };
}

export function replayMesh(scenario: string): ReplayCluster[] {
  return clusterDirectories(scenario).map(readCluster);
}

export function readersOf(mesh: readonly ReplayCluster[]): MemoryReader[] {
  return mesh.map(({ context, objects, debug }) =>
    Object.assign(new MemoryReader({ objects, debug }, context), { contextArgument: context }),
  );
}

export function judge(mesh: readonly ReplayCluster[], precheck = false): Promise<Report> {
  return check(readersOf(mesh), { precheck, concurrency: 16 });
}

/** A fault of a report that no other one explains. */
export interface Fault {
  /** The check, with the context of a cluster's own. */
  check: string;
  finding: Finding;
}

export function faultsOf({ clusters, mesh }: Report): Fault[] {
  const of = ({ id, findings }: Result, context?: string): Fault[] =>
    findings
      .filter(({ severity }) => ["fail", "error", "warn"].includes(severity))
      .map((finding) => ({ check: context === undefined ? id : `${context}/${id}`, finding }));
  return [
    ...clusters.flatMap(({ context, checks }) => checks.flatMap((one) => of(one, context))),
    ...mesh.flatMap((one) => of(one)),
  ];
}

/** What a fault is of: where the same check says something of the same object it is the same fault. */
export function placeOf({ check: name, finding: { cluster, object } }: Fault): string {
  return [name, cluster, object?.kind, object?.namespace, object?.name].join(" ");
}

export function textOf(fault: Fault): string {
  return `${fault.check}: ${fault.finding.severity}: ${fault.finding.message}`;
}

export function named(
  { objects }: ReplayCluster,
  kind: string,
  namespace: string | undefined,
  name: string,
): RawObject | undefined {
  return objects.find(
    (object) =>
      object["kind"] === kind &&
      string(at(object, "metadata", "name")) === name &&
      (namespace === undefined || string(at(object, "metadata", "namespace")) === namespace),
  );
}
