import { CHECKS, VIEWS } from "../checks/index.ts";
import { check, type CheckRequest } from "../engine/check.ts";
import { UsageError } from "../model/errors.ts";
import type { ClusterReader } from "../model/reader.ts";
import type { Report } from "../model/report.ts";
import { REPORTERS } from "../reporters/index.ts";
import type { Reporter } from "../reporters/reporter.ts";
import { exitCode } from "./exit-code.ts";
import { unknownCheck } from "./explain.ts";
import { type Io, unlessInterrupted, wantsColor, widthOf } from "./io.ts";
import { checkWritable, writeWhole } from "./output-file.ts";
import type { GlobalOptions } from "./options.ts";
import { pause } from "./pause.ts";
import { Progress } from "./progress.ts";
import { closeReaders, openReaders } from "./readers.ts";

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
    const known = Object.keys(REPORTERS).join(", ");
    throw new UsageError(
      `no output format is called ${JSON.stringify(format)}; there are ${known}`,
    );
  }
  return load();
}

function requestOf(options: CheckOptions): CheckRequest {
  for (const id of [...(options.check ?? []), ...(options.skip ?? [])]) {
    if (!CHECKS.some((one) => one.id === id)) throw new UsageError(unknownCheck(id, CHECKS));
  }
  const { check: only, skip = [] } = options;
  if (only?.every((id) => skip.includes(id))) {
    throw new UsageError(`--skip leaves none of the checks that --check names: ${only.join(", ")}`);
  }
  return {
    precheck: options.precheck ?? false,
    concurrency: options.concurrency,
    ...(options.check ? { only: new Set(options.check) } : {}),
    ...(options.skip ? { skip: new Set(options.skip) } : {}),
    ...(options.istioNamespace === undefined ? {} : { istioNamespace: options.istioNamespace }),
    ...(options.revision === undefined ? {} : { revision: options.revision }),
    ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
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
  const verbose = options.verbose ?? false;
  if (options.outputFile === undefined) {
    const color = wantsColor(io, options.color);
    const width = widthOf(io.stdout);
    await io.stdout.write(reporter(report, { color, width, verbose, views: VIEWS }));
  } else {
    const plain = { color: false, width: Number.POSITIVE_INFINITY, verbose, views: VIEWS };
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
  const deadline = Date.now() + (options.wait ?? 0);
  let report = await judge(readers, request, options, io);
  let code = exitCode(report.outcome, options.failOn);
  while (code !== 0 && Date.now() + WAIT_INTERVAL <= deadline) {
    await pause(WAIT_INTERVAL, io.signal);
    for (const reader of readers) reader.renew?.();
    report = await judge(readers, request, options, io);
    code = exitCode(report.outcome, options.failOn);
  }
  await print(report, reporter, options, io);
  return code;
}

/** Reports until it is interrupted, which is how it ends. */
async function watch(
  readers: readonly ClusterReader[],
  request: CheckRequest,
  reporter: Reporter,
  options: CheckOptions,
  io: Io,
  interval: number,
): Promise<never> {
  for (;;) {
    const report = await judge(readers, request, options, io);
    // A terminal shows the present state only; a pipe or a file gets one report after another.
    if (io.stdout.isTTY && options.outputFile === undefined) {
      await io.stdout.write("\u001B[2J\u001B[H");
    }
    await print(report, reporter, options, io);
    await pause(interval, io.signal);
    for (const reader of readers) reader.renew?.();
  }
}
