import { hasPassed } from "../../lib/fail-on.ts";
import type { Report } from "../../model/report.ts";
import { causesOf, nameOfCheck, type RootCause } from "../causes.ts";
import { locatedResults } from "../results.ts";
import { viewOf } from "../views.ts";
import { locatedText } from "../compare.ts";
import { baselineWords, count, thresholdWords } from "../words.ts";
import { foldedApart } from "./folded.ts";
import { MOST_OF_A_KIND, pastable } from "./findings.ts";
import type { Style } from "./style.ts";

const INDENT = 7;

/**
 * The last block of a report with faults: causes, most fundamental first, then how many others they
 * explain. Nothing when there is no fault.
 */
export function faultLines(report: Report, style: Style, verbose: boolean): string[] {
  const { causes, followers } = causesOf(report, style.views);
  if (causes.length === 0 && followers === 0) return [];
  const order = causes.length > 1 ? ", most fundamental first" : "";
  const { warn } = report.summary;
  return [
    style.paint.bold(`=== ${count(causes.length, "fault")}${order} ===`),
    ...causeLines(causes, style, verbose),
    ...(followers > 0 ? [`${style.symbols.status.info} ${follow(followers, causes.length)}`] : []),
    ...(warn > 0 ? [`${style.symbols.status.warn} ${count(warn, "check")} with warnings`] : []),
    style.paint.bold("======"),
  ];
}

function firstCommand({ finding: { remediation } }: RootCause, style: Style): string[] {
  const [first] = remediation?.commands ?? [];
  return first === undefined ? [] : pastable(first, INDENT, style);
}

/** The last line of a report without faults, and after a precheck what comes next. */
export function closingLines(report: Report, { views, paint, symbols }: Style): string[] {
  const { pass, info, warn } = report.summary;
  const passed = pass + info;
  const results = locatedResults(report).map(({ result }) => result);
  const skip = foldedApart(results).told.filter(({ status }) => status === "skip").length;
  const parts = [
    ...(passed > 0 ? [`${count(passed, "check")} passed`] : []),
    ...(warn > 0 ? [`${count(warn, "check")} with warnings`] : []),
    ...(skip > 0 ? [`${skip} skipped`] : []),
  ];
  const next = report.precheck
    ? report.mesh.flatMap((result) => viewOf(views, result)?.next?.(result) ?? [])
    : [];
  return [
    `${symbols.status[passed > 0 ? "pass" : warn > 0 ? "warn" : "skip"]} ${parts.join(", ")}`,
    ...next.map((command) => `Next: ${paint.cyan(command)}`),
  ];
}

/** What `--baseline` and `--fail-on` make of it all. */
export function thresholdLines(report: Report, style: Style): string[] {
  const { status } = style.symbols;
  const since = baselineWords(report);
  const words = thresholdWords(report);
  return [
    ...(report.baseline?.fixed ?? []).flatMap((one) =>
      style.wrap(`${status.pass} fixed: ${style.line(locatedText(one))}`, 3),
    ),
    ...(since === undefined ? [] : style.wrap(`${status.info} ${since}`, 3)),
    ...(words === undefined
      ? []
      : style.wrap(`${status[hasPassed(report) ? "pass" : "fail"]} ${words}`, 3)),
  ];
}

/** Each cause with its number; of one check up to twenty and how many more. */
function causeLines(causes: readonly RootCause[], style: Style, verbose: boolean): string[] {
  const seen = new Map<string, number>();
  const totals = new Map(
    [...Map.groupBy(causes, nameOfCheck)].map(([name, all]) => [name, all.length]),
  );
  return causes.flatMap((cause, index) => {
    const name = nameOfCheck(cause);
    const place = (seen.get(name) ?? 0) + 1;
    seen.set(name, place);
    if (!verbose && place > MOST_OF_A_KIND) return [];
    const symbol = style.symbols.status[cause.finding.severity];
    const mark = cause.finding.baseline === "new" ? " (new)" : "";
    const text = style.line(`${name}: ${cause.finding.message}${mark}`);
    const more = (totals.get(name) ?? 0) - MOST_OF_A_KIND;
    return [
      ...style.wrap(`${String(index + 1).padStart(2)}. ${symbol} ${text}`, INDENT),
      ...firstCommand(cause, style),
      ...(!verbose && place === MOST_OF_A_KIND && more > 0
        ? [`    ${style.line(`… ${more} more of ${name} (--verbose shows all)`)}`]
        : []),
    ];
  });
}

function follow(followers: number, causes: number): string {
  const verb = followers === 1 ? "follows" : "follow";
  return `${followers} more ${verb} from ${causes === 1 ? "it" : "them"}`;
}
