import { isKnownLine } from "../../mesh/logs/lookup.ts";
import type { LogLine, PodLog } from "../../model/log.ts";
import { logLine, LONGEST_LINE, timeOf } from "./line.ts";

/** How far back a log is looked at, ms: peers are called again every minute at the latest. */
export const LOOK_BACK = 60 * 60_000;
/** Known lines of a log that are kept, the newest. */
const MOST_LINES = 1000;

/** Where `istioctl bug-report` goes on with what an earlier container wrote. */
const EARLIER = /^=+ Previous log =+/;
/** A line that may say when it was written. */
const MAY_BE_TIMED = /^[12{]/;

/** Takes a log piece by piece and keeps the lines whose meaning is known. */
export class KnownLines {
  readonly #decoder = new TextDecoder();
  #rest = "";
  /** The line goes on that is as long as any is looked at. */
  #skipping = false;
  #ended = false;
  #first: number | undefined;
  #last: string | undefined;
  #lines: LogLine[] = [];

  take(chunk: Uint8Array): void {
    this.#split(this.#decoder.decode(chunk, { stream: true }));
  }

  #split(text: string): void {
    let start = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
      this.#append(text.slice(start, end));
      this.#lineEnds();
      start = end + 1;
    }
    this.#append(text.slice(start));
  }

  #append(piece: string): void {
    if (!this.#skipping) this.#rest += piece;
    if (this.#rest.length <= LONGEST_LINE) return;
    // Not in the middle of a word, which could be a secret that is not known by its half.
    this.#rest = this.#rest.slice(0, LONGEST_LINE).replace(/\S*$/, "");
    this.#skipping = true;
  }

  #lineEnds(): void {
    const line = this.#rest;
    this.#rest = "";
    this.#skipping = false;
    if (EARLIER.test(line)) this.#ended = true;
    if (this.#ended) return;
    if (MAY_BE_TIMED.test(line)) {
      this.#first ??= timeOf(line);
      this.#last = line;
    }
    if (!isKnownLine(line)) return;
    const known = logLine(line);
    if (!known) return;
    this.#lines.push(known);
    if (this.#lines.length >= 2 * MOST_LINES) this.#lines = this.#lines.slice(-MOST_LINES);
  }

  /** What there is so far; of more than an hour the last one. */
  finish(): PodLog {
    this.#split("\n");
    const last = Math.max(
      ...[timeOf(this.#last ?? ""), this.#lines.at(-1)?.time].map((one) => one ?? 0),
    );
    const earliest = last - LOOK_BACK;
    const lines = this.#lines.filter(({ time }) => time >= earliest).slice(-MOST_LINES);
    return {
      ...(this.#first === undefined ? {} : { from: Math.max(this.#first, earliest) }),
      lines,
    };
  }
}
