/*
 * For what must answer within a time limit while something else never does. How much time is enough
 * depends on the machine, so no limit is the right one: ever longer ones are tried.
 */

/** ms that no answer takes, however slow the machine is. */
export const PLENTY = 600_000;

/** Seconds; the last are for a machine a hundred times slower than most. */
const LIMITS = [2, 20, 200];

/**
 * Runs a test with ever more time for what does answer, until its expectations hold; what never
 * answers, or is wrong, stays so with every limit.
 *
 * @param test is given the limit as a duration of the command line, and in ms
 * @throws what the test throws with the longest limit
 */
export async function withTimeEnough(
  test: (limit: string, ms: number) => Promise<void>,
  limits: readonly number[] = LIMITS,
): Promise<void> {
  const [limit, ...longer] = limits;
  if (limit === undefined) throw new Error("there is no time limit to try");
  try {
    await test(`${limit}s`, limit * 1000);
  } catch (cause) {
    if (longer.length === 0) throw cause;
    await withTimeEnough(test, longer);
  }
}
