import { type Command, InvalidArgumentError } from "commander";
import type { Io, SetExitCode } from "../shared/io.ts";
import { list, positive, repeated, timeoutFlag } from "../shared/options.ts";
import type { TraceOptions } from "./run.ts";

const HIGHEST_PORT = 65_535;

function port(value: string): number {
  const number = positive(value);
  if (number > HIGHEST_PORT) throw new InvalidArgumentError("Ports end at 65535.");
  return number;
}

export function addTrace(program: Command, io: Io, setExitCode: SetExitCode): void {
  program
    .command("trace")
    .argument("[service]", "SERVICE.NAMESPACE, as in reviews.bookinfo")
    .description("why callers in one cluster reach a service in another, or not: hop by hop")
    .option("--contexts <a,b>", "kubeconfig contexts, by commas or repeated", list)
    .option("--directory <dir>", "a recording instead of a live cluster, repeatable", repeated)
    .option("--from <context>", "the callers' cluster (else each)")
    .option("--to <context>", "the cluster whose pods are to answer (else each)")
    .option("--client <pod>", "who calls: NAMESPACE/POD, or all pods of a NAMESPACE")
    .option("--port <n>", "the port that is called", port)
    .option("--deep", "also ask istiod, and the ztunnel of the client's node, what they hold")
    .option("-o, --output <format>", "text, json, yaml", "text")
    .addOption(timeoutFlag())
    .option("--concurrency <n>", "clusters read at the same time", positive, 32)
    .action(async (service: string | undefined, _options: unknown, command: Command) => {
      const { runTrace } = await import("./run.ts");
      setExitCode(await runTrace(service, command.optsWithGlobals<TraceOptions>(), io));
    });
}
