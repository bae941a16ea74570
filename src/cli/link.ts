import { type Command, InvalidArgumentError, Option } from "commander";
import type { Io } from "./io.ts";
import { duration, type GlobalOptions, list, repeated } from "./options.ts";
import type { SetExitCode } from "./program.ts";

/** Flags of `mc link`, parsed. */
export interface LinkOptions extends GlobalOptions {
  contexts?: string[];
  from?: string[];
  to?: string[];
  generate?: boolean;
  preferredDataPlaneServiceType: "loadbalancer" | "nodeport";
  format: "gateway" | "helm-values";
  outputDir?: string;
  address?: string[];
  wait?: number;
  dryRun?: boolean;
  diff?: boolean;
  forceConflicts?: boolean;
}

/** One of the words, whatever their case. */
export function oneOf(...words: string[]): (value: string) => string {
  return (value) => {
    const word = value.toLowerCase();
    if (!words.includes(word)) throw new InvalidArgumentError(`It is ${words.join(" or ")}.`);
    return word;
  };
}

/** `--wait`, or `--wait=5m`. */
export function waitOption(preset: string): Option {
  return new Option("-w, --wait [duration]", `wait until it works (${preset})`)
    .preset(preset)
    .argParser(duration);
}

export function addLink(program: Command, io: Io, setExitCode: SetExitCode): void {
  program
    .command("link")
    .description("link clusters: on each source a remote Gateway for every target")
    .option("--contexts <a,b>", "link these clusters with one another, both ways", list)
    .option("--from <a,b>", "link only from these clusters …", list)
    .option("--to <c,d>", "… to these", list)
    .option("--generate", "print the Gateways as YAML and apply nothing")
    .option(
      "--preferred-data-plane-service-type <type>",
      "loadbalancer, or nodeport for direct traffic to nodes (1.28 or later)",
      oneOf("loadbalancer", "nodeport"),
      "loadbalancer",
    )
    .option(
      "--format <format>",
      "with --generate: gateway, or helm-values for the peering chart",
      oneOf("gateway", "helm-values"),
      "gateway",
    )
    .option("--output-dir <dir>", "with --generate: write one file a context there")
    .option("--address <target=host>", "reach a target by this host, repeatable", repeated)
    .addOption(waitOption("5m"))
    .option("--dry-run", "let the API servers check, and change nothing")
    .option("--diff", "show the change as a diff")
    .option("--force-conflicts", "take over fields that other managers own")
    .action(async (_options: unknown, command: Command) => {
      const { runLink } = await import("./link-run.ts");
      setExitCode(await runLink(command.optsWithGlobals<LinkOptions>(), io));
    });
}
