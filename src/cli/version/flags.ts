import { type Command, Option } from "commander";
import { VERSION } from "../../version.ts";
import type { Io, SetExitCode } from "../shared/io.ts";
import { list } from "../shared/options.ts";
import type { VersionOptions } from "./run.ts";

export function addVersion(program: Command, io: Io, setExitCode: SetExitCode): void {
  const text = `mc ${VERSION}`;
  program
    .version(text, "--version", "print the version")
    .command("version")
    .description("print the version, and those of istiod where contexts are named")
    .option("--contexts <a,b>", "kubeconfig contexts, by commas or repeated", list)
    .addOption(
      new Option("-o, --output <format>", "text, json").choices(["text", "json"]).default("text"),
    )
    .action(async (_options: unknown, self: Command) => {
      const options = self.optsWithGlobals<VersionOptions>();
      const isPlain = options.contexts === undefined && options.context === undefined;
      if (isPlain && options.output === "text") return io.stdout.write(`${text}\n`);
      const { runVersion } = await import("./run.ts");
      setExitCode(await runVersion(options, io));
    });
}
