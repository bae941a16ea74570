import { compareReports } from "../../engine/compare.ts";
import { readReport } from "../../readers/report-file.ts";
import { COMPARISON_REPORTERS } from "../../reporters/compare.ts";
import { EXIT_FAULT } from "../shared/exit-code.ts";
import { type Io, wantsAscii } from "../shared/io.ts";

/** Flags of `mc compare`, parsed. */
export interface CompareOptions {
  output: string;
  exitCode?: boolean;
}

/** `mc compare`: resolves with the exit code. */
export async function runCompare(
  before: string,
  after: string,
  options: CompareOptions,
  io: Io,
): Promise<number> {
  const [old, fresh] = await Promise.all([readReport(before), readReport(after)]);
  const comparison = compareReports(old, fresh);
  await io.stdout.write(COMPARISON_REPORTERS[options.output]?.(comparison, wantsAscii(io)) ?? "");
  return options.exitCode && comparison.new.length > 0 ? EXIT_FAULT : 0;
}
