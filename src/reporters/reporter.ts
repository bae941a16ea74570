import type { Descriptions } from "../model/check-description.ts";
import type { Report } from "../model/report.ts";
import type { Views } from "../model/view.ts";

export interface ReportOptions {
  /** ANSI colours. */
  color: boolean;
  /** Columns to wrap at; Infinity for a pipe or a file. */
  width: number;
  verbose: boolean;
  /** Text without characters beyond ASCII of our own; names stay as they are. */
  ascii?: boolean;
  /** How checks want their results to be shown. */
  views: Views;
  /** What checks say of themselves; of one that is absent its title is all that is told. */
  descriptions?: Descriptions;
  /** What tells this analysis from others of the same commit, in SARIF; absent: nothing does. */
  sarifCategory?: string;
  /** The report of the same format that this one replaces. */
  previous?: string;
}

/** A report as the text of one output format, with its final line break. */
export type Reporter = (report: Report, options: ReportOptions) => string;
