import { type Ignored, ignoreFindings } from "../../engine/ignore.ts";
import { withBaseline } from "../../engine/compare.ts";
import { UsageError } from "../../model/errors.ts";
import type { IgnoreEntry } from "../../model/ignore.ts";
import type { FailOn, Report } from "../../model/report.ts";
import type { Io } from "../shared/io.ts";
import type { GlobalOptions } from "../shared/options.ts";
import { note, warning } from "../shared/say.ts";

/** What says which faults are known. */
export interface KnownFaultFlags extends GlobalOptions {
  baseline?: string;
  /** Files, one after the other. */
  ignore?: string[];
  failOn: FailOn;
}

/** Faults that were there before, and those that somebody has decided to live with. */
export interface KnownFaults {
  baseline?: Report;
  /** With the file that has it. */
  ignore: ReadonlyMap<IgnoreEntry, string>;
}

async function ignored(files: readonly string[]): Promise<Map<IgnoreEntry, string>> {
  if (files.length === 0) return new Map();
  const { readIgnoreFile } = await import("../../readers/ignore-file.ts");
  const read = await Promise.all(
    files.map(async (file) => (await readIgnoreFile(file)).map((entry) => [entry, file] as const)),
  );
  return new Map(read.flat());
}

/** @throws UsageError for files that cannot be used, and `--fail-on new` without a baseline */
export async function knownFaults(flags: KnownFaultFlags): Promise<KnownFaults> {
  if (flags.failOn === "new" && flags.baseline === undefined) {
    throw new UsageError("--fail-on new needs --baseline FILE, a report of mc check -o json");
  }
  const ignore = await ignored(flags.ignore ?? []);
  if (flags.baseline === undefined) return { ignore };
  const { readReport } = await import("../../readers/report-file.ts");
  return { ignore, baseline: await readReport(flags.baseline) };
}

/** A report, and which entries of `--ignore` are of no use for it. */
export type Judged = Ignored;

/** The report that says which of its faults are new, and without those that are ignored. */
export function withKnownFaults(report: Report, { baseline, ignore }: KnownFaults): Judged {
  return ignoreFindings(baseline ? withBaseline(report, baseline) : report, [...ignore.keys()]);
}

function nameOf({ check, cluster, object }: IgnoreEntry): string {
  return [check, cluster, object].filter(Boolean).join(", ");
}

/** Says which entries are of no use any more. */
export async function tellEntries(
  { expired, unused }: Judged,
  { ignore }: KnownFaults,
  flags: KnownFaultFlags,
  io: Io,
): Promise<void> {
  for (const entry of expired) {
    const when = `expired after ${entry.until} and ignores nothing any more (${entry.reason})`;
    await warning(
      io,
      `${ignore.get(entry)}: the entry for ${nameOf(entry)} ${when}: renew or remove it`,
    );
  }
  for (const entry of unused) {
    await note(io, flags, `${ignore.get(entry)}: no fault is like the entry for ${nameOf(entry)}`);
  }
}
