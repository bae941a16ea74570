import { interruptionOf } from "../../src/cli/shared/io.ts";
import type { Clock } from "../../src/cli/shared/io.ts";

/** A clock that stands still while a command works, and is put on by what it pauses for. */
export class VirtualClock implements Clock {
  /** How long each pause was to be, ms. */
  readonly pauses: number[] = [];
  readonly #onPause: (count: number) => void;
  #now = 0;

  /** @param onPause called in each pause, with how many there have been */
  constructor(onPause: (count: number) => void = () => undefined) {
    this.#onPause = onPause;
  }

  now(): number {
    return this.#now;
  }

  async pause(ms: number, signal: AbortSignal): Promise<void> {
    this.pauses.push(ms);
    this.#onPause(this.pauses.length);
    if (signal.aborted) throw interruptionOf(signal);
    this.#now += ms;
  }
}
