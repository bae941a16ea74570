import type { Report } from "../../model/report.ts";
import { causesOf, nameOfCheck, type RootCause } from "../causes.ts";
import { count, SYMBOL } from "../words.ts";
import { viewOf } from "../views.ts";
import { pastable } from "./findings.ts";
import type { Style } from "./style.ts";

const INDENT = 7;

/**
 * The last block of a report with faults: causes, most fundamental first, then how many others they
 * explain. Nothing when there is no fault.
 */
export function faultLines(report: Report, style: Style): string[] {
  const { causes, followers } = causesOf(report, style.views);
  if (causes.length === 0 && followers === 0) return [];
  const order = causes.length > 1 ? ", most fundamental first" : "";
  const { warn } = report.summary;
  return [
    style.paint.bold(`=== ${count(causes.length, "fault")}${order} ===`),
    ...causes.flatMap((cause, index) => [
      ...style.wrap(
        `${String(index + 1).padStart(2)}. ${SYMBOL[cause.finding.severity]} ${style.line(`${nameOfCheck(cause)}: ${cause.finding.message}`)}`,
        INDENT,
      ),
      ...firstCommand(cause, style),
    ]),
    ...(followers > 0 ? [`${SYMBOL.info} ${follow(followers, causes.length)}`] : []),
    ...(warn > 0 ? [`${SYMBOL.warn} ${count(warn, "check")} with warnings`] : []),
    style.paint.bold("======"),
  ];
}

function firstCommand({ finding: { remediation } }: RootCause, style: Style): string[] {
  const [first] = remediation?.commands ?? [];
  return first === undefined ? [] : pastable(first, INDENT, style);
}

/** The last line of a report without faults, and after a precheck what comes next. */
export function closingLines(report: Report, { views, paint }: Style): string[] {
  const { pass, info, warn, skip } = report.summary;
  const passed = pass + info;
  const parts = [
    ...(passed > 0 ? [`${count(passed, "check")} passed`] : []),
    ...(warn > 0 ? [`${count(warn, "check")} with warnings`] : []),
    ...(skip > 0 ? [`${skip} skipped`] : []),
  ];
  const next = report.precheck
    ? report.mesh.flatMap((result) => viewOf(views, result)?.next?.(result) ?? [])
    : [];
  return [
    `${SYMBOL[passed > 0 ? "pass" : warn > 0 ? "warn" : "skip"]} ${parts.join(", ")}`,
    ...next.map((command) => `Next: ${paint.cyan(command)}`),
  ];
}

function follow(followers: number, causes: number): string {
  const verb = followers === 1 ? "follows" : "follow";
  return `${followers} more ${verb} from ${causes === 1 ? "it" : "them"}`;
}
