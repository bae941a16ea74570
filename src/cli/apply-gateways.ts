import {
  apply,
  gatewayName,
  plan,
  type Planned,
  undoCommand,
  type Wanted,
} from "../gateway/apply.ts";
import { unifiedDiff } from "../gateway/comparable.ts";
import type { Problem } from "../gateway/problem.ts";
import { oneLine } from "../lib/sanitize.ts";
import { EXIT_FAULT } from "./exit-code.ts";
import { Interrupted, type Io, unlessInterrupted } from "./io.ts";
import type { GlobalOptions } from "./options.ts";
import { note, paintDiff, refuse, warning } from "./say.ts";

export interface ApplyFlags extends GlobalOptions {
  dryRun?: boolean;
  diff?: boolean;
  forceConflicts?: boolean;
}

const VERB = { create: "create", change: "change", unchanged: "leave" } as const;

/**
 * Plans, shows the plan, and applies: one line on stdout for each Gateway. Nothing is written
 * unless everything can be; `problems` are those found before.
 *
 * @param line what to say of a Gateway that was applied, or would be
 */
export async function applyGateways(
  wanted: readonly Wanted[],
  problems: readonly Problem[],
  line: (planned: Planned, how: string) => string,
  flags: ApplyFlags,
  io: Io,
): Promise<number> {
  if (problems.length > 0) return refuse(io, problems, "nothing was applied");
  const settings = { force: flags.forceConflicts ?? false };
  const { planned, problems: refused } = await unlessInterrupted(io.signal, plan(wanted, settings));
  if (refused.length > 0) return refuse(io, refused, "nothing was applied");
  await showPlan(planned, flags, io);
  if (flags.dryRun) {
    for (const one of planned) {
      for (const text of one.warnings) await warning(io, one.ref.context, text);
      const how = one.action === "unchanged" ? "unchanged in" : "applied to";
      await io.stdout.write(`${line(one, how)}${one.action === "unchanged" ? "" : " (dry run)"}\n`);
    }
    return 0;
  }
  // From here on it runs to its end: a half-made link is worse than a late Ctrl-C.
  if (io.signal.aborted) throw new Interrupted();
  const result = await apply(planned, settings, async (one) => {
    await io.stdout.write(
      `${line(one, one.action === "unchanged" ? "unchanged in" : "applied to")}\n`,
    );
  });
  for (const { context, text } of result.warnings) await warning(io, context, text);
  if (!result.failed) return 0;
  await refuse(io, [result.failed.problem], "stopped at the first failure");
  await io.stderr.write(undoText(result.done));
  return EXIT_FAULT;
}

function undoText(done: readonly Planned[]): string {
  if (done.length === 0) return "nothing had been applied\n";
  const names = done.map(({ ref, manifest }) => `${gatewayName(manifest)} on ${ref.context}`);
  return [
    oneLine(`applied before that: ${names.join(", ")}; to undo:`),
    ...done.map((one) => `     ${undoCommand(one)}`),
    "",
  ].join("\n");
}

async function showPlan(planned: readonly Planned[], flags: ApplyFlags, io: Io): Promise<void> {
  for (const { ref, manifest, action, target } of planned) {
    await note(
      io,
      flags,
      `${ref.context}: ${VERB[action]} Gateway ${gatewayName(manifest)} for ${target.name}`,
    );
  }
  if (!flags.diff) return;
  for (const { ref, manifest, action, before, after } of planned) {
    if (action === "unchanged") continue;
    const title = `${ref.context}/${gatewayName(manifest)}`;
    await io.stdout.write(paintDiff(unifiedDiff(title, before, after), io, flags));
  }
}
