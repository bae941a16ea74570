import type { Finding, Result, Status } from "../../model/report.ts";
import { SYMBOL } from "../words.ts";
import { blockDetails, eastWestParts, lineDetails, podTable } from "./details.ts";
import { blocked, detailLines } from "./findings.ts";
import { matrixLines } from "./links.ts";
import type { Style } from "./style.ts";

/** Checks whose passing findings stand under the summary line also in the short form. */
const SHOWN_WHEN_FINE: ReadonlySet<string> = new Set(["gateways", "peers"]);

function painter(status: Status, { paint }: Style): (text: string) => string {
  if (status === "fail" || status === "error") return paint.red;
  return status === "warn" ? paint.yellow : (text) => text;
}

function summaryLines(result: Result, style: Style): string[] {
  const said = result.findings.find(({ message }) => message === result.summary);
  const text = style.line(`${result.title}: ${result.summary}${said ? blocked(said) : ""}`);
  const paint = painter(result.status, style);
  return style.wrap(`${SYMBOL[result.status]} ${text}`, 3).map(paint);
}

/** The cluster is down: its Connection Check says so, once for all. */
export function isUnreached({ severity, blockedBy }: Finding): boolean {
  return severity === "skip" && /(?:^|\/)connection$/.test(blockedBy ?? "");
}

function worthALine({ id, findings }: Result, verbose: boolean): readonly Finding[] {
  return findings.filter(
    (finding) =>
      (finding.severity !== "pass" || (!verbose && SHOWN_WHEN_FINE.has(id))) &&
      (verbose || !isUnreached(finding)),
  );
}

function shortLines(result: Result, style: Style, verbose: boolean): string[] {
  return [
    ...summaryLines(result, style),
    ...detailLines(worthALine(result, verbose), result.summary, style),
  ];
}

function section(result: Result, style: Style, blocks: readonly string[][]): string[] {
  return [
    ...style.wrap(`--- ${style.line(result.title)} ---`, 4).map(style.paint.bold),
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
        ? section(part.result, style, part.rows.length > 0 ? [podTable(part.rows, style)] : [])
        : shortLines(part.result, style, false),
    );
  }
  const matrix = result.id === "links" ? matrixLines(result, style) : [];
  if (!verbose) return [[...shortLines(result, style, false), ...matrix]];
  const blocks = blockDetails(result, style);
  return [section(result, style, matrix.length > 0 ? [...blocks, matrix] : blocks)];
}
