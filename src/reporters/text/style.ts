import { oneLine } from "../../lib/sanitize.ts";
import type { Views } from "../../model/view.ts";
import type { ReportOptions } from "../reporter.ts";
import { displayWidth } from "./width.ts";

/** Of SGR: what turns it on, what turns it off. */
const SGR = { bold: [1, 22], red: [31, 39], yellow: [33, 39], cyan: [36, 39] } as const;

/** Colours, wrapping and views of one run. */
export interface Style {
  readonly width: number;
  /** How checks want their results to be shown. */
  readonly views: Views;
  readonly paint: Readonly<Record<keyof typeof SGR, (text: string) => string>>;
  /** A text from outside as one safe line. */
  readonly line: (text: string) => string;
  /** Breaks a text between words so that it fits; lines after the first are indented. */
  readonly wrap: (text: string, indent?: number) => string[];
}

export function styleOf({ color, width, views }: ReportOptions): Style {
  const painter =
    ([on, off]: readonly [number, number]) =>
    (text: string): string =>
      color ? `\u001B[${on}m${text}\u001B[${off}m` : text;
  return {
    width,
    views,
    paint: {
      bold: painter(SGR.bold),
      red: painter(SGR.red),
      yellow: painter(SGR.yellow),
      cyan: painter(SGR.cyan),
    },
    line: oneLine,
    wrap: (text, indent = 0) => wrap(text, width, indent),
  };
}

/** A word that is wider than a line stays whole: addresses and fingerprints are there to be copied. */
function wrap(text: string, width: number, indent: number): string[] {
  if (displayWidth(text) <= width) return [text];
  const lines: string[] = [];
  let current = /^ */.exec(text)?.[0] ?? "";
  let used = current.length;
  let empty = true;
  for (const word of text.trim().split(" ")) {
    const wide = displayWidth(word);
    if (!empty && used + 1 + wide > width) {
      lines.push(current);
      current = " ".repeat(indent) + word;
      used = indent + wide;
    } else {
      current += empty ? word : ` ${word}`;
      used += wide + (empty ? 0 : 1);
    }
    empty = false;
  }
  return [...lines, current];
}

/** Rows as left-aligned columns, `gap` spaces apart, nothing after the last. */
export function columns(rows: readonly (readonly string[])[], gap: number): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) {
      widths[index] = Math.max(widths[index] ?? 0, displayWidth(cell));
    }
  }
  return rows.map((row) =>
    row
      .map((cell, index) => cell + " ".repeat((widths[index] ?? 0) + gap - displayWidth(cell)))
      .join("")
      .trimEnd(),
  );
}
