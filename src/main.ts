import { basename } from "node:path";
import { EXIT_FAULT } from "./cli/shared/exit-code.ts";
import { run } from "./cli/program.ts";
import { Interrupted, type Io, type Output } from "./cli/shared/io.ts";
import { pause } from "./cli/shared/pause.ts";
import { askedOf, programName } from "./cli/shared/program-name.ts";
import { reasonOf } from "./lib/system-error.ts";

/*
 * The one file that touches the process: arguments, streams, signals, exit code. It never calls
 * exit(), which would cut off what a pipe has not taken yet: with nothing left open, Node ends.
 */

/** Why a stream could not be written, but for a reader that went away. */
const failures = new Map<NodeJS.WriteStream, Error>();

function outputOf(stream: NodeJS.WriteStream): Output {
  let closed = false;
  stream.on("error", (cause: NodeJS.ErrnoException) => {
    closed = true;
    // A reader that went away (`mc check | head -1`) is not an error: there is nothing left to say.
    if (cause.code !== "EPIPE") failures.set(stream, cause);
  });
  return {
    isTTY: stream.isTTY ?? false,
    get columns() {
      return stream.isTTY ? stream.columns : undefined;
    },
    get isGone() {
      return closed;
    },
    write: (text) =>
      closed
        ? Promise.resolve()
        : new Promise((resolve) => {
            stream.write(text, (cause) => {
              // The event comes later, but who wrote asks now.
              if (cause) closed = true;
              resolve();
            });
          }),
  };
}

const interruption = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  // Once: a second Ctrl-C ends the process at once, as by default.
  process.once(signal, () => interruption.abort(new Interrupted(signal)));
}

const calledAs = basename(process.argv[1] ?? "");
const io: Io = {
  stdout: outputOf(process.stdout),
  stderr: outputOf(process.stderr),
  cwd: process.cwd(),
  env: process.env,
  signal: interruption.signal,
  clock: { now: () => performance.now(), pause },
  program: programName(calledAs),
};

const code = await run(askedOf(calledAs, process.argv.slice(2)), io);
const failure = failures.get(process.stdout);
if (failure) await io.stderr.write(`${io.program}: stdout was not written: ${reasonOf(failure)}\n`);
process.exitCode = failure && code === 0 ? EXIT_FAULT : code;
