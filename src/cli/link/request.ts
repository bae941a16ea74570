import { type PeerAddress, parseAddress } from "../../mesh/addresses.ts";
import { UsageError } from "../../model/errors.ts";
import { checkApplyOptions } from "../shared/gateway-options.ts";
import type { LinkOptions } from "./flags.ts";
import { withoutRepeats } from "../shared/options.ts";

/** Which links `mc link` is asked for. */
export interface LinkRequest {
  /** Contexts that get Gateways; empty for Gateways that any source may take. */
  sources: string[];
  /** Empty: the current context. */
  targets: string[];
}

/** Two to thirty, both ways. */
const MOST_CONTEXTS = 30;

/** @throws UsageError for flags that name the clusters in two ways */
export function checkEnds(
  options: Pick<LinkOptions, "contexts" | "from" | "to" | "context">,
): void {
  const { contexts, from, to, context } = options;
  if (contexts && (from || to)) {
    throw new UsageError("give either --contexts, or --from and --to, not both");
  }
  if (context !== undefined && (contexts || from)) {
    throw new UsageError(`--context does not go with ${contexts ? "--contexts" : "--from"}`);
  }
}

function bothWays(contexts: readonly string[]): LinkRequest {
  const all = withoutRepeats("--contexts", contexts);
  if (all.length < 2) {
    throw new UsageError(
      "--contexts needs two clusters or more; Gateways for one target: --generate --context TARGET",
    );
  }
  if (all.length > MOST_CONTEXTS) {
    throw new UsageError(
      `--contexts takes at most ${MOST_CONTEXTS} clusters, ${all.length} are given`,
    );
  }
  return { sources: all, targets: all };
}

function ends(options: LinkOptions): LinkRequest {
  checkEnds(options);
  const { contexts, from, to, context, generate } = options;
  if (contexts) return bothWays(contexts);
  if (from || to) {
    if (!from) throw new UsageError("--to needs --from: the clusters to link from");
    if (!to) throw new UsageError("--from needs --to: the clusters to link to");
    const pairs = { sources: withoutRepeats("--from", from), targets: withoutRepeats("--to", to) };
    if (pairs.sources.length === 1 && pairs.targets.length === 1 && from[0] === to[0]) {
      throw new UsageError(`${from[0]} cannot be linked to itself`);
    }
    return pairs;
  }
  if (generate) return { sources: [], targets: context === undefined ? [] : [context] };
  throw new UsageError(
    context === undefined
      ? "name the clusters to link: --contexts a,b, or --from a --to b, or --generate --context TARGET"
      : "--context links nothing by itself: give --contexts a,b, or --from a --to b, or add --generate",
  );
}

/**
 * What `--address` says, by context of the target.
 *
 * @throws UsageError for one that is no address, or of no target
 */
export function addressesOf(
  { address = [] }: LinkOptions,
  targets: readonly string[],
): Map<string, PeerAddress> {
  const addresses = new Map<string, PeerAddress>();
  for (const given of address) {
    // A context may hold `=`; a host does not.
    const split = given.lastIndexOf("=");
    const [target, host] = [given.slice(0, split), given.slice(split + 1)];
    if (split < 1 || host === "") throw new UsageError(`--address ${given}: it is TARGET=HOST`);
    if (!targets.includes(target)) {
      throw new UsageError(
        `--address ${given}: ${target} is no target; targets are ${targets.join(", ")}`,
      );
    }
    const parsed = parseAddress(host);
    if (!parsed) {
      throw new UsageError(
        `--address ${given}: ${host} is neither an IP address nor a host name (ports are fixed)`,
      );
    }
    if (addresses.has(target)) throw new UsageError(`--address is given twice for ${target}`);
    addresses.set(target, parsed);
  }
  return addresses;
}

/**
 * What the flags of `mc link --directory` ask for, of the clusters that are recorded: all, both ways, if
 * flags name none; of one cluster Gateways that any source may take.
 *
 * @throws UsageError for flags that do not go together, and clusters that are not recorded
 */
export function recordedRequest(options: LinkOptions, recorded: readonly string[]): LinkRequest {
  if (!options.generate) throw new UsageError("--directory goes with --generate");
  const { contexts, from, to, context } = options;
  const isNamed = [contexts, from, to, context].some((flag) => flag !== undefined);
  const all = isNamed || recorded.length < 2 ? options : { ...options, contexts: [...recorded] };
  const request = linkRequest(all);
  const unknown = [...request.sources, ...request.targets].find((one) => !recorded.includes(one));
  if (unknown !== undefined) {
    throw new UsageError(`${unknown} is not recorded; there are ${recorded.join(", ")}`);
  }
  return request.targets.length > 0 ? request : { ...request, targets: [...recorded] };
}

/**
 * What the flags of `mc link` ask for.
 *
 * @throws UsageError for flags that do not go together
 */
export function linkRequest(options: LinkOptions): LinkRequest {
  const request = ends(options);
  checkApplyOptions(options);
  if (!options.generate) {
    if (options.outputDir !== undefined) throw new UsageError("--output-dir goes with --generate");
    if (options.format !== "gateway") {
      throw new UsageError(`--format ${options.format} goes with --generate`);
    }
  }
  return request;
}
