import { setMaxListeners } from "node:events";
import { formatDuration } from "../../../lib/duration.ts";
import { Fault } from "./fault.ts";

/** The time that one cluster may take, from its first request on; every request shares it. */
export class Budget {
  readonly #ms: number;
  #controller: AbortController | undefined;
  /** Of every signal that was given out. */
  readonly #ends = new Set<(fault: Fault) => void>();
  #end = 0;
  #closed = false;

  constructor(ms: number) {
    this.#ms = ms;
  }

  /** Aborted, with a Fault for its reason, when the time is up. The first call starts the clock. */
  signal(): AbortSignal {
    if (!this.#controller) {
      this.#end = performance.now() + this.#ms;
      this.#controller = this.#begin(this.#ms);
    }
    return this.#controller.signal;
  }

  #begin(ms: number): AbortController {
    const controller = new AbortController();
    setMaxListeners(0, controller.signal);
    const end = (fault: Fault): void => {
      clearTimeout(timer);
      controller.abort(fault);
    };
    const late = new Fault("timeout", `no answer within ${formatDuration(this.#ms)}`);
    // What waits for the signal holds a socket or a process of its own: the timer need not.
    const timer = setTimeout(end, ms, late).unref();
    this.#ends.add(end);
    if (this.#closed) end(closedFault());
    return controller;
  }

  /** ms left. */
  remaining(): number {
    this.signal();
    return Math.max(0, this.#end - performance.now());
  }

  /**
   * For what is asked last: what is left of the budget, or a tenth of it where that is more. A cluster
   * that was waited for in vain must not cost the others what they have to say about it.
   */
  spare(): AbortSignal {
    const signal = this.signal();
    const least = this.#ms / 10;
    return this.remaining() >= least ? signal : this.#begin(least).signal;
  }

  /** The next request starts a new budget; those under way keep theirs. */
  renew(): void {
    this.#controller = undefined;
  }

  /** Aborts everything, also what would start later. */
  close(): void {
    this.#closed = true;
    for (const end of this.#ends) end(closedFault());
    this.#controller = undefined;
  }
}

function closedFault(): Fault {
  return new Fault("unreachable", "the connection was closed before it answered");
}

/** Settles as the work does, or rejects with the signal's reason, whichever is first. */
export function within<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) {
      work.catch(() => undefined);
      stop();
      return;
    }
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
