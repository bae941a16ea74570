import { oneLine } from "../lib/sanitize.ts";
import { isFault } from "../model/finding.ts";
import type { Finding, Report } from "../model/report.ts";
import { escapeMarkdown, fenced } from "./markdown/escape.ts";
import type { Reporter } from "./reporter.ts";
import { fingerprints } from "./sarif/fingerprint.ts";
import { type Located, locatedResults } from "./results.ts";
import { evidenceWords } from "./words.ts";

function messageOf(finding: Finding): { text: string; markdown: string } {
  const { message, remediation, blockedBy, evidence = [] } = finding;
  const logs = evidence.map((one) => evidenceWords(one, finding));
  const said = oneLine(blockedBy ? `${message} (blocked by ${blockedBy})` : message);
  const text = [said, ...logs.map(({ head, line }) => oneLine(`${head} "${line}"`))].join(" ");
  const markdown = [
    escapeMarkdown(said),
    ...logs.flatMap(({ head, line }) => [escapeMarkdown(oneLine(head)), ...fenced([line], "text")]),
  ].join("\n\n");
  if (!remediation || blockedBy) return { text, markdown };
  const what = oneLine(remediation.summary);
  return {
    text: `${text} ${what}`,
    markdown: [markdown, escapeMarkdown(what), ...fenced(remediation.commands)].join("\n\n"),
  };
}

/** Where it is: a file that does not exist, as code scanning wants one, and the object itself. */
function locationOf({ object, cluster }: Finding, context: string | undefined): object {
  const place = oneLine(context ?? cluster ?? "");
  const words = object
    ? [object.kind, ...(object.namespace ? [object.namespace] : []), object.name].map(oneLine)
    : [];
  const name = words.slice(1).join("/") || place || "mesh";
  return {
    physicalLocation: {
      artifactLocation: { uri: place ? `cluster/${encodeURIComponent(place)}` : "mesh" },
      region: { startLine: 1 },
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

function rulesOf(located: readonly Located[]): { id: string; title: string }[] {
  const titles = new Map(located.map(({ result: { id, title } }) => [id, title]));
  return [...titles].map(([id, title]) => ({ id, title }));
}

function run(report: Report): object {
  const located = locatedResults(report);
  const rules = rulesOf(located);
  const indices = new Map(rules.map(({ id }, index) => [id, index]));
  const fingerprint = fingerprints();
  const recordings = report.clusters.flatMap(({ context, recordedAt }) =>
    recordedAt === undefined ? [] : [[oneLine(context), recordedAt] as const],
  );
  const results = located.flatMap(({ context, result: { id, findings } }) =>
    findings
      .filter(({ severity }) => isFault(severity))
      .map((finding) => ({
        ruleId: id,
        ruleIndex: indices.get(id),
        level: finding.severity === "warn" ? "warning" : "error",
        message: messageOf(finding),
        locations: [locationOf(finding, context)],
        partialFingerprints: fingerprint(id, context, finding),
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
        rules: rules.map(({ id, title }) => ({
          id,
          shortDescription: { text: oneLine(title) },
          help: { text: `mc explain ${id}`, markdown: `\`mc explain ${id}\`` },
        })),
      },
    },
    automationDetails: { id: "mc/check/" },
    columnKind: "utf16CodeUnits",
    invocations: [
      {
        executionSuccessful: report.outcome !== "error",
        startTimeUtc: report.startedAt,
        endTimeUtc: new Date(Date.parse(report.startedAt) + report.durationMs).toISOString(),
      },
    ],
    results,
    ...(recordings.length > 0
      ? { properties: { recordedAt: Object.fromEntries(recordings) } }
      : {}),
  };
}

/** SARIF 2.1.0 with what is worse than information, for code scanning. */
export const sarif: Reporter = (report) =>
  `${JSON.stringify(
    {
      $schema: "https://json.schemastore.org/sarif-2.1.0.json",
      version: "2.1.0",
      runs: [run(report)],
    },
    null,
    2,
  )}\n`;
