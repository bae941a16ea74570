import type { Command, Option } from "commander";
import { CHECKS } from "../../checks/index.ts";
import { flagIn, flagsOf } from "../shared/flags.ts";
import { valuesOf } from "../shared/flag-values.ts";
import { list } from "../shared/options.ts";

/*
 * What a command line that is being written can go on with, from the command line's own definition.
 * Shells and kubectl ask by `mc __complete -- WORDS…`, whose last word is the one that is begun.
 */

export interface Candidate {
  value: string;
  description?: string;
}

/** What to offer, and what the shell is to do besides. */
export interface Completion {
  candidates: readonly Candidate[];
  /** The word may go on: no space behind it. */
  goesOn?: boolean;
  /** Paths of files, too, for what stands behind `=`. */
  files?: boolean;
}

/** Reads the contexts of a kubeconfig, of the default one when none is named. */
export type ContextsOf = (kubeconfig: string | undefined) => Promise<ReadonlySet<string>>;

const NOTHING: Completion = { candidates: [] };
/** What the value of a flag is called in its help when it is a path. */
const PATH = /[<[](?:file|dir)[>\]]/;
/** A description that begins with what the value can be: `text, json, yaml`. */
const CHOICES = /^[\w-]+(?:, [\w-]+)+/;

interface Line {
  command: Command;
  /** Words that are no flags nor their values, behind the command. */
  operands: number;
  kubeconfig?: string;
}

/** The command that the words lead to; nothing in them is taken for an error. */
function lineOf(program: Command, words: readonly string[]): Line {
  let command = program;
  let operands = 0;
  let kubeconfig: string | undefined;
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? "";
    const option = flagsFor(command, program).get(flagIn(word));
    if (option) {
      const value = word.includes("=") ? word.slice(flagIn(word).length + 1) : words[index + 1];
      if (option.long === "--kubeconfig") kubeconfig = value;
      if (option.required && !word.includes("=")) index += 1;
    } else if (!word.startsWith("-")) {
      const sub = command.commands.find((one) => one.name() === word);
      if (sub && operands === 0) command = sub;
      else operands += 1;
    }
  }
  return { command, operands, ...(kubeconfig === undefined ? {} : { kubeconfig }) };
}

function flagsFor(command: Command, program: Command): Map<string, Option> {
  return new Map([...flagsOf(program), ...flagsOf(command)]);
}

async function valueCandidates(
  option: Option,
  begun: string,
  line: Line,
  contextsOf: ContextsOf,
): Promise<Completion> {
  const { long = option.flags, flags, description } = option;
  if (PATH.test(flags)) return { candidates: [], files: true };
  const known = long === "--output" ? "files" : valuesOf(long);
  const choices =
    option.argChoices ??
    (known === "contexts"
      ? [...(await contextsOf(line.kubeconfig))]
      : typeof known === "string"
        ? (CHOICES.exec(description)?.[0].split(", ") ?? [])
        : [...known]);
  if (flags.includes("[=file]") && begun.includes("=")) return { candidates: [], files: true };
  if (option.parseArg !== (list as Option["parseArg"])) {
    return { candidates: choices.map((value) => ({ value })) };
  }
  const taken = begun.split(",").slice(0, -1);
  const lead = taken.map((value) => `${value},`).join("");
  const left = choices.filter((value) => !taken.includes(value));
  return { candidates: left.map((value) => ({ value: lead + value })), goesOn: true };
}

function operandCandidates({ command, operands }: Line): Candidate[] {
  const commands = command.createHelp().visibleCommands(command);
  if (operands > 0) return [];
  if (command.name() === "explain") {
    return CHECKS.map(({ id, title }) => ({ value: id, description: title }));
  }
  const [argument] = command.registeredArguments;
  const choices = CHOICES.exec(argument?.description ?? "")?.[0].split(", ") ?? [];
  return [
    ...choices.map((value) => ({ value })),
    ...commands.map((one) => ({ value: one.name(), description: one.description() })),
  ];
}

function flagCandidates(line: Line, program: Command): Candidate[] {
  const options = new Set([...line.command.options, ...program.options]);
  return [...options]
    .filter(({ hidden, long }) => !hidden && long)
    .map(({ long = "", description }) => ({ value: long, description }));
}

/** The candidates that begin as the word does. */
function beginning(completion: Completion, begun: string): Completion {
  const candidates = completion.candidates.filter(({ value }) => value.startsWith(begun));
  return { ...completion, candidates };
}

/** What the last of the words can be. */
export async function complete(
  program: Command,
  words: readonly string[],
  contextsOf: ContextsOf,
): Promise<Completion> {
  const [begun = "", before = ""] = words.toReversed();
  const line = lineOf(program, words.slice(0, -1));
  const flags = flagsFor(line.command, program);
  if (/^--[^=]+=/.test(begun)) {
    const flag = flagIn(begun);
    const option = flags.get(flag);
    if (!option) return NOTHING;
    const value = begun.slice(flag.length + 1);
    const found = beginning(await valueCandidates(option, value, line, contextsOf), value);
    return {
      ...found,
      candidates: found.candidates.map((one) => ({ ...one, value: `${flag}=${one.value}` })),
    };
  }
  const option = flags.get(before);
  if (option?.required) {
    return beginning(await valueCandidates(option, begun, line, contextsOf), begun);
  }
  const candidates = begun.startsWith("-")
    ? flagCandidates(line, program)
    : operandCandidates(line);
  return beginning({ candidates }, begun);
}

/** The bits of cobra's directives, which kubectl reads. */
const NO_SPACE = 2;
const NO_FILES = 4;

/** A completion as cobra's programs print it: a candidate a line, then what the shell is to do. */
export function completionText({ candidates, goesOn, files }: Completion): string {
  const lines = candidates.map(({ value, description }) =>
    description === undefined ? value : `${value}\t${description}`,
  );
  const directive = (goesOn ? NO_SPACE : 0) + (files ? 0 : NO_FILES);
  return `${[...lines, `:${directive}`].join("\n")}\n`;
}
