/*
 * For what must answer within a time limit while something else never does. How much time is enough
 * depends on the machine, so no limit is the right one: ever longer ones are tried.
 */

/** As durations of the command line; the last is for a machine a hundred times slower than most. */
const LIMITS = ["2s", "20s", "200s"];

/**
 * Runs a test with ever more time for what does answer, until its expectations hold; what never
 * answers, or is wrong, stays so with every limit.
 *
 * @throws what the test throws with the longest limit
 */
export async function withTimeEnough(
  test: (limit: string) => Promise<void>,
  limits: readonly string[] = LIMITS,
): Promise<void> {
  const [limit, ...longer] = limits;
  if (limit === undefined) throw new Error("there is no time limit to try");
  try {
    await test(limit);
  } catch (cause) {
    if (longer.length === 0) throw cause;
    await withTimeEnough(test, longer);
  }
}
