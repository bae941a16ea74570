import { inAscii } from "../../lib/ascii.ts";

/** Where a command writes; `main.ts` makes it from the process, tests from strings. */
export interface Output {
  /** Resolves when the text has been taken, and also when nobody reads any more (EPIPE). */
  write(text: string): Promise<void>;
  /** Nothing that is written arrives any more: its reader went away, or a write failed. */
  readonly isGone: boolean;
  readonly isTTY: boolean;
  /** Of a terminal; absent for a pipe or a file. */
  readonly columns: number | undefined;
}

/** Time as a command sees it and lets it pass. */
export interface Clock {
  /** ms since some moment; never set back. */
  now(): number;
  /** Resolves after so many ms; rejects with `Interrupted` as soon as the signal is aborted. */
  pause(ms: number, signal: AbortSignal): Promise<void>;
}

/** What a command may know of the world outside. */
export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  /** Where it was called: relative paths begin there. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** `mc`, or `kubectl mc` when run as its plugin. */
  readonly program: string;
}

/** Sets the exit code that a command comes to when it is not 0. */
export type SetExitCode = (code: number) => void;

/** Ctrl-C or SIGTERM ended the command: exit 130 or 143, nothing more is printed. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  readonly by: "SIGINT" | "SIGTERM";

  constructor(by: "SIGINT" | "SIGTERM" = "SIGINT") {
    super(by);
    this.by = by;
  }
}

/** What a signal was aborted with; Ctrl-C where it does not say. */
export function interruptionOf({ reason }: AbortSignal): Interrupted {
  return reason instanceof Interrupted ? reason : new Interrupted();
}

/** Settles as the work does, or rejects with `Interrupted` as soon as the signal is aborted. */
export async function unlessInterrupted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  if (signal.aborted) throw interruptionOf(signal);
  let stop: (() => void) | undefined;
  const interrupted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(interruptionOf(signal));
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([work, interrupted]);
  } finally {
    if (stop) signal.removeEventListener("abort", stop);
  }
}

const OFF = new Set(["0", "false"]);

/**
 * ANSI colours: on a terminal that has them, unless variables say otherwise: NO_COLOR
 * (no-color.org), FORCE_COLOR (of Node, where 0 and false turn it off), CLICOLOR and CLICOLOR_FORCE
 * (bixense.com/clicolors).
 */
export function wantsColor({ env, stdout }: Io, flag: boolean): boolean {
  if (!flag || env["NO_COLOR"]) return false;
  if (env["FORCE_COLOR"]) return !OFF.has(env["FORCE_COLOR"]);
  if (env["CLICOLOR_FORCE"] && env["CLICOLOR_FORCE"] !== "0") return true;
  return stdout.isTTY && env["TERM"] !== "dumb" && env["CLICOLOR"] !== "0";
}

/**
 * Whether symbols beyond ASCII would not show: the locale (the first of LC_ALL, LC_CTYPE and LANG
 * that is set) is none of UTF-8, as C; or it is the console of Linux, whose font has none. Where no
 * locale is set, as in containers, what shows the output is most often UTF-8.
 */
export function wantsAscii({ env, stdout }: Io): boolean {
  const locale = env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"];
  if (locale) return !/utf-?8/i.test(locale);
  return stdout.isTTY && env["TERM"] === "linux";
}

/** The same output, which shows our own characters beyond ASCII as ASCII. */
export function asciiOutput(output: Output): Output {
  return {
    isTTY: output.isTTY,
    get columns() {
      return output.columns;
    },
    get isGone() {
      return output.isGone;
    },
    write: (text) => output.write(inAscii(text)),
  };
}

const NARROWEST = 60;

/** Columns to wrap reports at: those of the terminal, at least 60; no wrapping elsewhere. */
export function widthOf(output: Output): number {
  return output.isTTY && output.columns
    ? Math.max(NARROWEST, output.columns)
    : Number.POSITIVE_INFINITY;
}
