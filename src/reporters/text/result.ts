import { isFault } from "../../model/finding.ts";
import type { Finding, Result } from "../../model/report.ts";
import { blockDetails, eastWestParts, lineDetails, podTable } from "./details.ts";
import { detailLines } from "./findings.ts";
import { matrixLines } from "./links.ts";
import { SYMBOL, type Style } from "./style.ts";

/** Checks whose passing findings stand under the summary line also in the short form. */
const SHOWN_WHEN_FINE: ReadonlySet<string> = new Set(["gateways", "peers"]);

function summaryLines(result: Result, style: Style): string[] {
  const text = `${SYMBOL[result.status]} ${style.line(`${result.title}: ${result.summary}`)}`;
  const lines = style.wrap(text, 3);
  return isFault(result.status) && result.status !== "warn"
    ? lines.map((line) => style.paint.red(line))
    : lines;
}

function worthALine(result: Result, verbose: boolean): readonly Finding[] {
  const shown = !verbose && SHOWN_WHEN_FINE.has(result.id);
  return result.findings.filter(({ severity }) => severity !== "pass" || shown);
}

function shortLines(result: Result, style: Style, verbose: boolean): string[] {
  return [
    ...summaryLines(result, style),
    ...detailLines(worthALine(result, verbose), result.summary, style),
    ...(result.id === "links" ? matrixLines(result, style) : []),
  ];
}

function section(result: Result, style: Style, blocks: readonly string[][]): string[] {
  return [
    style.paint.bold(`--- ${style.line(result.title)} ---`),
    "",
    ...blocks.flatMap((block) => [...block, ""]),
    ...lineDetails(result, style),
    ...shortLines(result, style, true),
  ];
}

/**
 * What one result prints: the summary line with what deserves attention, or with `verbose` a
 * section with all details. Sections are apart by two empty lines, which the caller adds.
 */
export function resultBlocks(result: Result, style: Style, verbose: boolean): string[][] {
  if (result.id === "pods-eastwest") {
    return eastWestParts(result).map((part) =>
      verbose
        ? section(part.result, style, part.rows.length > 0 ? [podTable(part.rows)] : [])
        : shortLines(part.result, style, false),
    );
  }
  return [
    verbose ? section(result, style, blockDetails(result)) : shortLines(result, style, false),
  ];
}
