import { UsageError } from "../../model/errors.ts";
import { withoutRepeats } from "../shared/options.ts";
import type { ProbeOptions } from "./flags.ts";

/** From which clusters to which it is tried. */
export interface ProbeRequest {
  sources: string[];
  targets: string[];
  image: string;
}

/** @throws UsageError for flags that leave open what is meant, or do not go together */
export function requestOf(options: ProbeOptions): ProbeRequest {
  const { contexts, from, to, image, generate, dryRun } = options;
  if (contexts && (from ?? to)) {
    throw new UsageError("give either --contexts, or --from and --to, not both");
  }
  if (generate && dryRun) {
    throw new UsageError("--dry-run does not go with --generate, which makes nothing");
  }
  if (image === undefined) {
    throw new UsageError(
      "--image names the image of the Pods: any that the clusters can pull, with sh and openssl (or curl, nc, bash)",
    );
  }
  if (contexts) {
    const all = withoutRepeats("--contexts", contexts);
    if (all.length < 2) throw new UsageError("--contexts needs two clusters or more");
    return { sources: all, targets: all, image };
  }
  if (!from || !to) {
    throw new UsageError("name the clusters: --contexts a,b, or --from a --to b");
  }
  const [sources, targets] = [withoutRepeats("--from", from), withoutRepeats("--to", to)];
  const [source, ...more] = sources;
  if (more.length === 0 && targets.every((target) => target === source)) {
    throw new UsageError(`${source} is not tried from itself`);
  }
  return { sources, targets, image };
}
