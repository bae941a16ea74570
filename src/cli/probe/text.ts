import { inAscii } from "../../lib/ascii.ts";
import { oneLine } from "../../lib/sanitize.ts";
import type { PodProbe, PodProbeReport } from "../../model/probe.ts";
import { attemptLine } from "../../reporters/probe.ts";
import { SYMBOL } from "../../reporters/words.ts";

function podLines({ from, tool, attempts, problem }: PodProbe): string[] {
  const reached = attempts.filter(({ verdict }) => verdict === "connected").length;
  const by = tool === undefined ? "" : `, by ${tool}`;
  const summary = problem ?? `${reached} of ${attempts.length} connected${by}`;
  const tried = attempts.filter(({ verdict }) => problem === undefined || verdict !== "not-tried");
  return [
    `=== From ${oneLine(from)}: ${oneLine(summary)} ===`,
    ...tried.flatMap((attempt) => {
      const { text, hint } = attemptLine(attempt);
      const { verdict } = attempt;
      const status = verdict === "connected" ? "pass" : verdict === "not-tried" ? "skip" : "fail";
      return [
        `${SYMBOL[status]} ${oneLine(text)}`,
        ...(hint === undefined ? [] : [`     → ${oneLine(hint)}`]),
      ];
    }),
    "======",
    "",
  ];
}

/** What was tried from inside, cluster by cluster. */
export function probeText({ pods, notes }: PodProbeReport, ascii: boolean): string {
  const lines = [
    ...pods.flatMap(podLines),
    ...notes.map((text) => `${SYMBOL.info} ${oneLine(text)}`),
  ];
  while (lines.at(-1) === "") lines.pop();
  const text = `${lines.join("\n")}\n`;
  return ascii ? inAscii(text) : text;
}
