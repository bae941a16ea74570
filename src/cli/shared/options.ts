import { type Command, InvalidArgumentError, Option } from "commander";
import { parseDuration } from "../../lib/duration.ts";
import { isObjectName } from "../../lib/object-name.ts";
import { UsageError } from "../../model/errors.ts";
import type { MeshKind } from "../../model/report.ts";

/** Flags that every command takes. */
export interface GlobalOptions {
  kubeconfig?: string;
  context?: string;
  namespace?: string;
  istioNamespace?: string;
  revision?: string;
  /** User of the kubeconfig, in place of the one that the context names. */
  user?: string;
  as?: string;
  asGroup?: string[];
  color: boolean;
  quiet?: boolean;
  /** A file in place of the mc.yaml that is found. */
  config?: string;
  /** Names of groups in it. */
  group?: string[];
  debug?: boolean;
}

/** `a,b` or the flag repeated, or both. */
export function list(value: string, before: string[] | undefined): string[] {
  const items = value
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
  if (items.length === 0) throw new InvalidArgumentError("It needs at least one value.");
  return [...(before ?? []), ...items];
}

/** The flag repeated; a value may hold commas. */
export function repeated(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}

/** The value of a flag that says which cluster is meant: of two values, neither is dropped silently. */
function once(hint: string) {
  return (value: string, before: string | undefined): string => {
    if (before !== undefined) throw new InvalidArgumentError(`It is given twice; ${hint}`);
    return value;
  };
}

/**
 * The values of a list flag, each of which must be there once.
 *
 * @throws UsageError that names the repeated one
 */
export function withoutRepeats(flag: string, values: readonly string[]): string[] {
  const twice = values.find((value, index) => values.indexOf(value) !== index);
  if (twice !== undefined) throw new UsageError(`${flag} names ${twice} twice`);
  return [...values];
}

/** `30s`, `5m`, `1m30s` as ms. */
export function duration(value: string): number {
  const ms = parseDuration(value);
  if (ms === undefined) throw new InvalidArgumentError("Give a duration such as 30s or 5m.");
  return ms;
}

/** `--timeout` of commands that read clusters, ms. */
export function timeoutFlag(): Option {
  return new Option(
    "--timeout <duration>",
    "time for each cluster to answer (or --request-timeout)",
  )
    .argParser(duration)
    .default(30_000, "30s");
}

/** `--cluster` of commands that may be about one cluster alone. */
export function clusterFlag(): Option {
  return new Option("--cluster <name>", "cluster of the kubeconfig, in place of the context's");
}

/** When `--logs` lets logs be read. */
export function logsFlag(): Option {
  return new Option("--logs <when>", "read logs where they may explain a fault, always, or never")
    .choices(["auto", "always", "never"])
    .default("auto");
}

const MODES = ["auto", "peering", "community"] as const;

/** `--mode` as it is given: which kind of mesh this is, or that what is there tells. */
export type Mode = (typeof MODES)[number];

/** `--mode`; what is there tells without it. */
export function modeFlag(): Option {
  return new Option("--mode <kind>", `kind of mesh: ${MODES.join(", ")}`)
    .choices(MODES)
    .default("auto");
}

/** The kind of mesh that `--mode` names; nothing for auto. */
export function meshKindOf(mode: Mode): { mode?: MeshKind } {
  return mode === "auto" ? {} : { mode };
}

/** The name of a namespace, as Kubernetes takes it. */
function namespaceName(value: string): string {
  if (!isObjectName(value)) throw new InvalidArgumentError("No namespace can be called that.");
  return value;
}

/** A whole number from 1 up. */
export function positive(value: string): number {
  if (!/^[1-9]\d{0,5}$/.test(value)) {
    throw new InvalidArgumentError("Give a whole number, 1 or more.");
  }
  return Number(value);
}

export function addGlobalOptions(program: Command): void {
  program
    .option(
      "-c, --kubeconfig <file>",
      "kubeconfig (else $KUBECONFIG, ~/.kube/config, in-cluster)",
      once("$KUBECONFIG takes several files."),
    )
    .option(
      "--context <name>",
      "kubeconfig context (else the current one)",
      once("name several clusters with --contexts a,b."),
    )
    .option("--config <file>", "defaults, groups, ignores (else mc.yaml, here or above)")
    .option("--group <names>", "the contexts of groups in mc.yaml", list)
    .option("-n, --namespace <name>", "namespace of the Gateways", namespaceName)
    .option(
      "-i, --istio-namespace <name>",
      "namespace with cacerts and the network label (else the one istiod runs in)",
      namespaceName,
    )
    .addOption(new Option("--istioNamespace <name>").argParser(namespaceName).hideHelp())
    .option("-r, --revision <name>", "istiod revision (else those with peering enabled)")
    .option("--user <name>", "user of the kubeconfig, in place of the context's")
    .option("--as <user>", "user to impersonate")
    .option("--as-group <group>", "group to impersonate, repeatable", repeated)
    .option("--no-color", "no ANSI colours (also NO_COLOR)")
    .option("-q, --quiet", "no progress and no notes on stderr")
    .option("--debug", "stack traces of internal errors on stderr");
}
