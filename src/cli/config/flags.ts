import type { Command } from "commander";
import type { GlobalOptions } from "../shared/options.ts";
import type { Io } from "../shared/io.ts";

export function addConfig(program: Command, io: Io): void {
  program
    .command("config")
    .description("what need not be said on every command line")
    .command("init")
    .description("begin an mc.yaml here, with what it can hold")
    .action(async (_options: unknown, command: Command) => {
      const { runInit } = await import("./init-run.ts");
      await runInit(command.optsWithGlobals<GlobalOptions>(), io);
    });
}
