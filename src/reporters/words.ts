import { oneLine } from "../lib/sanitize.ts";
import type { LogEvidence } from "../model/log.ts";
import type { ClusterReport, Finding, Status } from "../model/report.ts";

export const SYMBOL: Readonly<Record<Status, string>> = {
  pass: "✅",
  info: "ℹ️",
  skip: "ℹ️",
  warn: "⚠️",
  fail: "❌",
  error: "❌",
};

/** What a status is called beside its symbol: nobody should need to see the symbol. */
export const STATUS_WORD: Readonly<Record<Status, string>> = {
  pass: "passed",
  info: "information",
  warn: "warning",
  fail: "failed",
  error: "could not be checked",
  skip: "skipped",
};

/** `1 fault`, `2 faults` */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** `recorded 2026-01-15 12:00:00 UTC`; nothing for a live cluster. */
export function recordedWords({ recordedAt }: ClusterReport): string | undefined {
  if (recordedAt === undefined) return undefined;
  if (recordedAt === null) return "recorded at a time that the recording does not say";
  return `recorded ${timeWords(recordedAt)}`;
}

/** An RFC 3339 time in UTC, for people: `2026-01-15 12:00:00 UTC`. */
export function timeWords(time: string): string {
  return time.replace("T", " ").replace(/\.\d+Z$/, " UTC");
}

/** Characters of a date. */
const DAY = "2026-01-15".length;

/** What a log says of a finding: which log, how often and since when, what it means, and the line. */
export function evidenceWords(
  { cluster, namespace, pod, meaning, count: times, since, time, line }: LogEvidence,
  finding: Finding,
): { head: string; line: string } {
  // That of a peer tells of this cluster.
  const where =
    finding.cluster === undefined || finding.cluster === cluster ? "" : ` of ${cluster}`;
  const often = times === 1 ? "once" : `${times} times`;
  const [last, first] = [timeWords(time), since === undefined ? "" : timeWords(since)];
  // Of one day only the clock.
  const isSameDay = first.slice(0, DAY) === last.slice(0, DAY);
  const from = first === "" ? "" : ` since ${isSameDay ? first.slice(DAY + 1) : first}`;
  return {
    head: `${namespace}/${pod}${where} logged ${often}${from}, last at ${last}: ${meaning}`,
    line: oneLine(line),
  };
}

/** The context, with the CLUSTER_ID where that is another name. */
export function nameOf({ context, name }: ClusterReport): string {
  return name && name !== context ? `${context} (cluster ${name})` : context;
}
