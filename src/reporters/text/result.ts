import { isUnreached } from "../../lib/connection.ts";
import type { Finding, Result, Status } from "../../model/report.ts";
import { viewOf } from "../views.ts";
import { blockLines, lineDetails } from "./details.ts";
import { blocked, detailLines } from "./findings.ts";
import { matrixLines } from "./links.ts";
import type { Style } from "./style.ts";

function painter(status: Status, { paint }: Style): (text: string) => string {
  if (status === "fail" || status === "error") return paint.red;
  return status === "warn" ? paint.yellow : (text) => text;
}

function summaryLines(result: Result, style: Style): string[] {
  const said = result.findings.find(({ message }) => message === result.summary);
  const text = style.line(`${result.title}: ${result.summary}${said ? blocked(said) : ""}`);
  const paint = painter(result.status, style);
  return style.wrap(`${style.symbols.status[result.status]} ${text}`, 3).map(paint);
}

function worthALine(result: Result, style: Style, verbose: boolean): readonly Finding[] {
  const showsPasses = !verbose && viewOf(style.views, result)?.passesInBrief === true;
  return result.findings.filter(
    (finding) => (finding.severity !== "pass" || showsPasses) && (verbose || !isUnreached(finding)),
  );
}

function shortLines(result: Result, style: Style, verbose: boolean): string[] {
  return [
    ...summaryLines(result, style),
    ...detailLines(worthALine(result, style, verbose), result.summary, style, verbose),
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
  const view = viewOf(style.views, result);
  if (view?.parts) {
    return view.parts(result).map((part) =>
      verbose
        ? section(
            part.result,
            style,
            part.blocks.map((block) => blockLines(block, style)),
          )
        : shortLines(part.result, style, false),
    );
  }
  const matrix = view?.matrix?.(result);
  const topology = matrix ? [matrixLines(matrix, style)] : [];
  if (!verbose) return [[...shortLines(result, style, false), ...topology.flat()]];
  const blocks = (view?.blocks?.(result) ?? []).map((block) => blockLines(block, style));
  return [section(result, style, [...blocks, ...topology])];
}
