import type { Command, Option } from "commander";
import { UsageError } from "../../model/errors.ts";

/** A flag that takes a value was given none. */
export class MissingValue extends Error {
  override readonly name = "MissingValue";
  readonly option: Option;

  constructor(option: Option) {
    super(`${option.flags} has no value`);
    this.option = option;
  }
}

/** A command, those below it, and those below these. */
export function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

/** Every flag of every command, by each of its forms, dashes included. */
export function flagsOf(program: Command): Map<string, Option> {
  const options = withSubcommands(program).flatMap((command) => command.options);
  return new Map(
    options.flatMap((option) =>
      [option.long, option.short].flatMap((form) => (form ? [[form, option] as const] : [])),
    ),
  );
}

/** `--contexts` of `--contexts=a,b`. */
export function flagIn(word: string): string {
  return word.replace(/=.*/s, "");
}

/**
 * Refuses words that the parser would take for what nobody means: `-context` is the flag `-c` with
 * the value `ontext` to it, and the flag after one without its value is that value.
 *
 * @throws UsageError for a long flag with one hyphen
 * @throws MissingValue
 */
export function refuseMistakenFlags(program: Command, args: readonly string[]): void {
  const named = program.commands.find((command) => args.includes(command.name()));
  // Those of the command that is meant come last, and stand for what others call the same.
  const flags = new Map([...flagsOf(program), ...(named ? flagsOf(named) : [])]);
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index] ?? "";
    if (word === "--") return;
    if (/^-[^-]./.test(word) && flags.has(`-${flagIn(word)}`)) {
      throw new UsageError(`unknown option '${flagIn(word)}' (Did you mean -${flagIn(word)}?)`);
    }
    const option = flags.get(word);
    if (!option?.required) continue;
    const next = args[index + 1];
    if (next?.startsWith("--") && flags.has(flagIn(next))) throw new MissingValue(option);
    index += 1;
  }
}
