import type { Written } from "../model/writer.ts";
import { type ApplySettings, GATEWAYS, type Planned, refusal } from "./plan.ts";
import type { Problem } from "./problem.ts";

export interface Applied {
  /** What was written, in order. */
  done: Planned[];
  /** What stopped it. */
  failed?: {
    planned: Planned;
    problem: Problem;
    /** The API server may have written it before it failed to answer. */
    uncertain: boolean;
  };
  /** The signal stopped it: so many were left. */
  left: number;
  warnings: { context: string; text: string }[];
}

/** Refusals after which nothing has been written for sure. */
const REFUSED: ReadonlySet<Extract<Written<never>, { ok: false }>["why"]> = new Set([
  "forbidden",
  "unauthorized",
  "not-found",
  "conflict",
  "invalid",
]);

/**
 * Applies what is planned, one after the other, and stops at the first that fails, so that it is
 * known what has been done. The signal stops it between two writes: the one under way is finished.
 * What is unchanged is not written.
 */
export async function apply(
  planned: readonly Planned[],
  settings: ApplySettings,
  signal: AbortSignal,
  onApplied: (planned: Planned) => Promise<void>,
): Promise<Applied> {
  const result: Applied = { done: [], left: 0, warnings: [] };
  for (const [index, one] of planned.entries()) {
    if (signal.aborted) return { ...result, left: planned.length - index };
    if (one.action !== "unchanged") {
      // Each has its own time: hundreds of them must not share one.
      one.writer.renew?.();
      const answer = await one.writer.apply(GATEWAYS, { ...one.manifest }, settings);
      const { context } = one.ref;
      result.warnings.push(...answer.warnings.map((text) => ({ context, text })));
      if (!answer.ok) {
        const uncertain = !REFUSED.has(answer.why);
        return { ...result, failed: { planned: one, problem: refusal(one, answer), uncertain } };
      }
      result.done.push(one);
    }
    await onApplied(one);
  }
  return result;
}
