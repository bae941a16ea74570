import type { Command } from "commander";
import { VERSION } from "../../version.ts";
import type { Io } from "../shared/io.ts";

export function addVersion(program: Command, io: Io): void {
  const text = `mc ${VERSION}`;
  program
    .version(text, "--version", "print the version")
    .command("version")
    .description("print the version")
    .action(async () => io.stdout.write(`${text}\n`));
}
