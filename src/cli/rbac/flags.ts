import { type Command, InvalidArgumentError } from "commander";
import { isObjectName } from "../../lib/object-name.ts";
import type { Io } from "../shared/io.ts";
import { modeFlag } from "../shared/options.ts";
import type { RbacCommandOptions } from "./run.ts";

function objectName(value: string): string {
  if (!isObjectName(value)) {
    throw new InvalidArgumentError("Give lower-case letters, digits and hyphens, 63 at most.");
  }
  return value;
}

export function addRbac(program: Command, io: Io): void {
  program
    .command("rbac")
    .description("print the least that mc check must be allowed: mc rbac | kubectl apply -f -")
    .option(
      "--name <name>",
      "of the ServiceAccount, the roles and their bindings",
      objectName,
      "mc",
    )
    .addOption(modeFlag())
    .option("--without-secrets", "leave istiod's CA Secrets out: only roots are compared")
    .option("--with-remote-secrets", "also list Secrets, to tell of remote secrets beside peering")
    .option(
      "--without-port-forward",
      "leave istiod's debug endpoints out: add --skip license to mc check",
    )
    .action(async (_options: unknown, command: Command) => {
      const { runRbac } = await import("./run.ts");
      await runRbac(command.optsWithGlobals<RbacCommandOptions>(), io);
    });
}
