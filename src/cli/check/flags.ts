import { type Command, InvalidArgumentError, Option } from "commander";
import { REPORTERS } from "../../reporters/index.ts";
import type { CheckOptions } from "./run.ts";
import type { Io, SetExitCode } from "../shared/io.ts";
import { duration, list, logsFlag, positive, repeated, timeoutFlag } from "../shared/options.ts";

/** A duration flag whose value may be left out: `--wait`, `--wait=5m`. */
function durationFlag(flags: string, description: string, preset: string): Option {
  return new Option(flags, description).preset(preset).argParser(duration);
}

function failOn(value: string): string {
  if (value !== "fail" && value !== "warn") {
    throw new InvalidArgumentError("It is fail or warn.");
  }
  return value;
}

export function addCheck(program: Command, io: Io, setExitCode: SetExitCode): void {
  program
    .command("check")
    .description("check whether clusters can be linked, are linked, and if not, why")
    .option("--contexts <a,b>", "kubeconfig contexts, by commas or repeated", list)
    .option("--directory <dir>", "a recording instead of a live cluster, repeatable", repeated)
    .option("-p, --precheck", "ask only whether each cluster is ready to be linked")
    .option("-v, --verbose", "show the details of every check")
    .option("-o, --output <format>", Object.keys(REPORTERS).join(", "), "text")
    .option("--output-file <file>", "write the report there instead of to stdout")
    .option("--check <ids>", "run these checks only", list)
    .option("--skip <ids>", "leave these checks out", list)
    .option("--fail-on <status>", "exit 1 from this status on: fail or warn", failOn, "fail")
    .addOption(timeoutFlag())
    .option("--concurrency <n>", "clusters read at the same time", positive, 32)
    .addOption(logsFlag())
    .addOption(durationFlag("--wait [duration]", "check again until all pass", "5m"))
    .addOption(
      durationFlag("--watch [duration]", "report again and again", "30s").conflicts("wait"),
    )
    .action(async (_options: unknown, command: Command) => {
      const { runCheck } = await import("./run.ts");
      setExitCode(await runCheck(command.optsWithGlobals<CheckOptions>(), io));
    });
}
