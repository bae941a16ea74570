import { identityOf } from "../lib/identity.ts";
import type {
  Baseline,
  Comparison,
  Finding,
  LocatedFinding,
  Report,
  Result,
  Status,
} from "../model/report.ts";

/* What changed between two reports. Findings are the same ones by what they are about and say. */

interface Placed {
  context?: string;
  result: Result;
}

function placed({ clusters, mesh }: Report): Placed[] {
  return [
    ...clusters.flatMap(({ context, checks }) => checks.map((result) => ({ context, result }))),
    ...mesh.map((result) => ({ result })),
  ];
}

function located({ context, result }: Placed, finding: Finding): LocatedFinding {
  return { check: result.id, ...(context === undefined ? {} : { context }), finding };
}

/** From what is worth a look to what is broken; the others are no faults. */
const GRAVITY: Readonly<Partial<Record<Status, number>>> = { warn: 1, error: 2, fail: 3 };

interface Known {
  one: LocatedFinding;
  gravity: number;
}

/** A fault as it was found, also where it is ignored. */
function original(finding: Finding): Finding {
  const { ignored } = finding;
  return ignored ? { ...finding, severity: ignored.severity, message: ignored.message } : finding;
}

/** The faults of a report by their identity; of several that are alike the gravest. */
function faultsOf(report: Report): Map<string, Known> {
  const faults = new Map<string, Known>();
  for (const place of placed(report)) {
    for (const finding of place.result.findings) {
      const found = original(finding);
      const gravity = GRAVITY[found.severity];
      if (gravity === undefined) continue;
      const key = identityOf(place.result.id, place.context, found);
      if (gravity <= (faults.get(key)?.gravity ?? 0)) continue;
      faults.set(key, { one: located(place, finding), gravity });
    }
  }
  return faults;
}

/** Whether the report says how things stand: the check ran, on the cluster that the fault is of. */
function wasJudged(report: Report, { check, context, finding }: LocatedFinding): boolean {
  const about = context ?? finding.cluster;
  if (about !== undefined && !report.clusters.some((cluster) => cluster.context === about)) {
    return false;
  }
  const result = placed(report).find(
    (one) => one.result.id === check && one.context === context,
  )?.result;
  if (!result || result.status === "skip") return false;
  // What could not be read anew may be as it was.
  const unread = result.findings.filter(({ severity }) => severity === "error");
  return !unread.some(({ cluster }) => cluster === undefined || cluster === about);
}

/** Whether a fault was there before, and no less grave. */
function isKnown(before: ReadonlyMap<string, Known>, key: string, gravity: number): boolean {
  return gravity <= (before.get(key)?.gravity ?? 0);
}

function contextsOf({ clusters }: Report): Set<string> {
  return new Set(clusters.map(({ context }) => context));
}

/** What is new, known, fixed, and what the second report does not say of the faults of the first. */
export function compareReports(before: Report, after: Report): Comparison {
  const [old, fresh] = [faultsOf(before), faultsOf(after)];
  const judged = [...fresh]
    .filter(([, { one }]) => !one.finding.ignored)
    .map(([key, { one, gravity }]) => ({ one, known: isKnown(old, key, gravity) }));
  const gone = [...old].filter(([key]) => !fresh.has(key)).map(([, { one }]) => one);
  const [first, second] = [contextsOf(before), contextsOf(after)];
  return {
    schemaVersion: "mc.compare/v1",
    before: { startedAt: before.startedAt, outcome: before.outcome },
    after: { startedAt: after.startedAt, outcome: after.outcome },
    clusters: {
      added: [...second.difference(first)],
      removed: [...first.difference(second)],
    },
    new: judged.filter(({ known }) => !known).map(({ one }) => one),
    known: judged.filter(({ known }) => known).map(({ one }) => one),
    fixed: gone.filter((one) => wasJudged(after, one)),
    unknown: gone.filter((one) => !wasJudged(after, one)),
  };
}

/** The report whose faults say whether they are new, and which of the baseline are fixed. */
export function withBaseline(report: Report, before: Report): Report {
  const old = faultsOf(before);
  const marked =
    (context?: string) =>
    (result: Result): Result => ({
      ...result,
      findings: result.findings.map((finding) => {
        const gravity = GRAVITY[finding.severity];
        if (gravity === undefined) return finding;
        const known = isKnown(old, identityOf(result.id, context, finding), gravity);
        return { ...finding, baseline: known ? "known" : "new" };
      }),
    });
  const { fixed, unknown } = compareReports(before, report);
  const baseline: Baseline = { startedAt: before.startedAt, fixed, unknown };
  return {
    ...report,
    baseline,
    clusters: report.clusters.map((cluster) => ({
      ...cluster,
      checks: cluster.checks.map(marked(cluster.context)),
    })),
    mesh: report.mesh.map(marked()),
  };
}
