import { type Command, InvalidArgumentError } from "commander";
import type { Io } from "../shared/io.ts";

const SHELLS = ["bash", "zsh", "fish", "powershell"];

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
      const { SCRIPTS } = await import("./script.ts");
      await io.stdout.write(SCRIPTS[name] ?? "");
    });
  program
    .command("__complete", { hidden: true })
    .argument("[words...]")
    .description("what the last of the words can be, for completion scripts and kubectl")
    .action(async (words: string[]) => {
      const { complete, completionText } = await import("./candidates.ts");
      const { knownContexts } = await import("../shared/readers.ts");
      const contextsOf = (kubeconfig: string | undefined): Promise<Set<string>> =>
        // While a line is written, a kubeconfig that cannot be read has no contexts.
        knownContexts(
          { color: false, ...(kubeconfig === undefined ? {} : { kubeconfig }) },
          io,
        ).catch(() => new Set<string>());
      await io.stdout.write(completionText(await complete(program, words, contextsOf)));
    });
}
