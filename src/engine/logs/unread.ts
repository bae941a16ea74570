import { info } from "../../model/finding.ts";
import type { Missing } from "../../model/gathered.ts";
import type { Finding, Report, Result } from "../../model/report.ts";
import { remedyFor } from "../access.ts";
import { userOf } from "../unread.ts";
import type { ReadLogs } from "./evidence.ts";
import type { LogSource } from "./sources.ts";

/** A log that was asked for, and the result whose finding it is for; absent: nobody's in particular. */
export interface AskedFor {
  place: LogSource;
  result?: Result;
}

/** Nobody could have said more: the container has none, or a recording holds none. */
const NOTHING_TO_TELL: ReadonlySet<Missing["why"]> = new Set(["not-found", "not-recorded"]);

interface UnreadLog extends AskedFor {
  why: Missing;
}

/**
 * The report with one note of the logs that were not read, whatever their number, where the first of
 * them was asked for: they may tell more, and no verdict rests on them.
 *
 * @param asked results are those of the report by their ids and titles
 */
export function withUnread(report: Report, asked: readonly AskedFor[], logs: ReadLogs): Report {
  const unread = new Map<string, UnreadLog>();
  for (const one of asked) {
    const { context } = one.place.cluster.ref;
    const log = logs.of(context, one.place.target);
    if (!log || log.ok || NOTHING_TO_TELL.has(log.why) || unread.has(context)) continue;
    unread.set(context, { ...one, why: log });
  }
  const [first] = unread.values();
  if (!first) return report;
  const { context } = first.place.cluster.ref;
  const own = report.clusters.filter((one) => one.context === context);
  const results = [...own.flatMap(({ checks }) => checks), ...report.mesh];
  const result = results.find(({ id }) => id === first.result?.id) ?? results[0];
  const note = noteOf(first, [...unread.values()]);
  const noted = (one: Result): Result =>
    one === result ? { ...one, findings: [...one.findings, note] } : one;
  return {
    ...report,
    clusters: report.clusters.map((one) => ({ ...one, checks: one.checks.map(noted) })),
    mesh: report.mesh.map(noted),
  };
}

function noteOf(first: UnreadLog, unread: readonly UnreadLog[]): Finding {
  const said = unread.map(({ place, why }) => `${place.cluster.ref.context}: ${why.detail}`);
  const remedyOf = ({ place: { cluster }, why }: UnreadLog) =>
    remedyFor(cluster.ref, why, userOf(cluster));
  const commands = new Set(unread.flatMap((one) => remedyOf(one).commands));
  return info(`logs that may tell more were not read: ${said.join("; ")}`, {
    remediation: {
      summary: remedyOf(first).summary,
      commands: [...commands],
    },
  });
}
