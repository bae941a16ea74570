import { basename } from "node:path";
import { run } from "./cli/program.ts";
import type { Io, Output } from "./cli/io.ts";

/*
 * The one file that touches the process: arguments, streams, signals, exit code. It never calls
 * exit(), which would cut off what a pipe has not taken yet: with nothing left open, Node ends.
 */

function outputOf(stream: NodeJS.WriteStream): Output {
  let closed = false;
  // A reader that went away (`mc check | head -1`) is not an error: there is nothing left to say.
  stream.on("error", () => {
    closed = true;
  });
  return {
    isTTY: stream.isTTY ?? false,
    get columns() {
      return stream.isTTY ? stream.columns : undefined;
    },
    write: (text) =>
      closed
        ? Promise.resolve()
        : new Promise((resolve) => {
            stream.write(text, () => resolve());
          }),
  };
}

const interruption = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  // Once: a second Ctrl-C ends the process at once, as by default.
  process.once(signal, () => interruption.abort());
}

const io: Io = {
  stdout: outputOf(process.stdout),
  stderr: outputOf(process.stderr),
  env: process.env,
  signal: interruption.signal,
  program: basename(process.argv[1] ?? "").startsWith("kubectl-mc") ? "kubectl mc" : "mc",
};

process.exitCode = await run(process.argv.slice(2), io);
