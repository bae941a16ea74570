import type { Command } from "commander";
import type { Io, SetExitCode } from "../shared/io.ts";
import { clusterFlag, list, logsFlag, positive, timeoutFlag } from "../shared/options.ts";
import type { SnapshotOptions } from "./run.ts";

export function addSnapshot(program: Command, io: Io, setExitCode: SetExitCode): void {
  program
    .command("snapshot")
    .description("record what the checks read, redacted, for mc check --directory")
    .option("--contexts <a,b>", "kubeconfig contexts, by commas or repeated", list)
    .option("--output-dir <dir>", "write a directory, one sub-directory a cluster")
    .option("--output-file <file>", "write a .tar.gz instead")
    .option("--force", "overwrite an earlier recording")
    .addOption(clusterFlag())
    .addOption(timeoutFlag())
    .option("--concurrency <n>", "clusters read at the same time", positive, 32)
    .addOption(logsFlag())
    .action(async (_options: unknown, command: Command) => {
      const { runSnapshot } = await import("./run.ts");
      setExitCode(await runSnapshot(command.optsWithGlobals<SnapshotOptions>(), io));
    });
}
