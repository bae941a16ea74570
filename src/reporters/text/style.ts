import { inAscii } from "../../lib/ascii.ts";
import { oneLine } from "../../lib/sanitize.ts";
import type { Views } from "../../model/view.ts";
import { chalkOf } from "../chalk.ts";
import type { ReportOptions } from "../reporter.ts";
import { type Symbols, symbolsOf } from "./symbols.ts";
import { displayWidth } from "./width.ts";

type Colour = "bold" | "dim" | "red" | "yellow" | "cyan";

/** Colours, wrapping and views of one run. */
export interface Style {
  readonly width: number;
  /** How checks want their results to be shown. */
  readonly views: Views;
  readonly symbols: Symbols;
  readonly paint: Readonly<Record<Colour, (text: string) => string>>;
  /** A text from outside as one safe line. */
  readonly line: (text: string) => string;
  /** Breaks a text between words so that it fits; lines after the first are indented. */
  readonly wrap: (text: string, indent?: number) => string[];
}

export function styleOf({ color, width, views, ascii = false }: ReportOptions): Style {
  const chalk = chalkOf(color);
  const symbols = symbolsOf(ascii);
  return {
    width,
    views,
    // Of one text each: chalk joins all that it is given, as by map().
    paint: {
      bold: (text) => chalk.bold(text),
      dim: (text) => chalk.dim(text),
      red: (text) => chalk.red(text),
      yellow: (text) => chalk.yellow(text),
      cyan: (text) => chalk.cyan(text),
    },
    symbols,
    line: (text) => (ascii ? inAscii(oneLine(text)) : oneLine(text)),
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
