import type { Command } from "commander";
import { oneOf } from "../shared/gateway-options.ts";
import type { Io, SetExitCode } from "../shared/io.ts";
import type { CompareOptions } from "./run.ts";

const FORMATS = ["text", "markdown", "json"];

export function addCompare(program: Command, io: Io, setExitCode: SetExitCode): void {
  program
    .command("compare")
    .argument("<old>", "a report of mc check -o json")
    .argument("<new>", "a later one")
    .description("what changed between two reports: new, known and fixed")
    .option("-o, --output <format>", FORMATS.join(", "), oneOf(...FORMATS), "text")
    .option("--exit-code", "exit 1 when there is something new")
    .action(async (before: string, after: string, _options: unknown, command: Command) => {
      const { runCompare } = await import("./run.ts");
      const options = command.optsWithGlobals<CompareOptions>();
      setExitCode(await runCompare(before, after, options, io));
    });
}
