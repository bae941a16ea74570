import type { Report } from "../model/report.ts";

export interface ReportOptions {
  /** ANSI colours. */
  color: boolean;
  /** Columns to wrap at; Infinity for a pipe or a file. */
  width: number;
  verbose: boolean;
}

/** A report as the text of one output format, with its final line break. */
export type Reporter = (report: Report, options: ReportOptions) => string;
