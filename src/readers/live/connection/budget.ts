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
    if (this.#controller) return this.#controller.signal;
    const controller = new AbortController();
    setMaxListeners(0, controller.signal);
    this.#controller = controller;
    this.#end = performance.now() + this.#ms;
    const end = (fault: Fault): void => {
      clearTimeout(timer);
      controller.abort(fault);
    };
    const late = new Fault("timeout", `no answer within ${formatDuration(this.#ms)}`);
    // What waits for the signal holds a socket or a process of its own: the timer need not.
    const timer = setTimeout(end, this.#ms, late).unref();
    this.#ends.add(end);
    if (this.#closed) end(closedFault());
    return controller.signal;
  }

  /** ms left. */
  remaining(): number {
    this.signal();
    return Math.max(0, this.#end - performance.now());
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
