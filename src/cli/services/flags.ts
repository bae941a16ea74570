import { type Command, Option } from "commander";
import type { Io, SetExitCode } from "../shared/io.ts";
import { list, positive, repeated, timeoutFlag } from "../shared/options.ts";
import type { ServicesOptions } from "./run.ts";

export function addServices(program: Command, io: Io, setExitCode: SetExitCode): void {
  program
    .command("services")
    .description("which cluster shares which services, and which know them: -n for one namespace")
    .option("--contexts <a,b>", "kubeconfig contexts, by commas or repeated", list)
    .option("--directory <dir>", "a recording instead of a live cluster, repeatable", repeated)
    .addOption(new Option("--broken", "only those that some cluster does not get").conflicts("all"))
    .option("--all", "one line for each, also where many are alike")
    .option("-o, --output <format>", "text, json, yaml, markdown, html", "text")
    .addOption(timeoutFlag())
    .option("--concurrency <n>", "clusters read at the same time", positive, 32)
    .action(async (_options: unknown, command: Command) => {
      const { runServices } = await import("./run.ts");
      setExitCode(await runServices(command.optsWithGlobals<ServicesOptions>(), io));
    });
}
