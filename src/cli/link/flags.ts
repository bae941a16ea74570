import type { Command } from "commander";
import {
  addApplyOptions,
  type ApplyOptions,
  oneOf,
  withClientDryRun,
} from "../shared/gateway-options.ts";
import type { Io, SetExitCode } from "../shared/io.ts";
import { list, repeated } from "../shared/options.ts";

/** Flags of `mc link`, parsed. */
export interface LinkOptions extends ApplyOptions {
  contexts?: string[];
  from?: string[];
  to?: string[];
  preferredDataPlaneServiceType: "loadbalancer" | "nodeport";
  format: "gateway" | "helm-values";
  outputDir?: string;
  address?: string[];
}

export function addLink(program: Command, io: Io, setExitCode: SetExitCode): void {
  const command = program
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
    .option("--address <target=host>", "reach a target by this host, repeatable", repeated);
  addApplyOptions(command, "5m").action(async (_options: unknown, self: Command) => {
    const { runLink } = await import("./run.ts");
    setExitCode(await runLink(withClientDryRun(self.optsWithGlobals<LinkOptions>()), io));
  });
}
