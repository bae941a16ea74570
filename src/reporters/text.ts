import { CONNECTION, isUnreached } from "../lib/connection.ts";
import { isFault } from "../model/finding.ts";
import type { ClusterReport, Report } from "../model/report.ts";
import type { Reporter } from "./reporter.ts";
import { briefLines, clusterLines } from "./text/cluster.ts";
import { closingLines, faultLines, thresholdLines } from "./text/faults.ts";
import { foldedApart, foldedLines } from "./text/folded.ts";
import { joinedBlocks } from "./text/order.ts";
import { probeBlock } from "./text/probe.ts";
import { type Style, styleOf } from "./text/style.ts";
import { count } from "./words.ts";

/** More clusters than this, and those without a fault are one line each. */
const FEW = 6;

/** Each cluster's lines with an empty one below, save where one-line clusters follow one another. */
function clustersLines({ clusters }: Report, style: Style, verbose: boolean): string[] {
  const many = clusters.length > FEW && !verbose;
  const isShort = (cluster: ClusterReport | undefined): boolean =>
    many && cluster !== undefined && !cluster.checks.some(({ status }) => isFault(status));
  return clusters.flatMap((cluster, index) => [
    ...((many ? briefLines(cluster, style) : undefined) ?? clusterLines(cluster, style, verbose)),
    ...(isShort(cluster) && isShort(clusters[index + 1]) ? [] : [""]),
  ]);
}

function meshLines({ clusters, mesh }: Report, style: Style, verbose: boolean): string[] {
  const versions = clusters.flatMap(({ istioVersion }) => istioVersion ?? []);
  const { told: applying, folded } = foldedApart(mesh);
  const last = foldedLines(folded, style);
  if (verbose) {
    return [
      ...joinedBlocks(applying, versions, style, true),
      ...(last.length > 0 ? ["", ...last] : []),
    ];
  }
  // There is nothing to say where no cluster was reached.
  const told = applying.filter(({ findings }) => {
    const unreached = findings.filter(isUnreached).length;
    return unreached < Math.max(1, clusters.length) || unreached < findings.length;
  });
  const untold = applying.length - told.length;
  return [
    ...joinedBlocks(told, versions, style, false),
    ...(untold > 0
      ? [
          `${style.symbols.status.skip} ${count(untold, "check")} across clusters skipped (blocked by ${CONNECTION})`,
        ]
      : []),
    ...(told.length > 0 ? last : []),
  ];
}

/** The report for people: a block a cluster, then the mesh, then the faults. */
export const text: Reporter = (report, options) => {
  const style = styleOf(options);
  const mesh = meshLines(report, style, options.verbose);
  const faults = faultLines(report, style, options.verbose);
  const probe = probeBlock(report, style);
  const last = faults.length > 0 ? faults : closingLines(report, style);
  const lines = [
    ...clustersLines(report, style, options.verbose),
    ...mesh,
    ...(mesh.length > 0 ? [""] : []),
    ...probe,
    ...(probe.length > 0 ? [""] : []),
    ...last,
    ...thresholdLines(report, style),
  ];
  while (lines.at(-1) === "") lines.pop();
  return `${lines.join("\n")}\n`;
};
