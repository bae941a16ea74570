import { CONNECTION } from "../../lib/connection.ts";
import { worst } from "../../model/finding.ts";
import type { ClusterReport, Result } from "../../model/report.ts";
import { count, nameOf, recordedWords } from "../words.ts";
import { foldedApart, foldedLines } from "./folded.ts";
import { joinedBlocks } from "./order.ts";
import { resultBlocks } from "./result.ts";
import type { Style } from "./style.ts";

/** A cluster that is down is one finding: the rest of its checks are a count. */
function unreachable(results: readonly Result[], style: Style): string[] | undefined {
  const connection = results.find(({ id }) => id === CONNECTION);
  if (connection?.status !== "error") return undefined;
  const others = foldedApart(results).told.length - 1;
  return [
    ...resultBlocks(connection, style, false).flat(),
    ...(others > 0
      ? [
          `${style.symbols.status.skip} ${count(others, "other check")} skipped (blocked by ${CONNECTION})`,
        ]
      : []),
  ];
}

function versionsOf({ istioVersion }: ClusterReport): string[] {
  return istioVersion === undefined ? [] : [istioVersion];
}

/** The block of one cluster. */
export function clusterLines(cluster: ClusterReport, style: Style, verbose: boolean): string[] {
  const { checks } = cluster;
  const gap = verbose ? [""] : [];
  const { told, folded } = foldedApart(checks);
  const last = foldedLines(folded, style);
  const body = (verbose ? undefined : unreachable(checks, style)) ?? [
    ...joinedBlocks(told, versionsOf(cluster), style, verbose),
    ...(last.length > 0 ? gap : []),
    ...last,
  ];
  const recorded = recordedWords(cluster);
  return [
    ...style.wrap(`=== Cluster: ${style.line(nameOf(cluster))} ===`, 4).map(style.paint.bold),
    ...(recorded === undefined ? [] : style.wrap(style.line(recorded), 2)),
    ...gap,
    ...body,
    ...gap,
    style.paint.bold("======"),
  ];
}

/** One line for a cluster without a fault, and what it is warned of; nothing for one with a fault. */
export function briefLines(cluster: ClusterReport, style: Style): string[] | undefined {
  const checks = foldedApart(cluster.checks).told;
  const status = worst(checks.map((result) => result.status));
  if (status === "fail" || status === "error") return undefined;
  const warned = checks.filter((result) => result.status === "warn");
  const skipped = checks.filter((result) => result.status === "skip").length;
  const passed = checks.length - warned.length - skipped;
  const recorded = recordedWords(cluster);
  const counts = [
    `${passed === checks.length ? "all " : ""}${count(passed, "check")} passed`,
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
    ...(warned.length > 0 ? [`${warned.length} with warnings`] : []),
    ...(recorded === undefined ? [] : [recorded]),
  ];
  const symbol = warned.length > 0 ? style.symbols.status.warn : style.symbols.status.pass;
  return [
    ...style.wrap(`${symbol} ${style.line(`${nameOf(cluster)}: ${counts.join(", ")}`)}`, 3),
    ...joinedBlocks(warned, versionsOf(cluster), style, false),
  ];
}
