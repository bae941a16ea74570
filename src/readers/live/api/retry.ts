import type { IncomingHttpHeaders } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { type Budget, isReset } from "../connection/index.ts";

interface Answered {
  status: number;
  headers: IncomingHttpHeaders;
}

/** Tries again after a broken connection or a fault of the server. */
const MOST_TRIES_AFTER_FAULT = 2;
/** Tries again after a busy server that does not say when. */
const MOST_TRIES_WHEN_BUSY = 4;
/** Tries again when a server that is not available (503) says when it will be. */
const MOST_TRIES_WHEN_ASKED = 10;
const FIRST_PAUSE_MS = 100;

/**
 * Sends until there is an answer to go by. Tried again: 429 as long as Retry-After says when,
 * 503 then ten times, both without it four times; other 5xx and broken connections twice. A pause that does not fit in what
 * is left of the budget is not made: the answer stands as it is, as does one that `isFinal` knows.
 * `send` is told whether a connection broke under this request before.
 *
 * @throws what `send` throws, once it has been tried often enough
 */
export async function withRetries<A extends Answered>(
  budget: Budget,
  signal: AbortSignal,
  send: (broken: boolean) => Promise<A>,
  isFinal: (answer: A) => boolean = () => false,
): Promise<A> {
  let broken = false;
  for (let tries = 0; ; tries += 1) {
    const settled = await Promise.allSettled([send(broken)]);
    const [outcome] = settled as [PromiseSettledResult<A>];
    if (signal.aborted) throw signal.reason;
    const final = outcome.status === "fulfilled" && isFinal(outcome.value);
    const pause = final ? undefined : pauseAfter(outcome, tries);
    if (pause === undefined || pause >= budget.remaining()) {
      if (outcome.status === "fulfilled") return outcome.value;
      throw outcome.reason;
    }
    broken ||= outcome.status === "rejected";
    await sleep(pause, undefined, { signal }).catch(() => {
      throw signal.reason;
    });
  }
}

/** ms to wait before the next try; nothing when there is to be none. */
function pauseAfter(outcome: PromiseSettledResult<Answered>, tries: number): number | undefined {
  if (outcome.status === "rejected") {
    const again = tries < MOST_TRIES_AFTER_FAULT && isReset(outcome.reason);
    return again ? backoff(tries) : undefined;
  }
  const { status, headers } = outcome.value;
  if (status === 429 || status === 503) {
    const asked = retryAfter(headers["retry-after"]);
    if (status === 429 && asked !== undefined) return Math.max(asked, FIRST_PAUSE_MS);
    if (asked !== undefined) return tries < MOST_TRIES_WHEN_ASKED ? asked : undefined;
    return tries < MOST_TRIES_WHEN_BUSY ? backoff(tries + 1) : undefined;
  }
  return status >= 500 && tries < MOST_TRIES_AFTER_FAULT ? backoff(tries) : undefined;
}

/** Doubled each time, a quarter more or less, so that many clients do not come back at once. */
function backoff(tries: number): number {
  return FIRST_PAUSE_MS * 2 ** tries * (0.75 + Math.random() / 2);
}

/** ms of a Retry-After header: seconds, or a date. */
export function retryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}
