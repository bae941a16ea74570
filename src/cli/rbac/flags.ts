import { type Command, InvalidArgumentError } from "commander";
import { isObjectName } from "../../lib/object-name.ts";
import type { Io } from "../shared/io.ts";
import { list, modeFlag } from "../shared/options.ts";
import type { RbacCommandOptions } from "./run.ts";

function objectName(value: string): string {
  if (!isObjectName(value)) {
    throw new InvalidArgumentError("Give lower-case letters, digits and hyphens, 63 at most.");
  }
  return value;
}

function objectNames(value: string): string[] {
  return value.split(",").map(objectName);
}

/** Of the pods whose logs are read: those of ztunnel, CNI and gateways may be elsewhere. */
function namespaces(value: string): string[] {
  return list(value, undefined).map(objectName);
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
    .option("--with-certs", "also write Secret cacerts, for mc certs install and rotate")
    .option("--with-remote-secrets", "also list Secrets, to tell of remote secrets beside peering")
    .option("--with-probe", "also make and delete the Pods of mc probe, in the namespace of -n")
    .option(
      "--without-port-forward",
      "leave istiod's debug endpoints out: add --skip license to mc check",
    )
    .option(
      "--with-spire [namespaces]",
      "also read SPIRE's objects, in these namespaces, else where its chart puts them",
      objectNames,
    )
    .option(
      "--spire-secret <name>",
      "the Secret of SPIRE's upstream CA; repeatable",
      (value: string, before?: string[]) => [...(before ?? []), objectName(value)],
    )
    .option(
      "--with-logs [namespaces]",
      "also read logs in the istio namespace, and in these, where they may explain a fault",
      namespaces,
    )
    .option("--with-trace", "also list policies, which mc trace decides from where it can")
    .action(async (_options: unknown, command: Command) => {
      const { runRbac } = await import("./run.ts");
      await runRbac(command.optsWithGlobals<RbacCommandOptions>(), io);
    });
}
