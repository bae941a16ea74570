import { type Command, InvalidArgumentError, Option } from "commander";
import { REPORTERS } from "../../reporters/index.ts";
import { oneOf } from "../shared/gateway-options.ts";
import type { CheckOptions } from "./run.ts";
import type { Io, SetExitCode } from "../shared/io.ts";
import {
  clusterFlag,
  duration,
  list,
  logsFlag,
  positive,
  repeated,
  modeFlag,
  timeoutFlag,
} from "../shared/options.ts";

/** A duration flag whose value may be left out: `--wait`, `--wait=5m`. */
function durationFlag(flags: string, description: string, preset: string): Option {
  return new Option(flags, description).preset(preset).argParser(duration);
}

/** What code scanning takes for a category. */
function category(value: string): string {
  const name = value.replace(/\/$/, "");
  if (!/^[\w.:/-]{1,200}$/.test(name)) {
    throw new InvalidArgumentError("It takes up to 200 letters, digits and any of . _ : / -");
  }
  return name;
}

export function addCheck(program: Command, io: Io, setExitCode: SetExitCode): void {
  program
    .command("check")
    .description("check whether clusters can be linked, are linked, and if not, why")
    .option("--contexts <a,b>", "kubeconfig contexts, by commas or repeated", list)
    .option("--directory <dir>", "a recording instead of a live cluster, repeatable", repeated)
    .addOption(clusterFlag())
    .addOption(modeFlag())
    .option("-p, --precheck", "ask only whether each cluster is ready to be linked")
    .option("-v, --verbose", "show the details of every check")
    .option(
      "-o, --output <format[=file]>",
      `${Object.keys(REPORTERS).join(", ")}; repeatable (default text)`,
      repeated,
    )
    .option("--output-file <file>", "write the report there instead of to stdout")
    .option(
      "--sarif-category <name>",
      "tells this analysis from others of the same commit, in SARIF",
      category,
    )
    .option("--check <ids>", "run these checks only; patterns too: 'pods-*'", list)
    .option("--checks <file>", "checks of yours, as docs/own-checks.md says; repeatable", repeated)
    .option("--skip <ids>", "leave these checks out; patterns too", list)
    .option(
      "--fail-on <status>",
      "what exits with 1: fail, warn, new (with --baseline) or never",
      oneOf("fail", "warn", "new", "never"),
      "fail",
    )
    .option("--baseline <file>", "an earlier report (-o json): faults are new, known or fixed")
    .option(
      "--ignore <file>",
      "faults to live with: check, cluster, object, reason, until; repeatable",
      repeated,
    )
    .addOption(timeoutFlag())
    .option("--probe", "also try, from this machine, to reach east-west addresses and API servers")
    .addOption(
      new Option("--probe-timeout <duration>", "time for each attempt of --probe (5s)").argParser(
        duration,
      ),
    )
    .option("--deep", "also ask one ztunnel of each cluster which certificates it has")
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
