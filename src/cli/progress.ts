import type { Io } from "./io.ts";

/** One line on stderr that says how far a run is, only on a terminal that can take it away again. */
export class Progress {
  readonly #io: Io;
  readonly #shown: boolean;
  readonly #total: number;
  #done = 0;

  constructor(io: Io, total: number, quiet: boolean) {
    this.#io = io;
    this.#total = total;
    this.#shown = io.stderr.isTTY && io.env["TERM"] !== "dumb" && !quiet;
  }

  start(): void {
    this.#draw();
  }

  /** One more of the total is done. */
  step(): void {
    this.#done += 1;
    this.#draw();
  }

  /** Takes the line away. */
  async clear(): Promise<void> {
    if (this.#shown) await this.#io.stderr.write("\r\u001B[2K");
  }

  #draw(): void {
    if (!this.#shown) return;
    const noun = this.#total === 1 ? "cluster" : "clusters";
    void this.#io.stderr.write(`\r\u001B[2KReading ${noun}: ${this.#done} of ${this.#total}`);
  }
}
