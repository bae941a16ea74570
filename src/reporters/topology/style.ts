import type { Markup } from "../markup.ts";

/** Of a picture that stands alone: colours as the reader has them, black on white on paper. */
export const COLOURS: Markup = {
  source: `
svg.topology { --text: #1b1f24; --minor: #57606a; --page: #fff; --box: #f6f8fa; --line: #d0d7de; --good: #116329; --odd: #7d4e00; --bad: #b3121d; background: var(--page); }
@media (prefers-color-scheme: dark) { svg.topology { --text: #e6edf3; --minor: #9da7b1; --page: #0d1117; --box: #161b22; --line: #30363d; --good: #56d364; --odd: #e3b341; --bad: #ff8b83; } }
@media print { svg.topology { --text: #000; --minor: #444; --page: #fff; --box: #fff; --line: #999; --good: #116329; --odd: #7d4e00; --bad: #b3121d; } }
`,
};

/** Of the picture wherever it stands; states differ in their dashes and marks as well as in colour. */
export const PICTURE: Markup = {
  source: `
.topology { font: 13px system-ui, sans-serif; }
.topology text { fill: var(--text); }
.topology .minor { fill: var(--minor); font-size: 11px; }
.topology .name { font-weight: 600; }
.topology .card { fill: var(--box); stroke: var(--minor); stroke-width: 1.5; }
.topology .card.pass { stroke: var(--good); }
.topology .card.warn { stroke: var(--odd); stroke-width: 2; stroke-dasharray: 6 3; }
.topology .card.fail, .topology .card.error { stroke: var(--bad); stroke-width: 3; }
.topology .edge { fill: none; stroke: var(--good); stroke-width: 1.5; }
.topology .edge.one-way { stroke: var(--odd); stroke-width: 2; stroke-dasharray: 9 4; }
.topology .edge.broken { stroke: var(--bad); stroke-width: 2; stroke-dasharray: 4 4; }
.topology .edge.unknown { stroke: var(--minor); stroke-dasharray: 1 5; stroke-width: 2; stroke-linecap: round; }
.topology .many .edge.connected { stroke-width: 1; opacity: .45; }
.topology .head { stroke: none; fill: var(--good); }
.topology .head.one-way { fill: var(--odd); }
.topology .head.broken { fill: var(--bad); }
.topology .head.unknown { fill: var(--minor); }
.topology .mark { stroke: var(--page); stroke-width: 4; paint-order: stroke; font-weight: 700; text-anchor: middle; dominant-baseline: central; }
.topology .mark.broken { fill: var(--bad); }
.topology .mark.unknown { fill: var(--minor); }
`,
};
