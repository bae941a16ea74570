import { hasLabels, meetsRequirement } from "../../lib/labels.ts";
import type { LabelSelectorFact } from "../../model/spire.ts";

/**
 * Whether a label selector of Kubernetes takes these labels; an absent one takes all. Undefined where
 * it has an operator that Kubernetes does not know, which selects nothing and is refused.
 */
export function takesLabels(
  selector: LabelSelectorFact | undefined,
  labels: ReadonlyMap<string, string>,
): boolean | undefined {
  if (!selector) return true;
  const named = hasLabels(labels, selector.labels);
  const expressions = selector.expressions.map((one) => meetsRequirement(labels.get(one.key), one));
  if (expressions.includes(undefined)) return undefined;
  return named && !expressions.includes(false);
}

/** Patterns that JavaScript takes as Go does, and that no name makes slow. */
const SIMPLE = /^\^?(?:[\w-]|\\[.-]|\.[*+]?|[()|])*\$?$/;
const MOST_QUANTIFIERS = 3;
const LONGEST = 200;

/**
 * Whether one of the controller manager's patterns matches a name; they match anywhere in it, so
 * `kube-system` is in `my-kube-system` as well. Gives the pattern; undefined where a pattern is not one
 * that mc can follow, and no other matches.
 */
export function ignoredBy(
  patterns: readonly string[],
  name: string,
): { pattern: string } | "none" | undefined {
  let isCertain = true;
  for (const pattern of patterns) {
    const quantifiers = pattern.match(/[*+]/g)?.length ?? 0;
    const isSimple =
      SIMPLE.test(pattern) && quantifiers <= MOST_QUANTIFIERS && pattern.length <= LONGEST;
    const matches = isSimple ? attempt(pattern, name) : undefined;
    if (matches === true) return { pattern };
    if (matches === undefined) isCertain = false;
  }
  return isCertain ? "none" : undefined;
}

function attempt(pattern: string, name: string): boolean | undefined {
  try {
    return new RegExp(pattern).test(name);
  } catch {
    return undefined;
  }
}
