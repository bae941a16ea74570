import pLimit from "p-limit";

/** Writes to one cluster that are under way at a time: API servers count them by user. */
const AT_ONCE = 4;

export interface Writes<T, R> {
  /** What must not hold up others: the context. */
  clusterOf: (item: T) => string;
  write: (item: T) => Promise<R>;
  /** After such an answer nothing more is begun. */
  isFailure: (answer: R) => boolean;
  /** Told of each in the order of the items, as soon as it is known of those before. */
  onAnswer: (item: T, answer: R) => Promise<void>;
}

/**
 * Writes to all clusters at once, and a few at a time to each. Nothing is begun after the first
 * failure or the signal; what is under way is waited for, so that it is known what has been done.
 *
 * @returns an answer for each item in order; undefined where it was not begun
 */
export async function writeAll<T, R extends object | string>(
  items: readonly T[],
  { clusterOf, write, isFailure, onAnswer }: Writes<T, R>,
  signal: AbortSignal,
): Promise<(R | undefined)[]> {
  const limits = new Map(items.map((item) => [clusterOf(item), pLimit(AT_ONCE)]));
  let failed = false;
  const attempt = async (item: T): Promise<R | undefined> => {
    if (failed || signal.aborted) return undefined;
    const answer = await write(item);
    failed ||= isFailure(answer);
    return answer;
  };
  const answers = items.map(async (item) => limits.get(clusterOf(item))?.(() => attempt(item)));
  // Who asks for one of the later answers first must not leave an earlier rejection unseen.
  const all = Promise.all(answers);
  all.catch(() => undefined);
  for (const [index, item] of items.entries()) {
    const answer = await answers[index];
    if (answer !== undefined) await onAnswer(item, answer);
  }
  return all;
}
