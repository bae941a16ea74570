import { placesOf } from "../shared/places.ts";
import { CHECKS } from "../../checks/index.ts";
import { check, type CheckRequest } from "../../engine/check.ts";
import type { LogsWhen } from "../../engine/logs/index.ts";
import { hasPassed } from "../../lib/fail-on.ts";
import { formatDuration } from "../../lib/duration.ts";
import { UsageError } from "../../model/errors.ts";
import type { AnyCheck } from "../../model/check.ts";
import type { ClusterReader } from "../../model/reader.ts";
import type { Report } from "../../model/report.ts";
import { awaitedResults } from "./awaited-results.ts";
import { withNamedRemedies } from "./named-remedies.ts";
import { matchChecks } from "../shared/check-ids.ts";
import { EXIT_FAULT } from "../shared/exit-code.ts";
import { type Io, unlessInterrupted } from "../shared/io.ts";
import { meshKindOf, type Mode } from "../shared/options.ts";
import { Progress, StatusLine } from "../shared/progress.ts";
import { closeReaders, openReaders } from "../shared/readers.ts";
import { note } from "../shared/say.ts";
import { type OutputFlags, outputsOf, type ReportOutput, separatorOf } from "./outputs.ts";
import {
  type Judged,
  type KnownFaultFlags,
  type KnownFaults,
  knownFaults,
  tellEntries,
  withKnownFaults,
} from "./known-faults.ts";
import { type WriteOptions, writeReports } from "./write-reports.ts";

/** Flags of `mc check`, parsed. */
export interface CheckOptions extends OutputFlags, WriteOptions, KnownFaultFlags {
  contexts?: string[];
  directory?: string[];
  mode: Mode;
  precheck?: boolean;
  check?: string[];
  skip?: string[];
  /** Files with checks of others. */
  checks?: string[];
  logs: LogsWhen;
  /** ms a cluster. */
  timeout: number;
  concurrency: number;
  probe?: boolean;
  deep?: boolean;
  /** ms an attempt. */
  probeTimeout?: number;
  /** ms to go on until the checks pass. */
  wait?: number;
}

const CLEAR_SCREEN = "\u001B[2J\u001B[H";
/** How long to leave a cluster in peace before `--wait` looks again, ms. */
const WAIT_INTERVAL = 5000;

/** All that a run goes by. */
interface Run {
  readers: readonly ClusterReader[];
  request: CheckRequest;
  outputs: readonly ReportOutput[];
  known: KnownFaults;
  options: CheckOptions;
  io: Io;
}

/** `mc check`: resolves with the exit code, the report being written. */
export async function runCheck(options: CheckOptions, io: Io): Promise<number> {
  const own = await ownChecksOf(options, io);
  const checks = requestOf(options, own, io);
  const known = await knownFaults(options);
  const outputs = await outputsOf(options);
  const readers = await openReaders(options, options.timeout, io);
  try {
    const request = { ...checks, ...(await probeOf(readers, options, io)) };
    const run: Run = { readers, request, outputs, known, options, io };
    return options.watch === undefined ? await once(run) : await watch(run, options.watch);
  } finally {
    await closeReaders(readers);
  }
}

async function ownChecksOf({ checks = [] }: CheckOptions, { cwd }: Io): Promise<AnyCheck[]> {
  if (checks.length === 0) return [];
  const { loadOwnChecks } = await import("./own-checks.ts");
  return loadOwnChecks(checks, cwd);
}

function requestOf(options: CheckOptions, own: readonly AnyCheck[], { program }: Io): CheckRequest {
  const all = [...CHECKS, ...own];
  const only = options.check && matchChecks(options.check, all);
  const skip = options.skip && matchChecks(options.skip, all);
  if (only && skip && only.isSubsetOf(skip)) {
    const names = [...only].join(", ");
    throw new UsageError(`--skip leaves none of the checks that --check names: ${names}`);
  }
  if (options.probeTimeout !== undefined && !options.probe) {
    throw new UsageError("--probe-timeout is only for --probe");
  }
  return {
    precheck: options.precheck ?? false,
    concurrency: options.concurrency,
    logs: options.logs,
    failOn: options.failOn,
    deep: options.deep ?? false,
    program,
    own,
    ...meshKindOf(options.mode),
    ...(only ? { only } : {}),
    ...(skip ? { skip } : {}),
    ...placesOf(options),
  };
}

const PROBE_TIMEOUT = 5000;

/** What tries to connect from here, with `--probe`; its code is loaded then only. */
async function probeOf(
  readers: readonly ClusterReader[],
  { probe, probeTimeout: timeoutMs = PROBE_TIMEOUT }: CheckOptions,
  { env, signal }: Io,
): Promise<Pick<CheckRequest, "probe">> {
  if (!probe) return {};
  const { probeFromHere } = await import("../../probe/index.ts");
  return { probe: (clusters) => probeFromHere(clusters, readers, { timeoutMs, env, signal }) };
}

async function judge({ readers, request, known, options, io }: Run): Promise<Judged> {
  const progress = new Progress(io, readers.length, options.quiet ?? false);
  progress.start();
  try {
    const onRead = (): void => progress.step();
    const report = await unlessInterrupted(io.signal, check(readers, { ...request, onRead }));
    return withKnownFaults(withNamedRemedies(report, io.program), known);
  } finally {
    await progress.clear();
  }
}

/** Writes the reports, says which entries of `--ignore` are of no use, and gives the exit code. */
async function conclude(
  judged: Judged,
  { request, outputs, known, options, io }: Run,
): Promise<number> {
  await writeReports(judged.report, outputs, { ...options, own: request.own ?? [] }, io);
  await tellEntries(judged, known, options, io);
  return hasPassed(judged.report) && judged.expired.length === 0 ? 0 : EXIT_FAULT;
}

async function once(run: Run): Promise<number> {
  return conclude(await lastReport(run), run);
}

/** The first report; with `--wait` the first that passes, or the one made when time is up. */
async function lastReport(run: Run): Promise<Judged> {
  const { readers, options, io } = run;
  const deadline = io.clock.now() + (options.wait ?? 0);
  let judged = await judge(run);
  let said = "";
  for (;;) {
    const left = deadline - io.clock.now();
    if (left <= 0 || hasPassed(judged.report)) return judged;
    if (readers.every(({ kind }) => kind === "recording")) {
      await note(io, options, "recordings stay as they are: nothing is waited for");
      return judged;
    }
    said = await waitABit(judged.report, left, said, options, io);
    for (const reader of readers) reader.renew?.();
    judged = await judge(run);
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
  const results = awaitedResults(report);
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
async function watch(run: Run, interval: number): Promise<number> {
  const { readers, outputs, options, io } = run;
  if (readers.every(({ kind }) => kind === "recording")) {
    await note(io, options, "recordings stay as they are: every report will say the same");
  }
  for (;;) {
    const judged = await judge(run);
    const printed = outputs.find(({ file }) => file === undefined);
    // A terminal shows the present state only; a pipe or a file gets one report after another.
    if (printed) {
      await io.stdout.write(io.stdout.isTTY ? CLEAR_SCREEN : separatorOf(printed.format));
    }
    const code = await conclude(judged, run);
    if (io.stdout.isGone) return code;
    await io.clock.pause(interval, io.signal);
    for (const reader of readers) reader.renew?.();
  }
}
