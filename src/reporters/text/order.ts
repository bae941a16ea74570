import { hasReached } from "../../mesh/versions.ts";
import type { Result } from "../../model/report.ts";
import { viewOf } from "../views.ts";
import { resultBlocks } from "./result.ts";
import type { Style } from "./style.ts";

function tells({ findings }: Result): boolean {
  return findings.some(({ severity }) => severity !== "pass" && severity !== "skip");
}

/**
 * Without the lines that newer versions of Istio's own check have, where they have nothing to tell and
 * no cluster runs such a version: people compare the familiar ones with those that they know.
 */
function toldResults(
  results: readonly Result[],
  versions: readonly string[],
  { views }: Style,
): readonly Result[] {
  const isOld = (result: Result): boolean => {
    const since = viewOf(views, result)?.since;
    return since !== undefined && !versions.some((version) => hasReached(version, since));
  };
  const hasFamiliar = results.some(
    (result) => viewOf(views, result)?.familiar === true && !isOld(result),
  );
  return hasFamiliar ? results.filter((result) => tells(result) || !isOld(result)) : results;
}

/**
 * All results as lines, the familiar ones first; sections are apart by two empty lines.
 *
 * @param versions of Istio, of the clusters that the results are about
 */
export function joinedBlocks(
  results: readonly Result[],
  versions: readonly string[],
  style: Style,
  verbose: boolean,
): string[] {
  const place = (result: Result): number => (viewOf(style.views, result)?.familiar ? 0 : 1);
  const blocks = toldResults(results, versions, style)
    .toSorted((one, other) => place(one) - place(other))
    .flatMap((result) => resultBlocks(result, style, verbose));
  if (!verbose) return blocks.flat();
  return blocks.flatMap((block, index) => (index === 0 ? block : ["", "", ...block]));
}
