import { explains } from "./topics.ts";
import { signatureOf } from "../../mesh/logs/lookup.ts";
import type { LogSignature } from "../../mesh/logs/signatures.ts";
import type { GatheredCluster } from "../../model/cluster.ts";
import { info, objectRef } from "../../model/finding.ts";
import type { LogEvidence } from "../../model/log.ts";
import type { ClusterReport, Finding, Report, Result } from "../../model/report.ts";
import { evidenceOf, linesOf, type ReadLogs } from "./evidence.ts";
import { type ComponentPod, type LogSource, MOST_REPLICAS, podsOf, targetOf } from "./sources.ts";

/** What a line may be about, where nothing is asked for. */
const SUBJECTS = ["link", "caller", "pod"] as const;

/** The logs of some pods of each component, whether or not anything is at fault. */
export function allSources(clusters: readonly GatheredCluster[]): LogSource[] {
  return clusters.flatMap((cluster) => {
    const lists = Map.groupBy(podsOf(cluster), ({ list }) => list);
    const some = [...lists.values()].flatMap((pods) => pods.slice(0, MOST_REPLICAS));
    return some.flatMap((one) => sourcesOf(cluster, one));
  });
}

function sourcesOf(cluster: GatheredCluster, { pod, component }: ComponentPod): LogSource[] {
  const target = targetOf(pod, component);
  return SUBJECTS.map((about) => ({ cluster, target, component, about, isAbout: () => true }));
}

/** What a report says already. */
function toldIn({ clusters, mesh }: Report): ReadonlySet<string> {
  const results = [...clusters.flatMap(({ checks }) => checks), ...mesh];
  const all = results.flatMap(({ findings }) => findings.flatMap(({ evidence = [] }) => evidence));
  return new Set(all.map(({ cluster, signature }) => JSON.stringify([cluster, signature])));
}

/**
 * The report with what logs say that explains no fault: information at the first check that such a
 * line could explain a fault of.
 */
export function withOtherLines(
  report: Report,
  clusters: readonly GatheredCluster[],
  logs: ReadLogs,
): Report {
  const told = toldIn(report);
  const notes = allSources(clusters)
    .flatMap((source) => evidenceOf(linesOf([source], logs)).map((one) => ({ source, one })))
    .filter(({ one }) => !told.has(JSON.stringify([one.cluster, one.signature])));
  const notesFor = (result: Result, { context, checks }: ClusterReport): Finding[] =>
    notes.flatMap(({ source, one }) =>
      one.cluster === context && placeOf(checks, source, one) === result.id ? [note(one)] : [],
    );
  return {
    ...report,
    clusters: report.clusters.map((cluster) => ({
      ...cluster,
      checks: cluster.checks.map((result) => ({
        ...result,
        findings: [...result.findings, ...notesFor(result, cluster)],
      })),
    })),
  };
}

function placeOf(
  checks: readonly Result[],
  { component, about }: LogSource,
  { line }: LogEvidence,
): Result["id"] | undefined {
  const signature: LogSignature | undefined = signatureOf(line, component, about);
  return signature && checks.find(({ id }) => explains(signature, id))?.id;
}

function note(evidence: LogEvidence): Finding {
  const { cluster, namespace, pod, meaning } = evidence;
  return info(
    `the log of ${namespace}/${pod} has lines of a fault that does not show: ${meaning}`,
    {
      cluster,
      object: objectRef("Pod", { namespace, name: pod }),
      evidence: [evidence],
    },
  );
}
