import { isFault } from "../../model/finding.ts";
import type { Finding, Report, Result } from "../../model/report.ts";
import { SYMBOL, type Style } from "./style.ts";

interface Fault {
  finding: Finding;
  title: string;
  /** Place of its check in the order of what stands on what. */
  rank: number;
}

/** Checks from the ground up: a fault of an earlier one may explain those of later ones. */
const FUNDAMENTAL_FIRST = [
  "connection",
  "platform",
  "control-plane",
  "license",
  "env-vars",
  "cluster-identity",
  "certs",
  "trust-domains",
  "versions",
  "pods-istiod",
  "pods-cni",
  "pods-ztunnel",
  "cni-dns-capture",
  "gateways",
  "pods-eastwest",
  "network",
  "peer-addresses",
  "data-plane",
  "peers",
  "links",
];

function rankOf(id: string): number {
  const rank = FUNDAMENTAL_FIRST.indexOf(id);
  return rank === -1 ? FUNDAMENTAL_FIRST.length : rank;
}

function faultsOf(result: Result, style: Style, cluster?: string): Fault[] {
  return result.findings
    .filter(({ severity }) => severity === "fail" || severity === "error")
    .map((finding) => ({
      finding,
      title: style.line(cluster ? `${cluster}: ${result.title}` : result.title),
      rank: rankOf(result.id),
    }));
}

/**
 * The last block of a report with faults: causes first, most fundamental first, then how many
 * others they explain. Nothing when there is no fault.
 */
export function faultLines(report: Report, style: Style): string[] {
  const all = [
    ...report.clusters.flatMap(({ context, checks }) =>
      checks.flatMap((result) => faultsOf(result, style, context)),
    ),
    ...report.mesh.flatMap((result) => faultsOf(result, style)),
  ];
  if (all.length === 0) return [];
  const causes = all
    .filter(({ finding }) => !finding.blockedBy)
    .toSorted((one, other) => one.rank - other.rank);
  const followers = all.length - causes.length;
  const warnings = report.summary.warn;
  const heading = `${count(causes.length, "fault")}${followers ? `, ${followers} more that follow from ${causes.length === 1 ? "it" : "them"}` : ""}${warnings ? `, ${count(warnings, "check")} with warnings` : ""}, most fundamental first:`;
  return [
    style.paint.bold(heading),
    ...causes.flatMap(({ finding, title }, index) =>
      style.wrap(
        `${String(index + 1).padStart(2)}. ${SYMBOL[finding.severity]} ${title}: ${style.line(finding.message)}`,
        7,
      ),
    ),
  ];
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** Nothing of a cluster deserves attention: one line may stand for it. */
export function isFine(results: readonly Result[]): boolean {
  return results.every(({ status }) => !isFault(status));
}
