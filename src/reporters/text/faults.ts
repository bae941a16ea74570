import type { Report } from "../../model/report.ts";
import { causesOf, nameOfCheck } from "../causes.ts";
import { count, SYMBOL } from "../words.ts";
import type { Style } from "./style.ts";

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
    ...causes.flatMap((cause, index) =>
      style.wrap(
        `${String(index + 1).padStart(2)}. ${SYMBOL[cause.finding.severity]} ${style.line(`${nameOfCheck(cause)}: ${cause.finding.message}`)}`,
        7,
      ),
    ),
    ...(followers > 0 ? [`${SYMBOL.info} ${follow(followers, causes.length)}`] : []),
    ...(warn > 0 ? [`${SYMBOL.warn} ${count(warn, "check")} with warnings`] : []),
    style.paint.bold("======"),
  ];
}

function follow(followers: number, causes: number): string {
  const verb = followers === 1 ? "follows" : "follow";
  return `${followers} more ${verb} from ${causes === 1 ? "it" : "them"}`;
}
