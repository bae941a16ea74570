import { Chalk } from "chalk";
import type { Problem } from "../gateway/problem.ts";
import { oneLine } from "../lib/sanitize.ts";
import { EXIT_FAULT } from "./exit-code.ts";
import { type Io, wantsColor } from "./io.ts";
import type { GlobalOptions } from "./options.ts";

/** A remark on stderr, unless `--quiet`. */
export async function note(io: Io, options: GlobalOptions, text: string): Promise<void> {
  if (!options.quiet) await io.stderr.write(`note: ${oneLine(text)}\n`);
}

/** A warning of an API server on stderr. */
export async function warning(io: Io, context: string, text: string): Promise<void> {
  await io.stderr.write(`warning: ${oneLine(`${context}: ${text}`)}\n`);
}

/** All that stands against a change, each with its commands; gives the exit code. */
export async function refuse(
  io: Io,
  problems: readonly Problem[],
  consequence: string,
): Promise<number> {
  const lines = problems.flatMap(({ context, message, commands }) => [
    `❌ ${oneLine(`${context}: ${message}`)}`,
    ...commands.map((command) => `     ${command}`),
  ]);
  await io.stderr.write(`${[...lines, `${io.program}: ${consequence}`].join("\n")}\n`);
  return EXIT_FAULT;
}

/** A unified diff for people: coloured on a terminal. */
export function paintDiff(diff: string, io: Io, options: GlobalOptions): string {
  const paint = new Chalk({ level: wantsColor(io, options.color) ? 1 : 0 });
  return diff
    .split("\n")
    .map((line) => {
      if (line.startsWith("+")) return paint.green(line);
      if (line.startsWith("-")) return paint.red(line);
      return line.startsWith("@@") ? paint.cyan(line) : line;
    })
    .join("\n");
}
