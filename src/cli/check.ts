import { type Command, InvalidArgumentError, Option } from "commander";
import { REPORTERS } from "../reporters/index.ts";
import type { CheckOptions } from "./check-run.ts";
import type { Io, SetExitCode } from "./io.ts";
import { duration, list, positive, repeated } from "./options.ts";

/** A duration flag whose value may be left out: `--wait`, `--wait=5m`. */
function durationFlag(flags: string, description: string, preset: number): Option {
  return new Option(flags, description).preset(String(preset)).argParser((value: string) => {
    return /^\d+$/.test(value) ? Number(value) : duration(value);
  });
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
    .option("--timeout <duration>", "time for each cluster to answer", duration, 30_000)
    .option("--concurrency <n>", "clusters read at the same time", positive, 32)
    .addOption(durationFlag("--wait [duration]", "check again until all pass (5m)", 300_000))
    .addOption(
      durationFlag("--watch [duration]", "report again and again (30s)", 30_000).conflicts("wait"),
    )
    .action(async (_options: unknown, command: Command) => {
      const { runCheck } = await import("./check-run.ts");
      setExitCode(await runCheck(command.optsWithGlobals<CheckOptions>(), io));
    });
}
