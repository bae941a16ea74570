import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { check } from "../../src/engine/check.ts";
import { buildReport } from "../../src/engine/report.ts";
import { remedy, worst } from "../../src/model/finding.ts";
import type { CheckId } from "../../src/model/check-data.ts";
import type { Report, Result } from "../../src/model/report.ts";
import { openRecordings } from "../../src/readers/recordings.ts";

/*
 * Reports for tests of reporters: of the fixtures as the engine makes them, and literals.
 */

const FIXTURES = resolve(import.meta.dirname, "../../fixtures");

export const SCENARIOS: readonly string[] = readdirSync(FIXTURES).toSorted();

/** What `mc check` finds in all recordings of a scenario. */
export async function reportOf(scenario: string, precheck = false): Promise<Report> {
  const root = join(FIXTURES, scenario);
  const readers = await Promise.all(
    readdirSync(root)
      .toSorted()
      .map((name) => openRecordings(join(root, name))),
  );
  return check(readers.flat(), { precheck, concurrency: 16 });
}

/** A result as a literal: fine, and about nothing, unless the test says otherwise. */
export function result(name: string, changes: Partial<Result> = {}): Result {
  const id = name as CheckId;
  const findings = changes.findings ?? [];
  return {
    id,
    title: `Check of ${id}`,
    status: worst(findings.map(({ severity }) => severity)),
    summary: "all is well",
    durationMs: 1.5,
    findings,
    ...changes,
  };
}

export interface ReportParts {
  clusters?: Report["clusters"];
  mesh?: Result[];
  precheck?: boolean;
}

/** A report of such results, with outcome and summary as the engine would count them. */
export function report({ clusters = [], mesh = [], precheck = false }: ReportParts): Report {
  return buildReport({
    version: "1.2.3",
    startedAt: Date.parse("2026-01-15T12:00:00Z"),
    durationMs: 1234,
    precheck,
    clusters: clusters.map(
      ({ context, name, network, istioVersion, recordedAt, recordedAfter, checks }) => ({
        ref: {
          context,
          contextArgument: context,
          istioNamespace: "istio-system",
          now: 0,
          ...(name === undefined ? {} : { id: name }),
          ...(network === undefined ? {} : { network }),
          ...(istioVersion === undefined ? {} : { istioVersion }),
        },
        results: checks,
        ...(recordedAt === undefined
          ? {}
          : { recordedAt: recordedAt === null ? null : Date.parse(recordedAt) }),
        ...(recordedAfter === undefined ? {} : { recordedAfter: Date.parse(recordedAfter) }),
      }),
    ),
    mesh,
  });
}

export const remediation = remedy("Mend it.", "kubectl --context a get pods");

/** The report with all texts that may come from clusters and files replaced. */
export function withTexts(source: Report, text: (before: string) => string): Report {
  const own = new Set([
    "recordedAt",
    "recordedAfter",
    "id",
    "status",
    "severity",
    "schemaVersion",
    "outcome",
    "startedAt",
    "notBefore",
    "notAfter",
    "state",
  ]);
  const walk = (value: unknown, key: string): unknown => {
    if (typeof value === "string") return own.has(key) ? value : text(value);
    if (Array.isArray(value)) return value.map((item) => walk(item, key));
    if (typeof value !== "object" || value === null || key === "tool") return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [
        key === "conditions" ? text(name) : name,
        walk(item, name),
      ]),
    );
  };
  return walk(source, "") as Report;
}

/** Texts that somebody might put into a label to have them printed. */
export const HOSTILE: readonly string[] = [
  "\u001B[31mred\u001B[0m",
  "\u001B]0;title\u0007",
  "\u001B]8;;https://example.test\u001B\\link\u001B]8;;\u001B\\",
  "\u009B2J\u0090x\u009C",
  "over\rwritten\b\b",
  "two\nlines\u2028three\u0085four",
  "\u202Eevil\u2066\u200F",
  "zero\u200Bwidth\u200D\uFEFF\u2060\u{E0041}",
  "half \uD800 pair \uDC00",
  "\u0000\u0001\u007F\uFFFE\uFFFF",
  "<script>alert(1)</script>&amp;\"'><!--]]>",
  "| `code` ``two`` **bold** [x](javascript:alert(1)) <b> @team #1 $x$ ~~~",
  "```\n```sh\nrm -rf /\n```",
  'back\\slash "quote" \\n',
  "__proto__",
  "",
  " ",
  "x".repeat(5000),
];
