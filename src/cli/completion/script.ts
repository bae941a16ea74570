import type { Command, Option } from "commander";
import { CHECKS } from "../../checks/index.ts";
import { type FlagValues, valuesOf } from "../shared/flag-values.ts";

interface Flag {
  /** With its dashes. */
  long: string;
  description: string;
  takesValue: boolean;
  values: FlagValues;
}

export interface ProgramDescription {
  commands: { name: string; description: string; flags: Flag[]; words: readonly string[] }[];
}

function flagOf({ long, description, required, optional }: Option): Flag[] {
  if (!long) return [];
  return [{ long, description, takesValue: required || optional, values: valuesOf(long) }];
}

/** What there is to complete, from the command line's own definition. */
export async function describeProgram(program: Command): Promise<ProgramDescription> {
  const global = program.options.filter(({ hidden }) => !hidden).flatMap(flagOf);
  const shown = program.commands.filter((command) => !command.name().startsWith("_"));
  return {
    commands: shown.map((command) => ({
      name: command.name(),
      description: command.description(),
      flags: [...ownFlags(command), ...global],
      words: wordsOf(command),
    })),
  };
}

/** Those of its subcommands, too, each once. */
function ownFlags(command: Command): Flag[] {
  const options = [command, ...command.commands].flatMap((one) => one.options);
  const flags = options.filter(({ hidden }) => !hidden).flatMap(flagOf);
  return [...new Map(flags.map((flag) => [flag.long, flag])).values()];
}

function wordsOf(command: Command): string[] {
  if (command.commands.length > 0) return command.commands.map((one) => one.name());
  if (command.name() === "explain") return [...CHECKS.map(({ id }) => id), "trace"];
  return command.name() === "completion" ? ["bash", "zsh", "fish"] : [];
}

/** In single quotes for any of the three shells. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "’")}'`;
}

function bash({ commands }: ProgramDescription): string {
  const names = commands.map(({ name }) => name).join(" ");
  const cases = commands.map(
    ({ name, flags, words }) =>
      `    ${name}) words="${[...words, ...flags.map(({ long }) => long)].join(" ")}" ;;`,
  );
  const seen = new Map(commands.flatMap(({ flags }) => flags.map((flag) => [flag.long, flag])));
  const values = [...seen.values()]
    .filter(({ takesValue, values: from }) => takesValue && from !== "files")
    .map(
      ({ long, values: from }) =>
        `    ${long}) COMPREPLY=($(compgen -W "${typeof from === "string" ? "$(mc __contexts 2>/dev/null)" : from.join(" ")}" -- "$current")); return ;;`,
    );
  return `_mc() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" words
  case "$previous" in
${values.join("\n")}
  esac
  case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
    *) words="${names}" ;;
  esac
  [ "$COMP_CWORD" -eq 1 ] && words="${names}"
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _mc mc
`;
}

function zshValues(values: FlagValues): string {
  if (values === "files") return "_files";
  return values === "contexts" ? "_mc_contexts" : `(${values.join(" ")})`;
}

function zsh({ commands }: ProgramDescription): string {
  const list = commands.map(({ name, description }) => `    ${quoted(`${name}:${description}`)}`);
  const cases = commands.map(({ name, flags, words }) => {
    const options = flags.map(({ long, description, takesValue, values }) => {
      const text = description.replaceAll(/[[\]:]/g, " ");
      return `      ${quoted(`${long}[${text}]${takesValue ? `:value:${zshValues(values)}` : ""}`)}`;
    });
    const rest = words.length > 0 ? [`      ${quoted(`1:word:(${words.join(" ")})`)}`] : [];
    return `    ${name}) _arguments \\\n${[...options, ...rest].join(" \\\n")} ;;`;
  });
  return `#compdef mc
_mc_contexts() { compadd -- \${(f)"$(mc __contexts 2>/dev/null)"} }
_mc() {
  local -a commands=(
${list.join("\n")}
  )
  if (( CURRENT == 2 )); then _describe command commands; return; fi
  local command=$words[2]
  shift words; (( CURRENT-- ))
  case $command in
${cases.join("\n")}
  esac
}
compdef _mc mc
`;
}

function fish({ commands }: ProgramDescription): string {
  const lines = commands.flatMap(({ name, description, flags, words }) => {
    const when = `-n '__fish_seen_subcommand_from ${name}'`;
    return [
      `complete -c mc -f -n __fish_use_subcommand -a ${name} -d ${quoted(description)}`,
      ...words.map((word) => `complete -c mc -f ${when} -a ${word}`),
      ...flags.map(({ long, description: text, takesValue, values }) => {
        const from =
          values === "files"
            ? " -r"
            : ` -x -a ${values === "contexts" ? "'(mc __contexts 2>/dev/null)'" : quoted(values.join(" "))}`;
        return `complete -c mc ${when} -l ${long.slice(2)} -d ${quoted(text)}${takesValue ? from : ""}`;
      }),
    ];
  });
  return `${lines.join("\n")}\n`;
}

/** The script for one of the shells. */
export function completionScript(name: string, description: ProgramDescription): string {
  if (name === "zsh") return zsh(description);
  return name === "fish" ? fish(description) : bash(description);
}
