import type { CheckDescription } from "../model/check-description.ts";
import { signaturesFor } from "../mesh/logs/lookup.ts";
import type { MeshKind } from "../model/report.ts";
import { escapeMarkdown } from "./markdown/escape.ts";

function bullets(heading: string, lines: readonly string[]): string[] {
  return ["", heading, ...lines.map((line) => `  - ${line}`)];
}

const MESHES: Readonly<Record<MeshKind, string>> = {
  peering: "Only for meshes with peering.",
  community: "Only for meshes with remote secrets.",
};

function scopeOf({ scope, meshKind, notInPrecheck }: CheckDescription): string {
  const judged =
    scope === "cluster" ? "Judged on each cluster." : "Judged across all clusters of the run.";
  return `${judged} ${meshKind ? MESHES[meshKind] : "For meshes of both kinds."}${notInPrecheck ? ` With --precheck: ${notInPrecheck}.` : ""}`;
}

const LOGS = "What logs may say of it";

/** The kinds of lines that explain its faults: whose log, what it means, where it is written. */
function logsOf({ logs }: CheckDescription): string[] {
  return signaturesFor(logs).map(
    (one) => `${one.id} (${one.component}): ${one.meaning} Written by ${one.source}.`,
  );
}

/** Everything that a check says of itself. */
export function explainCheck(check: CheckDescription): string {
  return [
    `${check.id}: ${check.title}`,
    "",
    check.why,
    scopeOf(check),
    ...bullets("What it reads", [check.reads]),
    ...bullets("Why it fails", check.faults),
    ...bullets("How to fix it", check.fixes),
    ...(logsOf(check).length > 0 ? bullets(LOGS, logsOf(check)) : []),
    "",
  ].join("\n");
}

function section(heading: string, lines: readonly string[]): string[] {
  return ["", `## ${heading}`, "", ...lines.map((line) => `- ${escapeMarkdown(line)}`)];
}

/** The same as Markdown, without a title of its own. */
export function checkMarkdown(check: CheckDescription): string {
  return [
    escapeMarkdown(check.why),
    "",
    escapeMarkdown(scopeOf(check)),
    ...section("What it reads", [check.reads]),
    ...section("Why it fails", check.faults),
    ...section("How to fix it", check.fixes),
    ...(logsOf(check).length > 0 ? section(LOGS, logsOf(check)) : []),
    "",
  ].join("\n");
}

/** The page of a check: docs/checks/ID.md. */
export function checkPage(check: CheckDescription): string {
  return `# ${check.id}: ${escapeMarkdown(check.title)}\n\n${checkMarkdown(check)}`;
}

/** The ids and titles of all checks, in the order of reports. */
export function listChecks(checks: readonly CheckDescription[]): string {
  const width = Math.max(...checks.map(({ id }) => id.length));
  const lines = checks.map(({ id, title }) => `  ${id.padEnd(width)}  ${title}`);
  return ["Checks; mc explain ID tells more of one:", ...lines, ""].join("\n");
}
