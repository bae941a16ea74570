import { setTimeout as delay } from "node:timers/promises";
import { interruptionOf } from "./io.ts";

/** What timers can wait, ms: some 24 days. A longer wait would be none. */
const LONGEST = 2 ** 31 - 1;

/** Waits `ms`; rejects with `Interrupted` as soon as the signal is aborted. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(Math.min(ms, LONGEST), undefined, { signal });
  } catch {
    throw interruptionOf(signal);
  }
}
