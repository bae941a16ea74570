import { diffLines } from "diff";
import type { Finding, Report, Result } from "../../src/model/report.ts";

/*
 * What changed between two goldens in words, so that whoever writes them anew sees at a glance what
 * people and machines will read otherwise.
 */

/** One golden before and after; empty text where it was not, or is no more. */
export interface GoldenChange {
  path: string;
  before: string;
  after: string;
}

type Named = [name: string, result: Result];

function namedResults({ clusters, mesh }: Report): Map<string, Result> {
  return new Map<string, Result>([
    ...clusters.flatMap(({ context, checks }) =>
      checks.map((result): Named => [`${context}/${result.id}`, result]),
    ),
    ...mesh.map((result): Named => [result.id, result]),
  ]);
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** The keys whose values are not the same in both. */
function changedKeys(before: object, after: object): string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  const valueOf = (holder: object, key: string): unknown =>
    (holder as Record<string, unknown>)[key];
  return [...keys].filter((key) => !same(valueOf(before, key), valueOf(after, key)));
}

function findingLine({ severity, message }: Finding): string {
  return `${severity}: ${message}`;
}

/** Findings are the same one when they say the same, or else are about the same object. */
function pairUp(before: readonly Finding[], after: readonly Finding[]): [Finding, Finding][] {
  const left = new Set(before);
  const pairs: [Finding, Finding][] = [];
  const taken = new Set<Finding>();
  const alike: ((one: Finding, other: Finding) => boolean)[] = [
    (one, other) => same(one, other),
    (one, other) => one.message === other.message && one.cluster === other.cluster,
    (one, other) =>
      one.object !== undefined && one.cluster === other.cluster && same(one.object, other.object),
  ];
  for (const isAlike of alike) {
    for (const finding of after) {
      if (taken.has(finding)) continue;
      const found = [...left].find((one) => isAlike(one, finding));
      if (!found) continue;
      left.delete(found);
      taken.add(finding);
      pairs.push([found, finding]);
    }
  }
  return pairs;
}

function findingChanges(name: string, before: readonly Finding[], after: readonly Finding[]) {
  const pairs = pairUp(before, after);
  const kept = new Set(pairs.flat());
  return [
    ...before
      .filter((finding) => !kept.has(finding))
      .map((finding) => `gone ${name}: ${findingLine(finding)}`),
    ...after
      .filter((finding) => !kept.has(finding))
      .map((finding) => `added ${name}: ${findingLine(finding)}`),
    ...pairs.flatMap(([was, is]) => {
      const keys = changedKeys(was, is);
      if (keys.length === 0) return [];
      const old = findingLine(was) === findingLine(is) ? "" : `, was ${findingLine(was)}`;
      return [`changed ${name}: ${findingLine(is)}${old} (${keys.join(", ")})`];
    }),
  ];
}

function resultChanges(name: string, before: Result, after: Result): string[] {
  const keys = changedKeys(before, after).filter((key) => key !== "findings");
  const status =
    before.status === after.status ? after.status : `${before.status} is now ${after.status}`;
  return [
    ...(keys.length > 0
      ? [`changed ${name}: ${status}: ${after.summary} (${keys.join(", ")})`]
      : []),
    ...findingChanges(name, before.findings, after.findings),
  ];
}

/** What changed between two reports: by check, cluster, status and message. */
export function reportChanges(before: Report, after: Report): string[] {
  const [old, fresh] = [namedResults(before), namedResults(after)];
  const lines = [
    ...[...old]
      .filter(([name]) => !fresh.has(name))
      .map(([name, { status, summary }]) => `gone ${name}: ${status}: ${summary}`),
    ...[...fresh].flatMap(([name, result]) => {
      const was = old.get(name);
      return was
        ? resultChanges(name, was, result)
        : [`added ${name}: ${result.status}: ${result.summary}`];
    }),
  ];
  const keys = changedKeys(
    { ...before, mesh: [], clusters: before.clusters.map((one) => ({ ...one, checks: [] })) },
    { ...after, mesh: [], clusters: after.clusters.map((one) => ({ ...one, checks: [] })) },
  ).filter((key) => key !== "summary");
  if (keys.length > 0) lines.push(`changed the report: ${keys.join(", ")}`);
  if (lines.length === 0 && !same(before, after))
    lines.push("changed the order of results or of keys");
  return lines;
}

function lineChanges(before: string, after: string): string {
  const counts = { added: 0, removed: 0 };
  for (const { added, removed, count = 0 } of diffLines(before, after)) {
    if (added) counts.added += count;
    if (removed) counts.removed += count;
  }
  return `changed: ${counts.added} lines added, ${counts.removed} gone`;
}

/** What changed in one golden, a line for each change; none when it is the same. */
export function goldenChanges({ path, before, after }: GoldenChange): string[] {
  if (before === after) return [];
  if (before === "") return ["added"];
  if (after === "") return ["gone"];
  if (!path.endsWith(".json")) return [lineChanges(before, after)];
  const lines = reportChanges(JSON.parse(before) as Report, JSON.parse(after) as Report);
  return lines.length > 0 ? lines : ["changed its spaces"];
}

/** All that changed, the same change of several goldens said once with where it is. */
export function changesInWords(changes: readonly GoldenChange[]): string[] {
  const places = new Map<string, string[]>();
  for (const change of changes) {
    for (const line of goldenChanges(change)) {
      places.set(line, [...(places.get(line) ?? []), change.path]);
    }
  }
  return [...places].map(([line, paths]) => `${line}\n    in ${paths.join(", ")}`);
}
