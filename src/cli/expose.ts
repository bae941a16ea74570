import type { Command } from "commander";
import type { Io } from "./io.ts";
import { oneOf, waitOption } from "./link.ts";
import type { GlobalOptions } from "./options.ts";
import type { SetExitCode } from "./program.ts";

/** Flags of `mc expose`, parsed. */
export interface ExposeOptions extends GlobalOptions {
  generate?: boolean;
  wait?: number;
  region?: string;
  zone?: string;
  dataPlaneServiceType: "loadbalancer" | "nodeport";
  dryRun?: boolean;
  diff?: boolean;
}

export function addExpose(program: Command, io: Io, setExitCode: SetExitCode): void {
  program
    .command("expose")
    .description("make the east-west Gateway through which other clusters reach this one")
    .option("--generate", "print the Gateway as YAML and apply nothing")
    .addOption(waitOption("90s"))
    .option("--region <region>", "locality (else of the nodes, where they agree)")
    .option("--zone <zone>", "locality, with --region")
    .option(
      "--data-plane-service-type <type>",
      "loadbalancer, or nodeport for direct traffic to nodes (1.28 or later)",
      oneOf("loadbalancer", "nodeport"),
      "loadbalancer",
    )
    .option("--dry-run", "let the API server check, and change nothing")
    .option("--diff", "show the change as a diff")
    .action(async (_options: unknown, command: Command) => {
      const { runExpose } = await import("./expose-run.ts");
      setExitCode(await runExpose(command.optsWithGlobals<ExposeOptions>(), io));
    });
}
