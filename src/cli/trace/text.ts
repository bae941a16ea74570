import { oneLine } from "../../lib/sanitize.ts";
import type { Hop, Trace } from "../../mesh/hops/hop.ts";
import { columns } from "../../reporters/text/table.ts";
import { indented } from "../shared/say.ts";

const SYMBOLS: Readonly<Record<Hop["state"], string>> = {
  ok: "✅",
  design: "ℹ️",
  broken: "❌",
  unknown: "?",
  open: "·",
  moot: "·",
};

const OUTCOMES: Readonly<Record<Trace["outcome"], string>> = {
  reaches: "✅",
  "falls back": "✅",
  "stays local": "ℹ️",
  broken: "❌",
  unknown: "?",
};

function remedyLines({ finding }: Hop): string[] {
  const remediation = finding?.remediation;
  return remediation
    ? [`     → ${oneLine(remediation.summary)}`, ...indented(remediation.commands)]
    : [];
}

function hopLines(hop: Hop): string[] {
  const { number, name, cluster, state, verdict, text } = hop;
  if (state === "moot") return [];
  // What is broken says itself what it is; `exists: exists` would be said twice.
  const isSaid = text === verdict || state === "broken" || verdict.startsWith(name);
  const line = `${name} in ${cluster}: ${isSaid ? text : `${verdict}: ${text}`}`;
  return [`${String(number).padStart(3)} ${SYMBOLS[state]} ${oneLine(line)}`, ...remedyLines(hop)];
}

/** Commands that show that the hops are so. */
function proofLines({ hops }: Trace): string[] {
  const proved = hops.filter(({ proof, state }) => proof !== undefined && state !== "moot");
  return proved.length === 0
    ? []
    : [
        "    to see it in the clusters:",
        ...proved.flatMap(({ number, proof = "" }) => indented([`${proof} # hop ${number}`])),
      ];
}

/** A path as one reads it from top to bottom. */
function traceText(trace: Trace): string[] {
  const { from, to, service, host, verdict, outcome, hops, notes } = trace;
  const moot = hops.filter(({ state }) => state === "moot").map(({ number }) => number);
  return [
    `=== ${oneLine(`${from} → ${to}: ${host ?? service}`)} ===`,
    `${OUTCOMES[outcome]} ${oneLine(verdict)}`,
    ...hops.flatMap(hopLines),
    ...(moot.length > 0
      ? [`    moot: ${moot.length === 1 ? "hop" : "hops"} ${moot.join(", ")}`]
      : []),
    ...notes.map(({ message }) => `    ⚠️ ${oneLine(message)}`),
    ...proofLines(trace),
  ].map((line) => line.trimEnd());
}

/** More pairs than so many are a table; those that do not work follow it. */
const MANY = 4;

/** The traces, worst first. */
export function tracesText(traces: readonly Trace[]): string {
  const brief = traces.length > MANY;
  const table = brief
    ? [
        ...columns(
          traces.map(({ from, to, verdict, outcome }) =>
            [OUTCOMES[outcome], `${from} → ${to}`, verdict].map(oneLine),
          ),
          2,
        ),
        "",
      ]
    : [];
  const shown = brief
    ? traces.filter(({ outcome }) => outcome === "broken" || outcome === "unknown").slice(0, MANY)
    : traces;
  return `${[...table, ...shown.flatMap((trace) => [...traceText(trace), ""])].join("\n").trimEnd()}\n`;
}
