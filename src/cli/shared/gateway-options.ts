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
  /** With `dryRun`: the exit code says whether something would change. */
  exitCode?: boolean;
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
  return addPlanOptions(command.addOption(wait), { generates: true })
    .option("--exit-code", "with --dry-run: 0 same, 1 differs, 2 not known, as kubectl diff")
    .option("--force-conflicts", "take over fields that other managers own");
}

/** What `--dry-run` can be with a value, as kubectl has it: `server` without one. */
const DRY_RUNS: Readonly<Record<string, boolean | "client">> = {
  none: false,
  client: "client",
  server: true,
};

/** `--dry-run`; `client` only where `--generate` prints what would be done. */
export function dryRunFlag({ generates }: { generates: boolean }): Option {
  const what = "change nothing: server (if left out) lets API servers check";
  return new Option("--dry-run [where]", generates ? `${what}, client only prints` : what)
    .preset("server")
    .argParser((value) => {
      const parsed = DRY_RUNS[value];
      if (parsed !== undefined && (generates || parsed !== "client")) return parsed;
      throw new InvalidArgumentError(`It is ${generates ? "client or " : ""}server.`);
    });
}

/** Flags in which `--dry-run=client` is what it means here: to print and apply nothing. */
export function withClientDryRun<T extends { dryRun?: unknown; generate?: boolean }>(flags: T): T {
  if (flags.dryRun !== "client") return flags;
  const { dryRun: _client, ...rest } = flags;
  return { ...rest, generate: true } as T;
}

/** To see what would be written. */
export function addPlanOptions(command: Command, { generates }: { generates: boolean }): Command {
  return command
    .addOption(dryRunFlag({ generates }))
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
  if (options.exitCode && !options.dryRun) {
    throw new UsageError("--exit-code is only for --dry-run");
  }
  if (options.dryRun && options.wait) throw new UsageError("--wait does not go with --dry-run");
}
