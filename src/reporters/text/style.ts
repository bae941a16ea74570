import { Chalk, type ChalkInstance } from "chalk";
import stringWidth from "string-width";
import { oneLine } from "../../lib/sanitize.ts";
import type { Status } from "../../model/report.ts";
import type { ReportOptions } from "../reporter.ts";

export const SYMBOL: Readonly<Record<Status, string>> = {
  pass: "✅",
  info: "ℹ️",
  skip: "ℹ️",
  warn: "⚠️",
  fail: "❌",
  error: "❌",
};

/** Colours and wrapping of one run. */
export interface Style {
  readonly width: number;
  readonly paint: ChalkInstance;
  /** A text from outside as one safe line. */
  readonly line: (text: string) => string;
  /** Breaks a text between words so that it fits; lines after the first are indented. */
  readonly wrap: (text: string, indent?: number) => string[];
}

export function styleOf({ color, width }: ReportOptions): Style {
  return {
    width,
    paint: new Chalk({ level: color ? 1 : 0 }),
    line: oneLine,
    wrap: (text, indent = 0) => wrap(text, width, indent),
  };
}

function wrap(text: string, width: number, indent: number): string[] {
  if (stringWidth(text) <= width) return [text];
  const lines: string[] = [];
  const lead = /^\s*/.exec(text)?.[0] ?? "";
  let current = lead;
  let empty = true;
  for (const word of text.trim().split(" ")) {
    const next = empty ? current + word : `${current} ${word}`;
    if (!empty && stringWidth(next) > width) {
      lines.push(current);
      current = " ".repeat(indent) + word;
    } else {
      current = next;
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
      widths[index] = Math.max(widths[index] ?? 0, stringWidth(cell));
    }
  }
  return rows.map((row) =>
    row
      .map((cell, index) =>
        index === row.length - 1
          ? cell
          : cell + " ".repeat((widths[index] ?? 0) + gap - stringWidth(cell)),
      )
      .join("")
      .trimEnd(),
  );
}
