import { remedyFor } from "../../engine/access.ts";
import type { Problem } from "../../gateway/problem.ts";
import { commandLines, oneLine } from "../../lib/sanitize.ts";
import { EXIT_FAULT } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { withProgramName } from "./program-name.ts";
import type { GlobalOptions } from "./options.ts";

/** A remark on stderr, unless `--quiet`. */
export async function note(io: Io, options: GlobalOptions, text: string): Promise<void> {
  if (!options.quiet)
    await io.stderr.write(`note: ${withProgramName(oneLine(text), io.program)}\n`);
}

/** What deserves a look whatever the flags, on stderr. */
export async function warning(io: Io, text: string): Promise<void> {
  await io.stderr.write(`warning: ${withProgramName(oneLine(text), io.program)}\n`);
}

/** One line of what has been done, on stdout. */
export async function done(io: Io, text: string): Promise<void> {
  await io.stdout.write(`${oneLine(text)}\n`);
}

function commandsOf({ cluster, commands, cause }: Problem): string[] {
  if (commands.length > 0 || !cause) return commands;
  return remedyFor(cluster, cause).commands;
}

/** Commands as lines below what they are for; a here-document keeps its indentation. */
export function indented(commands: readonly string[]): string[] {
  return commands.flatMap((command) => {
    const [first = "", ...more] = commandLines(command);
    return [`     ${first}`, ...more];
  });
}

/** All that stands against a change, each with its commands; gives the exit code. */
export async function refuse(
  io: Io,
  problems: readonly Problem[],
  consequence: string,
): Promise<number> {
  const lines = problems.flatMap((one) => [
    `❌ ${withProgramName(oneLine(`${one.cluster.context}: ${one.message}`), io.program)}`,
    ...indented(commandsOf(one)),
  ]);
  await io.stderr.write(`${[...lines, `${io.program}: ${consequence}`].join("\n")}\n`);
  return EXIT_FAULT;
}
