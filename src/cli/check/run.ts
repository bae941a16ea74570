import { defined } from "../../lib/defined.ts";
import { CHECKS, VIEWS } from "../../checks/index.ts";
import { check, type CheckRequest } from "../../engine/check.ts";
import type { LogsWhen } from "../../engine/logs/index.ts";
import { closest } from "../../lib/closest.ts";
import { formatDuration } from "../../lib/duration.ts";
import { UsageError } from "../../model/errors.ts";
import type { ClusterReader } from "../../model/reader.ts";
import type { Report } from "../../model/report.ts";
import { REPORTERS } from "../../reporters/index.ts";
import type { Reporter } from "../../reporters/reporter.ts";
import { awaitedResults } from "./awaited-results.ts";
import { matchChecks } from "../shared/check-ids.ts";
import { exitCode } from "../shared/exit-code.ts";
import { type Io, unlessInterrupted, wantsAscii, wantsColor, widthOf } from "../shared/io.ts";
import { checkWritable, writeWhole } from "../shared/output-file.ts";
import type { GlobalOptions } from "../shared/options.ts";
import { Progress, StatusLine } from "../shared/progress.ts";
import { closeReaders, openReaders } from "../shared/readers.ts";
import { note } from "../shared/say.ts";

/** Flags of `mc check`, parsed. */
export interface CheckOptions extends GlobalOptions {
  contexts?: string[];
  directory?: string[];
  precheck?: boolean;
  verbose?: boolean;
  output: string;
  outputFile?: string;
  check?: string[];
  skip?: string[];
  failOn: "fail" | "warn";
  logs: LogsWhen;
  /** ms a cluster. */
  timeout: number;
  concurrency: number;
  /** ms to go on until the checks pass. */
  wait?: number;
  /** ms between two reports. */
  watch?: number;
}

/** How long to leave a cluster in peace before `--wait` looks again, ms. */
const WAIT_INTERVAL = 5000;

/** `mc check`: resolves with the exit code, the report being written. */
export async function runCheck(options: CheckOptions, io: Io): Promise<number> {
  const reporter = await reporterOf(options.output);
  const request = requestOf(options);
  if (options.outputFile !== undefined) await checkWritable(options.outputFile);
  const readers = await openReaders(options, options.timeout, io);
  try {
    return options.watch === undefined
      ? await once(readers, request, reporter, options, io)
      : await watch(readers, request, reporter, options, io, options.watch);
  } finally {
    await closeReaders(readers);
  }
}

async function reporterOf(format: string): Promise<Reporter> {
  const load = Object.hasOwn(REPORTERS, format) ? REPORTERS[format] : undefined;
  if (!load) {
    const known = Object.keys(REPORTERS);
    const near = closest(format, known);
    const hint = near === undefined ? "" : ` (did you mean ${near}?)`;
    throw new UsageError(
      `no output format is called ${JSON.stringify(format)}${hint}; there are ${known.join(", ")}`,
    );
  }
  return load();
}

function requestOf(options: CheckOptions): CheckRequest {
  const only = options.check && matchChecks(options.check, CHECKS);
  const skip = options.skip && matchChecks(options.skip, CHECKS);
  if (only && skip && only.isSubsetOf(skip)) {
    const names = [...only].join(", ");
    throw new UsageError(`--skip leaves none of the checks that --check names: ${names}`);
  }
  return {
    precheck: options.precheck ?? false,
    concurrency: options.concurrency,
    logs: options.logs,
    ...(only ? { only } : {}),
    ...(skip ? { skip } : {}),
    ...defined({
      istioNamespace: options.istioNamespace,
      revision: options.revision,
      namespace: options.namespace,
    }),
  };
}

async function judge(
  readers: readonly ClusterReader[],
  request: CheckRequest,
  options: CheckOptions,
  io: Io,
): Promise<Report> {
  const progress = new Progress(io, readers.length, options.quiet ?? false);
  progress.start();
  try {
    const onRead = (): void => progress.step();
    return await unlessInterrupted(io.signal, check(readers, { ...request, onRead }));
  } finally {
    await progress.clear();
  }
}

async function print(
  report: Report,
  reporter: Reporter,
  options: CheckOptions,
  io: Io,
): Promise<void> {
  const same = { verbose: options.verbose ?? false, views: VIEWS, ascii: wantsAscii(io) };
  if (options.outputFile === undefined) {
    const color = wantsColor(io, options.color);
    const width = widthOf(io.stdout);
    await io.stdout.write(reporter(report, { color, width, ...same }));
  } else {
    const plain = { color: false, width: Number.POSITIVE_INFINITY, ...same };
    await writeWhole(options.outputFile, reporter(report, plain));
  }
}

async function once(
  readers: readonly ClusterReader[],
  request: CheckRequest,
  reporter: Reporter,
  options: CheckOptions,
  io: Io,
): Promise<number> {
  const report = await lastReport(readers, request, options, io);
  await print(report, reporter, options, io);
  return exitCode(report.outcome, options.failOn);
}

/** The first report; with `--wait` the first that passes, or the one made when time is up. */
async function lastReport(
  readers: readonly ClusterReader[],
  request: CheckRequest,
  options: CheckOptions,
  io: Io,
): Promise<Report> {
  const deadline = io.clock.now() + (options.wait ?? 0);
  let report = await judge(readers, request, options, io);
  let said = "";
  for (;;) {
    const left = deadline - io.clock.now();
    if (left <= 0 || exitCode(report.outcome, options.failOn) === 0) return report;
    if (readers.every(({ kind }) => kind === "recording")) {
      await note(io, options, "recordings stay as they are: nothing is waited for");
      return report;
    }
    said = await waitABit(report, left, said, options, io);
    for (const reader of readers) reader.renew?.();
    report = await judge(readers, request, options, io);
  }
}

/**
 * Lets some of the time pass that is left, saying what for: in a line that a terminal takes away
 * again, elsewhere when it is not what was said before. Gives what has been said.
 */
async function waitABit(
  report: Report,
  left: number,
  said: string,
  options: CheckOptions,
  io: Io,
): Promise<string> {
  const results = awaitedResults(report, options.failOn);
  const text = `waiting up to ${formatDuration(left)} for ${results}`;
  const line = new StatusLine(io, options.quiet ?? false);
  line.draw(text);
  if (!line.isShown && results !== said) await note(io, options, text);
  try {
    await io.clock.pause(Math.min(WAIT_INTERVAL, left), io.signal);
  } finally {
    await line.clear();
  }
  return results;
}

/** Reports until it is interrupted, or nobody reads any more; then gives the last exit code. */
async function watch(
  readers: readonly ClusterReader[],
  request: CheckRequest,
  reporter: Reporter,
  options: CheckOptions,
  io: Io,
  interval: number,
): Promise<number> {
  for (;;) {
    const report = await judge(readers, request, options, io);
    // A terminal shows the present state only; a pipe or a file gets one report after another.
    if (io.stdout.isTTY && options.outputFile === undefined) {
      await io.stdout.write("\u001B[2J\u001B[H");
    }
    await print(report, reporter, options, io);
    if (io.stdout.isGone) return exitCode(report.outcome, options.failOn);
    await io.clock.pause(interval, io.signal);
    for (const reader of readers) reader.renew?.();
  }
}
