import type { AnyCheck } from "../model/check.ts";

/** What decides whether a check runs at all. */
interface Occasion {
  precheck: boolean;
}

/** Why a check has nothing to say on this occasion, as its result tells; nothing when it runs. */
export function whyLeftOut(check: AnyCheck, { precheck }: Occasion): string | undefined {
  return precheck ? check.notInPrecheck : undefined;
}

/** The checks that run on this occasion. */
export function applicable(checks: readonly AnyCheck[], occasion: Occasion): AnyCheck[] {
  return checks.filter((check) => whyLeftOut(check, occasion) === undefined);
}
