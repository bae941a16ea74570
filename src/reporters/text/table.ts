import Table from "cli-table3";
import { displayWidth } from "./width.ts";

/** No lines: as kubectl draws tables. */
const BORDERLESS = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
};

/*
 * cli-table3 measures with a string-width that knows no emoji after 2019 and combining marks of Latin
 * only (cli-table/cli-table3#277). What is not ASCII goes to it as characters for private use, a
 * column each, and is put back in its place afterwards.
 */
const FIRST = "\uE000";
const MORE = "\uE001";
const STAND_IN = /\uE000\uE001*/g;
const ASCII = /^[ -~]*$/;

/** The time that cli-table3 takes grows with the square of the rows: many are drawn part by part. */
const ROWS_AT_ONCE = 32;

/** Rows as left-aligned columns, `gap` spaces apart, nothing after the last. */
export function columns(rows: readonly (readonly string[])[], gap: number): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) {
      widths[index] = Math.max(widths[index] ?? 0, displayWidth(cell));
    }
  }
  const lines: string[] = [];
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    lines.push(...drawn(rows.slice(from, from + ROWS_AT_ONCE), widths, gap));
  }
  return lines;
}

function drawn(rows: readonly (readonly string[])[], colWidths: number[], gap: number): string[] {
  const table = new Table({
    chars: { ...BORDERLESS, middle: " ".repeat(gap) },
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0, compact: true },
    colWidths: [...colWidths],
  });
  const originals: string[] = [];
  const standIn = (cell: string): string => {
    if (ASCII.test(cell)) return cell;
    originals.push(cell);
    return FIRST + MORE.repeat(displayWidth(cell) - 1);
  };
  table.push(
    ...rows.map((row) => row.map((cell) => (displayWidth(cell) > 0 ? standIn(cell) : ""))),
  );
  let place = 0;
  const text = table.toString().replace(STAND_IN, () => originals[place++] ?? "");
  return text.split("\n").map((line) => line.trimEnd());
}
