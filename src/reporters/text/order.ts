import type { Result } from "../../model/report.ts";
import { viewOf } from "../views.ts";
import { resultBlocks } from "./result.ts";
import type { Style } from "./style.ts";

/** All results as lines, the familiar ones first; sections are apart by two empty lines. */
export function joinedBlocks(results: readonly Result[], style: Style, verbose: boolean): string[] {
  const place = (result: Result): number => (viewOf(style.views, result)?.familiar ? 0 : 1);
  const blocks = results
    .toSorted((one, other) => place(one) - place(other))
    .flatMap((result) => resultBlocks(result, style, verbose));
  if (!verbose) return blocks.flat();
  return blocks.flatMap((block, index) => (index === 0 ? block : ["", "", ...block]));
}
