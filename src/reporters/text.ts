import type { ClusterReport, Report, Result } from "../model/report.ts";
import type { Reporter } from "./reporter.ts";
import { faultLines, isFine } from "./text/faults.ts";
import { resultBlocks } from "./text/result.ts";
import { type Style, styleOf, SYMBOL } from "./text/style.ts";

/** The order in which people know these lines; other checks follow in that of the registry. */
const FAMILIAR = [
  "env-vars",
  "license",
  "cni-dns-capture",
  "pods-istiod",
  "pods-ztunnel",
  "pods-eastwest",
  "gateways",
  "peers",
  "shared-services",
  "certs",
  "network",
  "stale-workloads",
];

/** More clusters than this, and those without a fault are one line each. */
const FEW = 6;

function place({ id }: Result): number {
  return FAMILIAR.includes(id) ? FAMILIAR.indexOf(id) : FAMILIAR.length;
}

function familiarFirst(results: readonly Result[]): Result[] {
  return results.toSorted((one, other) => place(one) - place(other));
}

function joined(blocks: readonly string[][], verbose: boolean): string[] {
  if (!verbose) return blocks.flat();
  return blocks.flatMap((block, index) => (index === 0 ? block : ["", "", ...block]));
}

function nameOf({ context, name }: ClusterReport): string {
  return name && name !== context ? `${context} (cluster ${name})` : context;
}

/** A cluster that is down is one finding: the rest of its checks are a count. */
function unreachable(results: readonly Result[], style: Style): string[] | undefined {
  const connection = results.find(({ id }) => id === "connection");
  if (connection?.status !== "error") return undefined;
  const others = results.length - 1;
  return [
    ...resultBlocks(connection, style, false).flat(),
    ...(others > 0
      ? [`${SYMBOL.skip} ${others} other checks skipped (blocked by connection)`]
      : []),
  ];
}

function clusterLines(cluster: ClusterReport, style: Style, verbose: boolean): string[] {
  const body =
    (verbose ? undefined : unreachable(cluster.checks, style)) ??
    joined(
      familiarFirst(cluster.checks).flatMap((result) => resultBlocks(result, style, verbose)),
      verbose,
    );
  return [
    style.paint.bold(`=== Cluster: ${style.line(nameOf(cluster))} ===`),
    ...(verbose ? [""] : []),
    ...body,
    ...(verbose ? [""] : []),
    style.paint.bold("======"),
    "",
  ];
}

function clustersLines(report: Report, style: Style, verbose: boolean): string[] {
  const brief = report.clusters.length > FEW && !verbose;
  return report.clusters.flatMap((cluster, index) => {
    if (!brief || !isFine(cluster.checks)) return clusterLines(cluster, style, verbose);
    const next = report.clusters[index + 1];
    const last = !next || !isFine(next.checks);
    const line = style.line(`${nameOf(cluster)}: all ${cluster.checks.length} checks passed`);
    return [`${SYMBOL.pass} ${line}`, ...(last ? [""] : [])];
  });
}

/** The report for people: a block a cluster, then the mesh, then the faults. */
export const text: Reporter = (report, options) => {
  const style = styleOf(options);
  const { verbose } = options;
  const faults = faultLines(report, style);
  const mesh = joined(
    familiarFirst(report.mesh).flatMap((result) => resultBlocks(result, style, verbose)),
    verbose,
  );
  const lines = [
    ...clustersLines(report, style, verbose),
    ...mesh,
    ...(faults.length > 0 ? [...(mesh.length > 0 ? [""] : []), ...faults] : []),
  ];
  while (lines.at(-1) === "") lines.pop();
  return `${lines.join("\n")}\n`;
};
