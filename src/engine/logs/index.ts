import { linkTrouble } from "../../mesh/conditions.ts";
import type { GatheredCluster } from "../../model/cluster.ts";
import type { GatewayFact } from "../../model/facts.ts";
import type { LinkTrouble } from "../../model/links.ts";
import type { ClusterReader } from "../../model/reader.ts";
import type { Finding, Report, Result } from "../../model/report.ts";
import { allSources, withOtherLines } from "./all-logs.ts";
import { byTime, keyOf, linesOf, ReadLogs, withEvidence } from "./evidence.ts";
import { LogSources } from "./sources.ts";
import { type AskedFor, withUnread } from "./unread.ts";

/** When logs are read: where a fault may be explained by them, always, or never. */
export type LogsWhen = "auto" | "always" | "never";

/** What the second stage of a run is about. */
export interface LogRequest {
  when: LogsWhen;
  revision?: string;
}

/** What a run has come to so far. */
export interface Judged {
  report: Report;
  clusters: readonly GatheredCluster[];
}

/**
 * Reads the logs that may explain the faults of a report, all at once, and puts what they say under
 * the findings. A report without such faults comes back as it is, and nothing is asked for.
 *
 * @param judgeAgain the report of clusters of which more is known now
 */
export async function explainByLogs(
  judged: Judged,
  readers: readonly ClusterReader[],
  { when, revision }: LogRequest,
  judgeAgain: (clusters: readonly GatheredCluster[]) => Report,
): Promise<Report> {
  const { report, clusters } = judged;
  const sources = new LogSources(clusters, revision);
  const asked: AskedFor[] = [
    ...askedFor(report, sources),
    ...(when === "always" ? allSources(clusters).map((place) => ({ place })) : []),
  ];
  if (asked.length === 0) return report;
  const logs = await readLogs(asked, readers);
  const seen = withTroubles(clusters, troublesOf(report, sources, logs));
  const again = seen !== clusters;
  const explained = withEvidence(
    again ? judgeAgain(seen) : report,
    again ? new LogSources(seen, revision) : sources,
    logs,
  );
  const all = when === "always" ? withOtherLines(explained, seen, logs) : explained;
  return withUnread(all, asked, logs);
}

/** Every finding with its result and the context of its cluster. */
function findingsOf({ clusters, mesh }: Report): [Result, Finding, string | undefined][] {
  return [
    ...clusters.flatMap(({ context, checks }) =>
      checks.flatMap((result) =>
        result.findings.map((one): [Result, Finding, string] => [result, one, context]),
      ),
    ),
    ...mesh.flatMap((result) =>
      result.findings.map((one): [Result, Finding, string | undefined] => [
        result,
        one,
        one.cluster,
      ]),
    ),
  ];
}

function askedFor(report: Report, sources: LogSources): AskedFor[] {
  return findingsOf(report).flatMap(([result, finding, context]) =>
    sources.of(result.id, finding, context).map((place) => ({ place, result })),
  );
}

async function readLogs(
  asked: readonly AskedFor[],
  readers: readonly ClusterReader[],
): Promise<ReadLogs> {
  const logs = new ReadLogs();
  const distinct = new Map(
    asked.map(({ place }) => [keyOf(place.cluster.ref.context, place.target), place]),
  );
  await Promise.all(
    [...distinct.values()].map(async ({ cluster: { ref }, target }) => {
      const reader = readers.find(({ context }) => context === ref.context);
      const log = await reader?.log?.(target);
      if (log) logs.set(ref.context, target, log);
    }),
  );
  return logs;
}

/** What logs say of links whose conditions do not tell why they do not come about. */
function troublesOf(
  report: Report,
  sources: LogSources,
  logs: ReadLogs,
): ReadonlyMap<string, LinkTrouble> {
  const troubles = new Map<string, LinkTrouble>();
  for (const [{ id }, finding, context] of findingsOf(report)) {
    const { object } = finding;
    if (context === undefined || object?.kind !== "Gateway") continue;
    const found = byTime(linesOf(sources.of(id, finding, context), logs, id));
    const trouble = found.find(({ signature }) => signature.trouble)?.signature.trouble;
    if (trouble) troubles.set(linkKey(context, object), trouble);
  }
  return troubles;
}

function linkKey(
  context: string,
  { namespace, name }: { namespace?: string; name: string },
): string {
  return JSON.stringify([context, namespace, name]);
}

/** The clusters with what logs say of their links; the same ones where the conditions say it all. */
function withTroubles(
  clusters: readonly GatheredCluster[],
  troubles: ReadonlyMap<string, LinkTrouble>,
): readonly GatheredCluster[] {
  let changes = false;
  const known = (context: string, gateway: GatewayFact): GatewayFact => {
    const logged = troubles.get(linkKey(context, gateway));
    if (!logged || linkTrouble(gateway)) return gateway;
    changes = true;
    return { ...gateway, logged };
  };
  const all = clusters.map((cluster) => {
    const { gateways } = cluster.facts;
    if (!gateways?.ok) return cluster;
    const remote = gateways.value.remote.map((one) => known(cluster.ref.context, one));
    return {
      ...cluster,
      facts: { ...cluster.facts, gateways: { ...gateways, value: { ...gateways.value, remote } } },
    };
  });
  return changes ? all : clusters;
}
