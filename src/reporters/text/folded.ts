import type { Inapplicable, Result } from "../../model/report.ts";
import { inapplicable } from "../results.ts";
import type { Style } from "./style.ts";

/** Results that have something to say here, and those whose checks do not apply at all. */
export function foldedApart(results: readonly Result[]): { told: Result[]; folded: Result[] } {
  const folded = results.filter((result) => inapplicable(result) !== undefined);
  return { told: results.filter((result) => !folded.includes(result)), folded };
}

/** Why, in the words between brackets. */
function reason(because: Inapplicable): string {
  return "onlyFor" in because ? because.onlyFor : `${because.notInUse} not in use`;
}

/** One line for all checks that do not apply: their ids by the reason; none for no check. */
export function foldedLines(folded: readonly Result[], style: Style): string[] {
  const named = folded.flatMap((result) => {
    const because = inapplicable(result);
    return because ? [{ id: result.id, reason: reason(because) }] : [];
  });
  if (named.length === 0) return [];
  const groups = [...Map.groupBy(named, (one) => one.reason)].map(
    ([why, all]) => `${all.map(({ id }) => id).join(", ")} (${why})`,
  );
  const text = style.line(`Not for this mesh: ${groups.join("; ")}`);
  return style.wrap(`${style.symbols.status.skip} ${text}`, 3).map(style.paint.dim);
}
