import type { Report } from "../../model/report.ts";
import { type Markup, markup } from "../markup.ts";
import { PROBE_TITLE, probeLines, probeSummary, VANTAGE } from "../probe.ts";
import { symbol } from "./findings.ts";

/** What `--probe` tried; nothing without it. */
export function probeSection({ probe }: Report): Markup[] {
  if (!probe) return [];
  const lines = probeLines(probe).map(({ status, text, hint }) => {
    // Symbols only: a word of a status would say that it counts.
    const more = hint === undefined ? markup`` : markup`<p class="minor">${hint}</p>`;
    return markup`<li><p>${symbol(status)} ${text}</p>${more}</li>`;
  });
  return [
    markup`<section aria-labelledby="probe"><h2 id="probe">${PROBE_TITLE}: ${probeSummary(probe)}</h2>
<p class="minor">${VANTAGE}</p>
<ul class="findings">
${lines}
</ul></section>`,
  ];
}
