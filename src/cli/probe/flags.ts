import { type Command, Option } from "commander";
import type { Io, SetExitCode } from "../shared/io.ts";
import { oneOf } from "../shared/gateway-options.ts";
import { duration, type GlobalOptions, list } from "../shared/options.ts";

/** Flags of `mc probe`, parsed. */
export interface ProbeOptions extends GlobalOptions {
  contexts?: string[];
  from?: string[];
  to?: string[];
  image?: string;
  generate?: boolean;
  dryRun?: boolean;
  yes?: boolean;
  keep?: boolean;
  output: "text" | "json";
  /** ms an attempt. */
  timeout: number;
}

export function addProbe(program: Command, io: Io, setExitCode: SetExitCode): void {
  program
    .command("probe")
    .description("try, from a short-lived Pod in each cluster, to reach the gateways of the others")
    .option("--contexts <a,b>", "these clusters, each from each other", list)
    .option("--from <a,b>", "only from these clusters …", list)
    .option("--to <c,d>", "… to these", list)
    .option("--image <image>", "image of the Pod: any with sh and openssl (or curl, nc, bash)")
    .option("--generate", "print the Pods as YAML and make none")
    .option("--dry-run", "let the API servers judge the Pods and make none")
    .option("--yes", "make the Pods that the plan shows")
    .option("--keep", "leave the Pods there, to look at them")
    .addOption(
      new Option("-o, --output <format>", "text or json")
        .argParser(oneOf("text", "json"))
        .default("text"),
    )
    .addOption(
      new Option("--timeout <duration>", "time for each attempt")
        .argParser(duration)
        .default(5000, "5s"),
    )
    .action(async (_options: unknown, command: Command) => {
      const { runProbe } = await import("./run.ts");
      setExitCode(await runProbe(command.optsWithGlobals<ProbeOptions>(), io));
    });
}
