import { displayWidth } from "../../reporters/text/width.ts";
import { oneLine } from "../../lib/sanitize.ts";
import type { Io } from "./io.ts";

const CLEAR_LINE = "\r\u001B[2K";

/** One line on stderr, drawn over itself, only on a terminal that can take it away again. */
export class StatusLine {
  readonly isShown: boolean;
  readonly #io: Io;
  #isOver = false;

  constructor(io: Io, quiet: boolean) {
    this.#io = io;
    this.isShown = io.stderr.isTTY && io.env["TERM"] !== "dumb" && !quiet;
  }

  draw(text: string): void {
    if (!this.isShown || this.#isOver) return;
    // A line that wraps could not be taken away.
    const columns = (this.#io.stderr.columns ?? 80) - 1;
    void this.#io.stderr.write(`${CLEAR_LINE}${cut(oneLine(text), columns)}`);
  }

  /** Takes the line away; what is drawn afterwards, by work that was given up, is not shown. */
  async clear(): Promise<void> {
    this.#isOver = true;
    if (this.isShown) await this.#io.stderr.write(CLEAR_LINE);
  }
}

function cut(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  const characters = Array.from(text);
  while (characters.length > 0 && displayWidth(`${characters.join("")}…`) > columns) {
    characters.pop();
  }
  return `${characters.join("")}…`;
}

/** Says how far a run is while it goes on. */
export class Progress {
  readonly #line: StatusLine;
  readonly #total: number;
  #done = 0;

  constructor(io: Io, total: number, quiet: boolean) {
    this.#line = new StatusLine(io, quiet);
    this.#total = total;
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
    await this.#line.clear();
  }

  #draw(): void {
    const noun = this.#total === 1 ? "cluster" : "clusters";
    this.#line.draw(`Reading ${noun}: ${this.#done} of ${this.#total}`);
  }
}
