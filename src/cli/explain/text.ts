import type { AnyCheck } from "../../model/check.ts";
import type { MeshKind } from "../../model/report.ts";

function bullets(heading: string, lines: readonly string[]): string[] {
  return ["", heading, ...lines.map((line) => `  - ${line}`)];
}

const MESHES: Readonly<Record<MeshKind, string>> = {
  peering: "Only for meshes with peering.",
  community: "Only for meshes with remote secrets.",
};

/** Everything that a check says of itself. */
export function explainCheck(check: AnyCheck): string {
  const scope =
    check.scope === "cluster"
      ? "Judged on each cluster."
      : "Judged across all clusters of the run.";
  return [
    `${check.id}: ${check.title}`,
    "",
    check.why,
    `${scope}${check.meshKind ? ` ${MESHES[check.meshKind]}` : ""}${check.notInPrecheck ? ` With --precheck: ${check.notInPrecheck}.` : ""}`,
    ...bullets("What it reads", [check.reads]),
    ...bullets("Why it fails", check.faults),
    ...bullets("How to fix it", check.fixes),
    "",
  ].join("\n");
}

/** The ids and titles of all checks, in the order of reports. */
export function listChecks(checks: readonly AnyCheck[]): string {
  const width = Math.max(...checks.map(({ id }) => id.length));
  const lines = checks.map(({ id, title }) => `  ${id.padEnd(width)}  ${title}`);
  return ["Checks; mc explain ID tells more of one:", ...lines, ""].join("\n");
}
