import type { Result } from "../../model/report.ts";
import type { Block } from "../../model/view.ts";
import { viewOf } from "../views.ts";
import type { Style } from "./style.ts";
import { columns } from "./table.ts";
import { displayWidth } from "./width.ts";

/** Spaces between the columns of a table: as people know them, or fewer where those do not fit. */
const GAPS = [5, 2] as const;

/** A table, or lines that stand together. */
export function blockLines(block: Block, style: Style): string[] {
  if (block.kind === "lines") {
    return block.lines.map(({ text, status }) =>
      status === undefined
        ? style.line(text)
        : `${style.line(text)} ${style.symbols.status[status]}`,
    );
  }
  const cells = [block.head, ...block.rows.map((row) => row.map(style.line))];
  const [wide, narrow] = GAPS.map((gap) => columns(cells, gap)) as [string[], string[]];
  return wide.every((line) => displayWidth(line) <= style.width) ? wide : narrow;
}

/** Single lines that `--verbose` shows right above the summary line. */
export function lineDetails(result: Result, style: Style): string[] {
  return [...noteLines(result, style), ...passLines(result, style)];
}

function passLines(result: Result, style: Style): string[] {
  const how = viewOf(style.views, result)?.passes;
  if (how === "hidden") return [];
  const lead = how === "titled" ? `${result.title}: ` : "";
  return result.findings
    .filter(({ severity, message }) => severity === "pass" && message !== result.summary)
    .flatMap(({ message }) =>
      style.wrap(`${style.symbols.status.pass} ${style.line(lead + message)}`, 3),
    );
}

/** Lines that inform and never judge, such as the fingerprints of roots. */
function noteLines(result: Result, style: Style): string[] {
  const notes = viewOf(style.views, result)?.notes?.(result) ?? [];
  return notes.flatMap((note) =>
    style.wrap(`${style.symbols.status.info} ${style.line(`${result.title}: ${note}`)}`, 3),
  );
}
