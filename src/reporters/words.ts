import type { ClusterReport, Status } from "../model/report.ts";

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

/** The context, with the CLUSTER_ID where that is another name. */
export function nameOf({ context, name }: ClusterReport): string {
  return name && name !== context ? `${context} (cluster ${name})` : context;
}
