import { type Command, InvalidArgumentError } from "commander";
import type { Io } from "../shared/io.ts";
import type { GlobalOptions } from "../shared/options.ts";

const SHELLS = ["bash", "zsh", "fish"];

function shell(value: string): string {
  if (!SHELLS.includes(value)) throw new InvalidArgumentError(`It is ${SHELLS.join(", ")}.`);
  return value;
}

export function addCompletion(program: Command, io: Io): void {
  program
    .command("completion")
    .argument("<shell>", SHELLS.join(", "), shell)
    .description("print a completion script: source <(mc completion bash)")
    .action(async (name: string) => {
      const { completionScript, describeProgram } = await import("./script.ts");
      await io.stdout.write(completionScript(name, await describeProgram(program)));
    });
  program
    .command("__contexts", { hidden: true })
    .description("the contexts of the kubeconfig, a line each, for completion scripts")
    .action(async (_options: unknown, command: Command) => {
      const { knownContexts } = await import("../shared/readers.ts");
      const contexts = await knownContexts(command.optsWithGlobals<GlobalOptions>(), io);
      await io.stdout.write([...contexts].map((context) => `${context}\n`).join(""));
    });
}
