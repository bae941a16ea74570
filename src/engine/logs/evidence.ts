import { explains } from "./topics.ts";
import { defined } from "../../lib/defined.ts";
import { signatureOf } from "../../mesh/logs/lookup.ts";
import type { LogSignature } from "../../mesh/logs/signatures.ts";
import type { CheckId } from "../../model/check-data.ts";
import type { Gathered } from "../../model/gathered.ts";
import type { LogEvidence, LogLine, LogTarget, PodLog } from "../../model/log.ts";
import type { Finding, Report, Result } from "../../model/report.ts";
import type { LogSource, LogSources } from "./sources.ts";

/** What was read of logs, by cluster and container. */
export class ReadLogs {
  readonly #logs = new Map<string, Gathered<PodLog>>();

  set(context: string, target: LogTarget, log: Gathered<PodLog>): void {
    this.#logs.set(keyOf(context, target), log);
  }

  of(context: string, target: LogTarget): Gathered<PodLog> | undefined {
    return this.#logs.get(keyOf(context, target));
  }
}

export function keyOf(context: string, { namespace, pod, container }: LogTarget): string {
  return JSON.stringify([context, namespace, pod, container]);
}

/** A line of a known kind, with where it was found. */
interface Found {
  source: LogSource;
  signature: LogSignature;
  line: LogLine;
  /** From when on lines count. */
  since?: number;
}

/** Kinds that are shown of a finding, the newest. */
const MOST_KINDS = 3;

/** The lines that are about what the sources are of, each of one kind. */
export function linesOf(sources: readonly LogSource[], logs: ReadLogs, check?: CheckId): Found[] {
  return sources.flatMap((source) => {
    const log = logs.of(source.cluster.ref.context, source.target);
    if (!log?.ok) return [];
    const { from, lines } = log.value;
    const starts = [from, source.since].filter((one) => one !== undefined);
    const since = starts.length > 0 ? Math.max(...starts) : undefined;
    return lines.flatMap((line) => {
      if (source.since !== undefined && line.time < source.since) return [];
      const signature = signatureOf(line.text, source.component, source.about);
      if (!signature || !source.isAbout(line.text)) return [];
      if (check !== undefined && !explains(signature, check)) return [];
      return [{ source, signature, line, ...defined({ since }) }];
    });
  });
}

/** Of each kind the newest line and how many there are, the newest kind first. */
export function evidenceOf(found: readonly Found[]): LogEvidence[] {
  const kinds = Map.groupBy(byTime(found), ({ signature }) => signature.id);
  return [...kinds.values()]
    .flatMap((all) => all.slice(0, 1).map((newest) => evidence(newest, all)))
    .toSorted((one, other) => Date.parse(other.time) - Date.parse(one.time))
    .slice(0, MOST_KINDS);
}

/** The newest first. */
export function byTime(found: readonly Found[]): Found[] {
  return found.toSorted((one, other) => other.line.time - one.line.time);
}

function evidence({ source, signature, line }: Found, all: readonly Found[]): LogEvidence {
  const starts = all.flatMap(({ since }) => since ?? []);
  return {
    signature: signature.id,
    meaning: signature.meaning,
    cluster: source.cluster.ref.context,
    ...source.target,
    line: excerpt(line.text, signature.when),
    time: new Date(line.time).toISOString(),
    count: all.length,
    ...(starts.length > 0 ? { since: new Date(Math.min(...starts)).toISOString() } : {}),
  };
}

/** Characters of a line that are shown. */
const LONGEST = 280;
/** Of its beginning, where what was recognised is further on. */
const HEAD = 60;

/** The line, or of a long one its beginning and what is around the part that was recognised. */
function excerpt(text: string, when: RegExp): string {
  if (text.length <= LONGEST) return text;
  const recognised = text.length - text.replace(when, "").length;
  const end = text.search(when) + Math.min(recognised, LONGEST);
  if (end <= LONGEST) return `${text.slice(0, LONGEST)}…`;
  const from = Math.max(HEAD, end - (LONGEST - HEAD));
  const rest = text.length > end ? "…" : "";
  return `${text.slice(0, HEAD)} … ${text.slice(from, end)}${rest}`;
}

/** The report with what the logs say under the findings that it explains. */
export function withEvidence(report: Report, sources: LogSources, logs: ReadLogs): Report {
  const attach = (result: Result, context?: string): Result => ({
    ...result,
    findings: result.findings.map((finding) => attached(result.id, finding, context)),
  });
  const attached = (id: CheckId, finding: Finding, context?: string): Finding => {
    const places = sources.of(id, finding, context ?? finding.cluster);
    const all = evidenceOf(linesOf(places, logs, id));
    return all.length > 0 ? { ...finding, evidence: all } : finding;
  };
  return {
    ...report,
    clusters: report.clusters.map((cluster) => ({
      ...cluster,
      checks: cluster.checks.map((result) => attach(result, cluster.context)),
    })),
    mesh: report.mesh.map((result) => attach(result)),
  };
}
