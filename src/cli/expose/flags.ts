import { type Command, Option } from "commander";
import { UsageError } from "../../model/errors.ts";
import {
  addApplyOptions,
  withClientDryRun,
  type ApplyOptions,
  labelValue,
  oneOf,
} from "../shared/gateway-options.ts";
import type { Io, SetExitCode } from "../shared/io.ts";

/** Flags of `mc expose`, parsed. */
export interface ExposeOptions extends ApplyOptions {
  region?: string;
  zone?: string;
  dataPlaneServiceType: "loadbalancer" | "nodeport";
  format: "gateway" | "helm-values";
}

export function addExpose(program: Command, io: Io, setExitCode: SetExitCode): void {
  const command = program
    .command("expose")
    .description("make the east-west Gateway through which other clusters reach this one")
    .option("--generate", "print the Gateway as YAML and apply nothing")
    .option("--region <region>", "locality (else of the nodes, where they agree)", labelValue)
    .option("--zone <zone>", "locality, with --region", labelValue)
    .option(
      "--data-plane-service-type <type>",
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
    .addOption(new Option("--contexts <a,b>").hideHelp());
  addApplyOptions(command, "90s").action(async (_options: unknown, self: Command) => {
    if (self.opts<{ contexts?: string }>().contexts !== undefined) {
      throw new UsageError("expose takes one cluster at a time: --context, not --contexts");
    }
    const { runExpose } = await import("./run.ts");
    setExitCode(await runExpose(withClientDryRun(self.optsWithGlobals<ExposeOptions>()), io));
  });
}
