import { type Command, InvalidArgumentError, Option } from "commander";
import { UsageError } from "../../model/errors.ts";
import { duration, type GlobalOptions } from "./options.ts";

/** Flags of the commands that apply. */
export interface ApplyOptions extends GlobalOptions {
  generate?: boolean;
  /** ms. */
  wait?: number;
  dryRun?: boolean;
  diff?: boolean;
  forceConflicts?: boolean;
}

/** One of the words, whatever their case. */
export function oneOf(...words: string[]): (value: string) => string {
  return (value) => {
    const word = value.toLowerCase();
    if (!words.includes(word)) throw new InvalidArgumentError(`It is ${words.join(" or ")}.`);
    return word;
  };
}

/** A label's value that is not empty. */
export function labelValue(value: string): string {
  if (!/^[a-z\d]([\w.-]{0,61}[a-z\d])?$/i.test(value)) {
    throw new InvalidArgumentError(
      "A label takes up to 63 letters, digits, '-', '_' and '.', a letter or digit at both ends.",
    );
  }
  return value;
}

export function addApplyOptions(command: Command, preset: string): Command {
  const wait = new Option("-w, --wait [duration]", "wait until it works")
    .preset(preset)
    .argParser(duration);
  return addPlanOptions(command.addOption(wait)).option(
    "--force-conflicts",
    "take over fields that other managers own",
  );
}

/** To see what would be written. */
export function addPlanOptions(command: Command): Command {
  return command
    .option("--dry-run", "let the API servers check, and change nothing")
    .option("--diff", "show the change as a diff, too");
}

/** @throws UsageError for flags that do not go together */
export function checkApplyOptions(options: ApplyOptions): void {
  if (options.generate) {
    for (const [flag, given] of [
      ["--wait", options.wait],
      ["--dry-run", options.dryRun],
      ["--diff", options.diff],
      ["--force-conflicts", options.forceConflicts],
    ] as const) {
      if (given) throw new UsageError(`${flag} does not go with --generate, which applies nothing`);
    }
  }
  if (options.dryRun && options.wait) throw new UsageError("--wait does not go with --dry-run");
}
