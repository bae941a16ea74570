import { type Command, InvalidArgumentError } from "commander";
import type { KeyType } from "../../certs/keys.ts";
import { UsageError } from "../../model/errors.ts";
import { addPlanOptions, oneOf } from "../shared/gateway-options.ts";
import type { Io, SetExitCode } from "../shared/io.ts";
import { duration, list, positive, repeated, timeoutFlag } from "../shared/options.ts";
import type { InstallOptions } from "./install-run.ts";
import type { IntermediateOptions, RootOptions } from "./make-run.ts";
import type { RotateOptions } from "./rotate-run.ts";
import type { StatusOptions } from "./status-run.ts";

/** The flags of these commands, parsed; the code behind each is loaded when it runs. */

const DAYS = 3650;

/** A part of a certificate's subject: RFC 5280 gives each 64 characters. */
function nameText(value: string): string {
  if (!/^[^\p{C}]{1,64}$/u.test(value)) {
    throw new InvalidArgumentError("Give 1 to 64 characters that show.");
  }
  return value;
}

function dnsName(value: string, before: string[] | undefined): string[] {
  const names = list(value, before);
  if (
    names.some(
      (name) => !/^(\*\.)?[a-z\d]([a-z\d-]*[a-z\d])?(\.[a-z\d]([a-z\d-]*[a-z\d])?)*$/i.test(name),
    )
  ) {
    throw new InvalidArgumentError("It is no DNS name.");
  }
  return names;
}

function trustDomain(value: string): string {
  if (!/^[a-z\d._-]{1,255}$/.test(value)) {
    throw new InvalidArgumentError("A trust domain has lower-case letters, digits, '.', '-', '_'.");
  }
  return value;
}

const KEY_TYPES: KeyType[] = ["rsa2048", "rsa3072", "rsa4096", "p256", "p384"];

function addCertificateOptions(command: Command, commonName: string): Command {
  return command
    .requiredOption("--output-dir <dir>", "where the files go")
    .option("--key-type <type>", KEY_TYPES.join(", "), oneOf(...KEY_TYPES), "rsa4096")
    .option("--days <n>", "how long it is valid", positive, DAYS)
    .option("--organization <text>", "O of the subject", nameText, "Istio")
    .option("--common-name <text>", "CN of the subject", nameText, commonName)
    .option("--force", "overwrite files that are there");
}

export function addCerts(program: Command, io: Io, setExitCode: SetExitCode): void {
  const certs = program
    .command("certs")
    .description("make, install and rotate the root of trust that clusters share")
    .usage("root|intermediate|install|status|rotate [options]")
    .argument("[command...]")
    .action((given: string[]) => {
      const names = certs.commands.map((command) => command.name()).join(", ");
      const [name] = given;
      const what = name === undefined ? "" : `: ${JSON.stringify(name)} is none`;
      throw new UsageError(`certs needs one of ${names}${what}`);
    });
  addCertificateOptions(certs.command("root"), "Root CA")
    .description("make a root certificate and its key")
    .action(async (_options: unknown, command: Command) => {
      const { runRoot } = await import("./make-run.ts");
      await runRoot(command.optsWithGlobals<RootOptions>(), io);
    });
  addCertificateOptions(certs.command("intermediate"), "Intermediate CA")
    .description("make the intermediate certificate of each cluster, below a root")
    .requiredOption("--root <dir>", "directory with root-cert.pem and root-key.pem")
    .requiredOption("--cluster <a,b>", "clusters, by context or CLUSTER_ID", list)
    .option("--dns-name <name>", "SAN (istiod's Service when absent), repeatable", dnsName)
    .option("--trust-domain <domain>", "also the SAN spiffe://<domain>", trustDomain)
    .action(async (_options: unknown, command: Command) => {
      const { runIntermediate } = await import("./make-run.ts");
      await runIntermediate(command.optsWithGlobals<IntermediateOptions>(), io);
    });
  addPlanOptions(certs.command("install"), { generates: false })
    .description("write Secret cacerts of a cluster from the files of a directory")
    .requiredOption("--from <dir>", "directory with ca-cert.pem, ca-key.pem and the others")
    .option("--generate", "print the Secret WITH ITS PRIVATE KEY, for tools that encrypt it")
    .option("--force", "replace another Secret, whatever it breaks and whoever owns its fields")
    .action(async (_options: unknown, command: Command) => {
      const { runInstall } = await import("./install-run.ts");
      setExitCode(await runInstall(command.optsWithGlobals<InstallOptions>(), io));
    });
  certs
    .command("status")
    .description("show roots, intermediates, who signed them, and how far a rotation is")
    .option("--contexts <a,b>", "kubeconfig contexts, by commas or repeated", list)
    .option("--directory <dir>", "a recording instead of a live cluster, repeatable", repeated)
    .option("-o, --output <format>", "text, json, yaml", oneOf("text", "json", "yaml"), "text")
    .addOption(timeoutFlag())
    .action(async (_options: unknown, command: Command) => {
      const { runStatus } = await import("./status-run.ts");
      setExitCode(await runStatus(command.optsWithGlobals<StatusOptions>(), io));
    });
  addPlanOptions(certs.command("rotate"), { generates: false })
    .description("take the next safe step to other certificates on all clusters, and only that")
    .requiredOption("--to <dir>", "directory with one of mc certs intermediate for each cluster")
    .requiredOption("--contexts <a,b>", "all clusters of the mesh", list)
    .option("--force-conflicts", "take over fields that other managers own")
    .option(
      "--certificate-life <duration>",
      "of workloads (24h, or what istiod is set to)",
      duration,
    )
    .option("--workloads-renewed", "all workloads were restarted since the last step")
    .option("--drop-all", "drop every other root, also when a cluster has several")
    .addOption(timeoutFlag())
    .action(async (_options: unknown, command: Command) => {
      const { runRotate } = await import("./rotate-run.ts");
      setExitCode(await runRotate(command.optsWithGlobals<RotateOptions>(), io));
    });
}
