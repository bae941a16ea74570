import { type Applied, apply } from "../../gateway/apply.ts";
import { unifiedDiff } from "../../gateway/comparable.ts";
import { gatewayName, plan, type Planned, type Wanted } from "../../gateway/plan.ts";
import { arranged, type Problem } from "../../gateway/problem.ts";
import { undoCommand } from "../../gateway/undo.ts";
import { oneLine } from "../../lib/sanitize.ts";
import { paintDiff } from "../../reporters/diff.ts";
import { EXIT_FAULT, EXIT_USAGE } from "./exit-code.ts";
import type { ApplyOptions } from "./gateway-options.ts";
import { Interrupted, type Io, unlessInterrupted, wantsColor } from "./io.ts";
import { done, indented, note, refuse, warning } from "./say.ts";

export interface ApplyRequest {
  /** In the order in which they are to be written. */
  wanted: readonly Wanted[];
  /** What is known to stand against writing anything. */
  problems: readonly Problem[];
  /** In the order in which problems are to be told. */
  contexts: readonly string[];
  /** What to say of a Gateway that was applied, or would be. */
  line: (planned: Planned, how: string) => string;
}

/** What is about to be done; what was done stands on stdout. */
const INTENT = {
  create: "will create",
  change: "will change",
  unchanged: "stays as it is",
} as const;

/** The same with `--dry-run`. */
const SUPPOSED = {
  create: "would create",
  change: "would change",
  unchanged: "would stay as it is",
} as const;

/**
 * Plans, shows the plan, and applies: one line on stdout for each Gateway. Nothing is written
 * unless everything can be.
 *
 * @throws Interrupted having said what had been applied
 */
export async function applyGateways(
  request: ApplyRequest,
  flags: ApplyOptions,
  io: Io,
): Promise<number> {
  const settings = { force: flags.forceConflicts ?? false };
  const { planned, contested, problems } = await unlessInterrupted(
    io.signal,
    plan(request.wanted, { ...settings, showConflicts: flags.diff ?? false }),
  );
  const all = arranged([...request.problems, ...problems], request.contexts);
  if (all.length > 0) {
    await showDiffs([...planned, ...contested], flags, io);
    const code = await refuse(io, all, "nothing was applied");
    return flags.exitCode ? EXIT_USAGE : code;
  }
  await showPlan(planned, flags, io);
  const tell = (one: Planned, end = ""): Promise<void> => {
    const unchanged = one.action === "unchanged";
    return done(io, `${request.line(one, unchanged ? "unchanged in" : "applied to")}${end}`);
  };
  if (flags.dryRun) {
    for (const one of planned) await tell(one, one.action === "unchanged" ? "" : " (dry run)");
    await warnings(
      planned.flatMap(({ ref, warnings: texts }) =>
        texts.map((text) => ({ context: ref.context, text })),
      ),
      io,
    );
    const differs = planned.some(({ action }) => action !== "unchanged");
    return flags.exitCode && differs ? EXIT_FAULT : 0;
  }
  const result = await apply(planned, settings, io.signal, tell);
  await warnings(result.warnings, io);
  return await conclude(result, io);
}

/** What is left to say when not everything was applied; gives the exit code. */
async function conclude(result: Applied, io: Io): Promise<number> {
  const left = result.left > 0 ? `${result.left} left as they were` : undefined;
  if (result.failed.length > 0) {
    const problems = result.failed.map(({ problem }) => problem);
    await refuse(io, problems, ["stopped at the first failure", left].filter(Boolean).join("; "));
    await io.stderr.write(undoText(result));
    return EXIT_FAULT;
  }
  if (!io.signal.aborted) return 0;
  const rest = left ?? "everything was applied";
  await io.stderr.write(`${io.program}: interrupted: ${rest}\n${undoText(result)}`);
  throw new Interrupted();
}

function names(planned: readonly Planned[]): string {
  return planned
    .map(({ ref, manifest }) => `${gatewayName(manifest)} on ${ref.context}`)
    .join(", ");
}

function undoText({ done: written, failed }: Applied): string {
  const uncertain = failed.flatMap((one) => (one.uncertain ? [one.planned] : []));
  if (written.length === 0 && uncertain.length === 0) return "nothing had been applied\n";
  const lines = [
    ...(written.length > 0 ? [oneLine(`applied: ${names(written)}`)] : []),
    ...(uncertain.length > 0 ? [oneLine(`perhaps applied: ${names(uncertain)}`)] : []),
    "to undo:",
    // The last one first.
    ...indented([...written, ...uncertain].toReversed().map(undoCommand)),
  ];
  return `${lines.join("\n")}\n`;
}

/** Warnings of API servers, each once. */
async function warnings(
  given: readonly { context: string; text: string }[],
  io: Io,
): Promise<void> {
  const texts = new Set(given.map(({ context, text }) => `${context}: ${text}`));
  for (const text of texts) await warning(io, text);
}

async function showPlan(planned: readonly Planned[], flags: ApplyOptions, io: Io): Promise<void> {
  if (!flags.quiet && planned.length > 0) {
    await note(io, flags, "the plan, before anything is done:");
    await io.stderr.write(await planTable(planned, flags.dryRun ? SUPPOSED : INTENT));
  }
  await showDiffs(planned, flags, io);
}

/** A line for each Gateway, below a head. */
async function planTable(
  planned: readonly Planned[],
  verbs: Readonly<Record<Planned["action"], string>>,
): Promise<string> {
  // Only who gets as far as a plan needs a table.
  const { columns } = await import("../../reporters/text/table.ts");
  const rows = planned.map(({ ref, manifest, action, target }) =>
    [ref.context, verbs[action], gatewayName(manifest), target.name].map(oneLine),
  );
  const lines = columns([["CLUSTER", "PLAN", "GATEWAY", "FOR"], ...rows], 3);
  return lines.map((line) => `${line}\n`).join("");
}

async function showDiffs(planned: readonly Planned[], flags: ApplyOptions, io: Io): Promise<void> {
  if (!flags.diff) return;
  for (const { ref, manifest, before, after } of planned) {
    const diff = unifiedDiff(`${ref.context}/${gatewayName(manifest)}`, before, after);
    await io.stdout.write(paintDiff(diff, wantsColor(io, flags.color)));
  }
}
