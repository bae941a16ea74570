import { type ChildProcess, spawn, type StdioOptions } from "node:child_process";
import { resolve } from "node:path";

/*
 * The command line as a process of its own, as people run it, for what only a process can show:
 * signals, pipes, files, what keeps it alive. It runs the sources, so that no build is needed.
 */

const MAIN = resolve(import.meta.dirname, "../../src/main.ts");
/** Node strips the types of sources and compiles them: two thirds of the time of a run. */
export const COMPILE_CACHE = {
  NODE_COMPILE_CACHE: resolve(import.meta.dirname, "../../node_modules/.cache/mc-sources"),
};

export interface ProcessOptions {
  env?: Readonly<Record<string, string>>;
  /** Arguments of Node, before the program. */
  node?: readonly string[];
  cwd?: string;
  stdio?: StdioOptions;
}

export interface ProcessResult {
  /** Absent when a signal ended it. */
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface RunningProcess {
  child: ChildProcess;
  /** When it has ended and its streams are closed. */
  ended: Promise<ProcessResult>;
  /** Resolves once what it wrote to that stream has the text. */
  said(stream: "stdout" | "stderr", text: string): Promise<void>;
}

/** Starts `mc` with these arguments; it inherits PATH and HOME only. */
export function startMc(
  args: readonly string[],
  { node = [], ...options }: ProcessOptions = {},
): RunningProcess {
  return start(process.execPath, [...node, MAIN, ...args], options);
}

/** Runs a command in bash, where `$MC` stands for mc. */
export function runShell(command: string, options: ProcessOptions = {}): Promise<ProcessResult> {
  const mc = [process.execPath, MAIN].map((word) => `"${word}"`).join(" ");
  return start("bash", ["-c", command.replaceAll("$MC", mc)], options).ended;
}

function start(
  command: string,
  args: readonly string[],
  { env = {}, cwd, stdio = ["ignore", "pipe", "pipe"] }: ProcessOptions,
): RunningProcess {
  const { PATH = "", HOME = "" } = process.env;
  const child = spawn(command, args, {
    env: { PATH, HOME, ...COMPILE_CACHE, ...env },
    stdio,
    ...(cwd === undefined ? {} : { cwd }),
  });
  const written = { stdout: "", stderr: "" };
  const listeners = new Set<() => void>();
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream]?.setEncoding("utf8").on("data", (text: string) => {
      written[stream] += text;
      for (const listener of listeners) listener();
    });
  }
  const ended = new Promise<ProcessResult>((done) => {
    child.once("close", (code, signal) => done({ code, signal, ...written }));
  });
  return {
    child,
    ended,
    said: (stream, text) =>
      new Promise((done) => {
        const look = (): void => {
          if (!written[stream].includes(text)) return;
          listeners.delete(look);
          done();
        };
        listeners.add(look);
        look();
      }),
  };
}

/** Runs `mc` to its end. */
export function runProcess(
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<ProcessResult> {
  return startMc(args, options).ended;
}
