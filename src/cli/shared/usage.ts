import { stat } from "node:fs/promises";
import type { Command, CommanderError, Option } from "commander";
import { CHECKS } from "../../checks/index.ts";
import { closest } from "../../lib/closest.ts";
import { flagIn, flagsOf } from "./flags.ts";
import { valuesOf } from "./flag-values.ts";
import type { Io } from "./io.ts";
import type { GlobalOptions } from "./options.ts";
import { knownContexts } from "./readers.ts";

/* What commander says of a command line it refuses, in terms of what could have been meant. */

/** Contexts that are named where one is missing. */
const MOST_CONTEXTS = 10;

/** What the value of a flag is, by what its help calls it. */
const VALUES: Readonly<Record<string, string>> = {
  duration: "a duration such as 30s or 5m",
  n: "a whole number, 1 or more",
  file: "the path of a file",
  dir: "the path of a directory",
};

/** One line for a flag that was given without its value: what the value can be. */
export async function missingValue(
  option: Option,
  options: GlobalOptions,
  io: Io,
): Promise<string> {
  const { long = option.flags, flags, description } = option;
  const values = valuesOf(long);
  const kind = VALUES[/<([^>]+)>/.exec(flags)?.[1] ?? ""];
  if (values === "contexts" && kind === undefined)
    return `${long} needs ${await contextsText(options, io)}`;
  if (typeof values !== "string") return `${long} needs a value: ${values.join(", ")}`;
  return `${long} needs ${kind ?? "a value"}: ${description}`;
}

async function contextsText(options: GlobalOptions, io: Io): Promise<string> {
  const what = "names of kubeconfig contexts";
  // That the kubeconfig cannot be used is not what this is about.
  const known = await knownContexts(options, io).catch(() => new Set<string>());
  if (known.size === 0) return what;
  const shown = [...known].slice(0, MOST_CONTEXTS).join(", ");
  const more = known.size - MOST_CONTEXTS;
  return `${what}: ${shown}${more > 0 ? ` and ${more} more` : ""}`;
}

/** One line for a command that is none. */
export function unknownCommand(name: string, program: Command): string {
  const names = program
    .createHelp()
    .visibleCommands(program)
    .map((command) => command.name());
  const near = closest(name, names);
  return near === undefined
    ? `unknown command '${name}'; there are ${names.join(", ")}`
    : `unknown command '${name}' (Did you mean ${near}?)`;
}

/** Commands whose arguments would be clusters, and the flag that names these. */
const CLUSTER_FLAGS: Readonly<Record<string, "--contexts" | "--context">> = {
  check: "--contexts",
  snapshot: "--contexts",
  link: "--contexts",
  unlink: "--contexts",
  probe: "--contexts",
  expose: "--context",
};

async function meantFlag(command: Command, given: readonly string[]): Promise<string | undefined> {
  const [first = ""] = given;
  const own = new Set(
    [...command.options, ...(command.parent?.options ?? [])].map(({ long }) => long),
  );
  if (own.has(`--${flagIn(first)}`)) return `--${first}`;
  if (own.has("--check") && CHECKS.some(({ id }) => id === first)) {
    return `--check ${given.join(",")}`;
  }
  if (own.has("--directory") && (await stat(first).catch(() => undefined))) {
    return given.map((path) => `--directory ${path}`).join(" ");
  }
  const flag = CLUSTER_FLAGS[command.name()];
  if (flag === undefined) return undefined;
  return `${flag} ${flag === "--contexts" ? given.join(",") : first}`;
}

async function excessArguments(command: Command): Promise<string> {
  const { args, registeredArguments } = command;
  if (registeredArguments.length > 0) {
    const names = registeredArguments.map((argument) => argument.name()).join(", ");
    return `${command.name()} takes one argument (${names}), ${args.length} are given: ${args.join(", ")}`;
  }
  const meant = await meantFlag(command, args);
  const hint = meant === undefined ? `: ${args.join(", ")}` : `: did you mean ${meant}?`;
  return `${command.name()} takes no arguments${hint}`;
}

/** A refused command line in one line: what, where, and what it could have been. */
export async function usageText(cause: CommanderError, command: Command, io: Io): Promise<string> {
  let program = command;
  while (program.parent) program = program.parent;
  switch (cause.code) {
    case "commander.optionMissingArgument": {
      const written = /'([^']+)' argument missing/.exec(cause.message)?.[1];
      const option = [...flagsOf(command).values(), ...flagsOf(program).values()].find(
        ({ flags }) => flags === written,
      );
      return option
        ? missingValue(option, command.optsWithGlobals<GlobalOptions>(), io)
        : cause.message;
    }
    case "commander.unknownCommand":
      return unknownCommand(program.args[0] ?? "", program);
    case "commander.excessArguments":
      return excessArguments(command);
    case "commander.missingArgument": {
      const [argument] = command.registeredArguments;
      return `${command.name()} needs a ${argument?.name()}: ${argument?.description}`;
    }
    default:
      return cause.message.replace(/^error: /, "").replaceAll(/\s*\n\s*/g, " ");
  }
}
