import { resolve } from "node:path";
import { UsageError } from "../../model/errors.ts";
import { REPORTERS } from "../../reporters/index.ts";
import type { Reporter } from "../../reporters/reporter.ts";
import { formatCalled } from "../shared/format.ts";
import { checkWritable } from "../shared/output-file.ts";

/** A report that is asked for: `-o sarif=report.sarif`. */
export interface ReportOutput {
  format: string;
  reporter: Reporter;
  /** Absent for stdout. */
  file?: string;
}

/** What says which reports are asked for. */
export interface OutputFlags {
  output?: string[];
  outputFile?: string;
  /** ms between two reports. */
  watch?: number;
}

/** Formats of which several in a row can be told apart on stdout, and what comes before each. */
const STREAMS: Readonly<Record<string, string>> = { text: "", json: "", yaml: "---\n" };

/** What goes before each of the reports that `--watch` writes to stdout. */
export function separatorOf(format: string): string {
  return STREAMS[format] ?? "";
}

/** Annotations are lines among those of a job's log, which text may stand in too. */
function mayShareStdout(formats: readonly string[]): boolean {
  return formats.length < 2 || formats.toSorted().join() === "github,text";
}

interface Named {
  format: string;
  file?: string;
}

function named(word: string): Named {
  const [format = "", ...rest] = word.split("=");
  if (rest.length === 0) return { format };
  const file = rest.join("=");
  if (file === "") throw new UsageError(`-o ${word} needs the path of a file: -o ${format}=FILE`);
  return { format, file };
}

/** The file of `--output-file` goes to the one report that has none of its own. */
function withOutputFile(outputs: readonly Named[], file: string | undefined): Named[] {
  if (file === undefined) return [...outputs];
  const bare = outputs.filter((one) => one.file === undefined);
  if (bare.length !== 1) {
    throw new UsageError("--output-file goes with exactly one -o that has no file of its own");
  }
  return outputs.map((one) => (one.file === undefined ? { ...one, file } : one));
}

function refuseClashes(outputs: readonly Named[], isWatch: boolean): void {
  const places = outputs.flatMap(({ file }) => (file === undefined ? [] : [resolve(file)]));
  const twice = places.find((place, index) => places.indexOf(place) !== index);
  if (twice !== undefined) throw new UsageError(`two reports cannot both be written to ${twice}`);
  const printed = outputs.filter(({ file }) => file === undefined).map(({ format }) => format);
  if (!mayShareStdout(printed)) {
    throw new UsageError(
      `${printed.join(" and ")} cannot both go to stdout: give all but one a file, as -o ${printed.at(-1)}=FILE`,
    );
  }
  const single = printed.find((format) => !Object.hasOwn(STREAMS, format));
  if (isWatch && single !== undefined) {
    const streams = Object.keys(STREAMS).join(", ");
    throw new UsageError(
      `--watch cannot write one ${single} after another to stdout: give it a file, as -o ${single}=FILE, or take one of ${streams}`,
    );
  }
}

/**
 * The reports that flags ask for; text on stdout when they ask for none.
 *
 * @throws UsageError for formats that there are not, files that could not be written, and reports
 *   that would be written over each other
 */
export async function outputsOf(flags: OutputFlags): Promise<ReportOutput[]> {
  const outputs = withOutputFile((flags.output ?? ["text"]).map(named), flags.outputFile);
  const reporters = await Promise.all(
    outputs.map(({ format }) => formatCalled(REPORTERS, format)()),
  );
  refuseClashes(outputs, flags.watch !== undefined);
  for (const { file } of outputs) if (file !== undefined) await checkWritable(file);
  return outputs.map((one, index) => ({ ...one, reporter: reporters[index] as Reporter }));
}
