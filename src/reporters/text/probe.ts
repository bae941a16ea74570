import type { Report } from "../../model/report.ts";
import { PROBE_TITLE, probeLines, probeSummary, VANTAGE } from "../probe.ts";
import type { Style } from "./style.ts";

/** What `--probe` tried, below the checks and apart from them. */
export function probeBlock({ probe }: Report, style: Style): string[] {
  if (!probe) return [];
  const lines = probeLines(probe).flatMap(({ status, text, hint }) => [
    ...style.wrap(`${style.symbols.status[status]} ${style.line(text)}`, 3),
    ...(hint === undefined ? [] : style.wrap(`     ${style.symbols.arrow} ${style.line(hint)}`, 7)),
  ]);
  return [
    style.paint.bold(`=== ${PROBE_TITLE}: ${probeSummary(probe)} ===`),
    ...style.wrap(style.line(VANTAGE)),
    ...lines,
    style.paint.bold("======"),
  ];
}
