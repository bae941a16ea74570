import { setTimeout as delay } from "node:timers/promises";
import { interruptionOf } from "./io.ts";

/** Waits `ms`; rejects with `Interrupted` as soon as the signal is aborted. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch {
    throw interruptionOf(signal);
  }
}
