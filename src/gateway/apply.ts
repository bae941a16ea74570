import type { RawObject } from "../model/reader.ts";
import type { Written } from "../model/writer.ts";
import { type ApplySettings, GATEWAYS, type Planned, refusal } from "./plan.ts";
import type { Problem } from "./problem.ts";
import { writeAll } from "./writes.ts";

/** A write that failed, and after which nothing more was begun. */
export interface FailedWrite {
  planned: Planned;
  problem: Problem;
  /** The API server may have written it before it failed to answer. */
  uncertain: boolean;
}

export interface Applied {
  /** What was written, in the order of the plan. */
  done: Planned[];
  /** Several, where they were under way at the same time. */
  failed: FailedWrite[];
  /** So many were not begun: something failed, or the signal came. */
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

/** What an unchanged Gateway needs. */
const NOTHING = "nothing to write";

type Answer = Written<RawObject> | typeof NOTHING;

/**
 * Applies what is planned, to all clusters at once. Nothing is begun after the first failure or the
 * signal, and what is under way is finished, so that it is known what has been done. What is
 * unchanged is not written.
 */
export async function apply(
  planned: readonly Planned[],
  settings: ApplySettings,
  signal: AbortSignal,
  onApplied: (planned: Planned) => Promise<void>,
): Promise<Applied> {
  const result: Applied = { done: [], failed: [], left: 0, warnings: [] };
  const answers = await writeAll<Planned, Answer>(
    planned,
    {
      clusterOf: ({ ref }) => ref.context,
      write: async ({ action, writer, manifest }) => {
        if (action === "unchanged") return NOTHING;
        // Each has its own time: hundreds of them must not share one.
        writer.renew?.();
        return writer.apply(GATEWAYS, { ...manifest }, settings);
      },
      isFailure: (answer) => answer !== NOTHING && !answer.ok,
      onAnswer: async (one, answer) => {
        if (answer === NOTHING || answer.ok) await onApplied(one);
      },
    },
    signal,
  );
  for (const [index, one] of planned.entries()) {
    const answer = answers[index];
    if (answer === undefined) result.left += 1;
    if (answer === undefined || answer === NOTHING) continue;
    const { context } = one.ref;
    result.warnings.push(...answer.warnings.map((text) => ({ context, text })));
    if (answer.ok) result.done.push(one);
    else {
      const uncertain = !REFUSED.has(answer.why);
      result.failed.push({ planned: one, problem: refusal(one, answer), uncertain });
    }
  }
  return result;
}
