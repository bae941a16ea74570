import { UsageError } from "../model/errors.ts";
import type { LinkOptions } from "./link.ts";

/** Which links `mc link` is asked for. */
export interface LinkRequest {
  /** Contexts that get Gateways; empty with `--generate --context`. */
  sources: string[];
  targets: string[];
  /** Hosts in place of the addresses that are found, by context of the target. */
  addresses: Map<string, string>;
}

/** Two to thirty, both ways. */
const MOST_CONTEXTS = 30;

function distinct(flag: string, contexts: readonly string[]): string[] {
  const twice = contexts.find((context, index) => contexts.indexOf(context) !== index);
  if (twice !== undefined) throw new UsageError(`${flag} names ${twice} twice`);
  return [...contexts];
}

function ends(options: LinkOptions): { sources: string[]; targets: string[] } {
  const { contexts, from, to, context, generate } = options;
  if (contexts && (from || to)) {
    throw new UsageError("give either --contexts, or --from and --to, not both");
  }
  if (context !== undefined && (contexts || from || to)) {
    throw new UsageError(
      "--context goes with --generate alone; name the clusters with --contexts, or --from and --to",
    );
  }
  if (contexts) {
    const all = distinct("--contexts", contexts);
    if (all.length < 2) {
      throw new UsageError(
        "--contexts needs two clusters or more; for one target: --generate --context TARGET",
      );
    }
    if (all.length > MOST_CONTEXTS) {
      throw new UsageError(
        `--contexts takes at most ${MOST_CONTEXTS} clusters, ${all.length} are given`,
      );
    }
    return { sources: all, targets: all };
  }
  if (from || to) {
    if (!from) throw new UsageError("--to needs --from: the clusters to link from");
    if (!to) throw new UsageError("--from needs --to: the clusters to link to");
    const pairs = { sources: distinct("--from", from), targets: distinct("--to", to) };
    if (pairs.sources.length === 1 && pairs.targets.length === 1 && from[0] === to[0]) {
      throw new UsageError(`${from[0]} cannot be linked to itself`);
    }
    return pairs;
  }
  if (context === undefined) {
    throw new UsageError(
      "name the clusters to link: --contexts a,b, or --from a --to b, or --generate --context TARGET",
    );
  }
  if (!generate) {
    throw new UsageError(
      "--context links nothing by itself: give --contexts a,b, or --from a --to b, or add --generate",
    );
  }
  return { sources: [], targets: [context] };
}

function addressesOf(options: LinkOptions, targets: readonly string[]): Map<string, string> {
  const addresses = new Map<string, string>();
  for (const given of options.address ?? []) {
    // A context may hold `=`; a host does not.
    const split = given.lastIndexOf("=");
    const [target, host] = [given.slice(0, split), given.slice(split + 1).trim()];
    if (split < 1 || host === "" || /[\s/]/.test(host)) {
      throw new UsageError(`--address ${given}: it is TARGET=HOST`);
    }
    if (!targets.includes(target)) {
      throw new UsageError(
        `--address ${given}: ${target} is no target; targets are ${targets.join(", ")}`,
      );
    }
    if (addresses.has(target)) throw new UsageError(`--address is given twice for ${target}`);
    addresses.set(target, host);
  }
  return addresses;
}

/**
 * What the flags of `mc link` ask for.
 *
 * @throws UsageError for flags that do not go together
 */
export function linkRequest(options: LinkOptions): LinkRequest {
  const { sources, targets } = ends(options);
  if (options.generate) {
    for (const [flag, given] of [
      ["--wait", options.wait],
      ["--dry-run", options.dryRun],
      ["--diff", options.diff],
      ["--force-conflicts", options.forceConflicts],
    ] as const) {
      if (given) throw new UsageError(`${flag} does not go with --generate, which applies nothing`);
    }
  } else {
    if (options.outputDir !== undefined) throw new UsageError("--output-dir goes with --generate");
    if (options.format !== "gateway")
      throw new UsageError(`--format ${options.format} goes with --generate`);
  }
  if (options.dryRun && options.wait) throw new UsageError("--wait does not go with --dry-run");
  return { sources, targets, addresses: addressesOf(options, targets) };
}
