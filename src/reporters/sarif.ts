import { defined } from "../lib/defined.ts";
import { countsAgainst } from "../lib/fail-on.ts";
import { PACKAGE_PAGE } from "../lib/pages.ts";
import { commandLines, oneLine } from "../lib/sanitize.ts";
import { isFault } from "../model/finding.ts";
import type { FailOn, Finding, Report, Result } from "../model/report.ts";
import { escapeMarkdown, fenced } from "./markdown/escape.ts";
import { probeLines } from "./probe.ts";
import type { Reporter, ReportOptions } from "./reporter.ts";
import { fingerprints } from "./fingerprint.ts";
import { placeOf } from "./sarif/place.ts";
import { ruleOf } from "./sarif/rules.ts";
import { type Located, locatedResults } from "./results.ts";

/** What is wrong as the first sentence, which stands for a title; then what to do, and how. */
function messageOf({ message, remediation, blockedBy }: Finding): {
  text: string;
  markdown: string;
} {
  const fault = oneLine(blockedBy ? `${message} (blocked by ${blockedBy})` : message);
  const title = /[.!?]$/.test(fault) ? fault : `${fault}.`;
  if (!remediation || blockedBy) return { text: title, markdown: escapeMarkdown(title) };
  const what = oneLine(remediation.summary);
  const commands = remediation.commands.map((command) => commandLines(command).join("\n"));
  return {
    text: [title, what, ...commands].join("\n\n"),
    markdown: [escapeMarkdown(title), escapeMarkdown(what), ...fenced(remediation.commands)].join(
      "\n\n",
    ),
  };
}

/** There is no file to show a line of: the place before its first character. */
const REGION = { startLine: 1, startColumn: 1, endLine: 1, endColumn: 1 };

/** Where it is: a file that does not exist, as code scanning wants one, and the object itself. */
function locationOf({ object, cluster }: Finding, context: string | undefined): object {
  const place = oneLine(context ?? cluster ?? "");
  const words = object
    ? [object.kind, ...(object.namespace ? [object.namespace] : []), object.name].map(oneLine)
    : [];
  const name = words.slice(1).join("/") || place || "mesh";
  return {
    physicalLocation: {
      artifactLocation: { uri: placeOf(place) },
      region: REGION,
    },
    logicalLocations: [
      {
        name,
        kind: object ? "resource" : "namespace",
        fullyQualifiedName: [place || "mesh", ...words].join("/"),
      },
    ],
  };
}

/** The first result of each check. */
function checksOf(located: readonly Located[]): Result[] {
  const checks = new Map(located.map(({ result }) => [result.id, result]));
  return [...checks.values()];
}

/** The name that GitHub compares, and one that says how it is made. */
function printsOf(fingerprint: string): Record<string, string> {
  return { "mcFinding/v2": fingerprint, primaryLocationLineHash: `${fingerprint}:1` };
}

const BASELINE_STATE = { new: "new", known: "unchanged" } as const;

/** What fails the run is an error, whatever it is called. */
function levelOf(finding: Finding, failOn: FailOn | undefined): "error" | "warning" {
  return finding.severity !== "warn" || countsAgainst(finding, failOn) ? "error" : "warning";
}

/** What is no result of a rule: when recordings were made, what fails the run, and what `--probe` tried. */
function propertiesOf({ clusters, probe, failOn }: Report): object {
  const recordings = clusters.flatMap(({ context, recordedAt }) =>
    recordedAt === undefined ? [] : [[oneLine(context), recordedAt] as const],
  );
  const newest = clusters.flatMap(({ context, recordedAfter }) =>
    recordedAfter === undefined ? [] : [[oneLine(context), recordedAfter] as const],
  );
  const properties = {
    ...(recordings.length > 0 ? { recordedAt: Object.fromEntries(recordings) } : {}),
    ...(newest.length > 0 ? { recordedAfter: Object.fromEntries(newest) } : {}),
    ...(probe ? { probe: probeLines(probe).map(({ text }) => oneLine(text)) } : {}),
    ...defined({ failOn }),
  };
  return Object.keys(properties).length > 0 ? { properties } : {};
}

function run(report: Report, { descriptions = {}, sarifCategory }: ReportOptions): object {
  const located = locatedResults(report);
  const checks = checksOf(located);
  const indices = new Map(checks.map(({ id }, index) => [id, index]));
  const fingerprint = fingerprints();
  const results = located.flatMap(({ context, result: { id, findings } }) =>
    findings
      .filter(({ severity }) => isFault(severity))
      .map((finding) => ({
        ruleId: id,
        ruleIndex: indices.get(id),
        level: levelOf(finding, report.failOn),
        message: messageOf(finding),
        ...(finding.baseline ? { baselineState: BASELINE_STATE[finding.baseline] } : {}),
        locations: [locationOf(finding, context)],
        partialFingerprints: printsOf(fingerprint(id, context, finding)),
        properties: {
          severity: finding.severity,
          ...(finding.blockedBy ? { blockedBy: oneLine(finding.blockedBy) } : {}),
        },
      })),
  );
  return {
    tool: {
      driver: {
        name: report.tool.name,
        version: report.tool.version,
        semanticVersion: report.tool.version,
        informationUri: PACKAGE_PAGE,
        rules: checks.map((result) => ruleOf(result, descriptions)),
      },
    },
    // Code scanning takes what stands before the last slash as the category.
    ...(sarifCategory === undefined ? {} : { automationDetails: { id: `${sarifCategory}/` } }),
    columnKind: "utf16CodeUnits",
    invocations: [
      {
        executionSuccessful: report.outcome !== "error",
        startTimeUtc: report.startedAt,
        endTimeUtc: new Date(Date.parse(report.startedAt) + report.durationMs).toISOString(),
      },
    ],
    results,
    ...propertiesOf(report),
  };
}

/** SARIF 2.1.0 with what is worse than information, for code scanning. */
export const sarif: Reporter = (report, options) =>
  `${JSON.stringify(
    {
      $schema: "https://json.schemastore.org/sarif-2.1.0.json",
      version: "2.1.0",
      runs: [run(report, options)],
    },
    null,
    2,
  )}\n`;
