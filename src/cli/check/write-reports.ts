import { DESCRIPTIONS, VIEWS } from "../../checks/index.ts";
import { defined } from "../../lib/defined.ts";
import type { AnyCheck } from "../../model/check.ts";
import type { Report } from "../../model/report.ts";
import type { ReportOptions } from "../../reporters/reporter.ts";
import { outcomeWords } from "../../reporters/words.ts";
import { type Io, wantsAscii, wantsColor, widthOf } from "../shared/io.ts";
import type { GlobalOptions } from "../shared/options.ts";
import { appendTo, textOf, writeWhole } from "../shared/output-file.ts";
import { note } from "../shared/say.ts";
import type { ReportOutput } from "./outputs.ts";

/** What flags say of how reports look. */
export interface WriteOptions extends GlobalOptions {
  verbose?: boolean;
  sarifCategory?: string;
  /** Checks beside those of `mc`, which say themselves how they are shown. */
  own?: readonly AnyCheck[];
  /** ms between two reports. */
  watch?: number;
}

/** Writes each report where it is to go, and says where, when none is to be seen on stdout. */
export async function writeReports(
  report: Report,
  outputs: readonly ReportOutput[],
  options: WriteOptions,
  io: Io,
): Promise<void> {
  const { own = [] } = options;
  const same = {
    verbose: options.verbose ?? false,
    views: { ...VIEWS, ...Object.fromEntries(own.map(({ id, view }) => [id, view])) },
    descriptions: { ...DESCRIPTIONS, ...Object.fromEntries(own.map((one) => [one.id, one])) },
    ascii: wantsAscii(io),
    ...defined({ sarifCategory: options.sarifCategory }),
  };
  const plain = { color: false, width: Number.POSITIVE_INFINITY, ...same };
  const shown = { color: wantsColor(io, options.color), width: widthOf(io.stdout), ...same };
  const files: string[] = [];
  for (const { format, file, reporter } of outputs) {
    if (file === undefined) {
      await io.stdout.write(reporter(report, shown));
    } else {
      const previous = await textOf(file);
      await writeWhole(file, reporter(report, { ...plain, ...defined({ previous }) }));
      files.push(file);
    }
    if (format === "github") await writeSummary(report, plain, io);
  }
  if (wantsAnnotations(outputs, options, io)) {
    const { github } = await import("../../reporters/github.ts");
    await io.stderr.write(github(report, plain));
  }
  if (files.length > 0 && files.length === outputs.length) {
    const where = files.length === 1 ? "the report is" : "the reports are";
    await note(io, options, `${outcomeWords(report)}: ${where} in ${files.join(", ")}`);
  }
}

/**
 * In a job of GitHub Actions faults are annotations without being asked for: on stderr, where the job
 * looks for them too, as stdout may be read by a program.
 */
function wantsAnnotations(
  outputs: readonly ReportOutput[],
  { quiet = false, watch }: WriteOptions,
  { env }: Io,
): boolean {
  const isAsked = outputs.some(({ format }) => format === "github");
  return env["GITHUB_ACTIONS"] === "true" && !isAsked && !quiet && watch === undefined;
}

/** Adds the report to the page of the job, where GitHub says that this is. */
async function writeSummary(report: Report, options: ReportOptions, io: Io): Promise<void> {
  const file = io.env["GITHUB_STEP_SUMMARY"];
  if (!file) return;
  const { markdown } = await import("../../reporters/markdown.ts");
  await appendTo(file, markdown(report, options));
}
