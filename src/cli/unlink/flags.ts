import type { Command } from "commander";
import { dryRunFlag, withClientDryRun } from "../shared/gateway-options.ts";
import type { Io, SetExitCode } from "../shared/io.ts";
import { type GlobalOptions, list } from "../shared/options.ts";

/** Flags of `mc unlink`, parsed. */
export interface UnlinkOptions extends GlobalOptions {
  contexts?: string[];
  from?: string[];
  to?: string[];
  generate?: boolean;
  dryRun?: boolean;
  force?: boolean;
}

export function addUnlink(program: Command, io: Io, setExitCode: SetExitCode): void {
  program
    .command("unlink")
    .description("undo links, also when the peer is dead or gone")
    .option("--contexts <a,b>", "undo the links of these clusters with one another", list)
    .option("--from <a,b>", "undo only the links of these clusters …", list)
    .option("--to <c,d>", "… to these: contexts, CLUSTER_IDs or networks", list)
    .option("--generate", "print the kubectl commands and delete nothing")
    .addOption(dryRunFlag({ generates: true }))
    .option("--force", "also delete Gateways that mc does not manage")
    .action(async (_options: unknown, self: Command) => {
      const { runUnlink } = await import("./run.ts");
      setExitCode(await runUnlink(withClientDryRun(self.optsWithGlobals<UnlinkOptions>()), io));
    });
}
