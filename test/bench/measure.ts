import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import type { Readable } from "node:stream";
import { join, resolve } from "node:path";

export const ROOT = resolve(import.meta.dirname, "../..");
/** The built command: whole processes are measured, from start to exit. */
export const MC = [process.execPath, join(ROOT, "bin/mc.js")];

export type Command = readonly string[];

/** One line of the table. */
export interface Row {
  what: string;
  /** With its unit. */
  measured: string;
  /** What it is compared to, with its unit. */
  against: string;
  ratio: number;
  /** Largest ratio allowed; a row without one only informs. */
  budget?: number;
  /** The ratio is to be at least the budget. */
  atLeast?: boolean;
}

export function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

export const ms = (value: number): string => `${Math.round(value)} ms`;
const mib = (value: number): string => `${Math.round(value)} MiB`;

/** ms that a command takes from start to exit; its exit code must be 0, its output is dropped. */
function time([file = "", ...args]: Command): Promise<number> {
  return new Promise((settle, reject) => {
    const start = performance.now();
    spawn(file, args, { stdio: ["ignore", "ignore", "inherit"] })
      .once("error", reject)
      .once("close", (code) => {
        if (code === 0) settle(performance.now() - start);
        else reject(new Error(`${file} ${args.join(" ")} ended with ${code}`));
      });
  });
}

/** Whether the machine has a program. */
export async function has(...command: string[]): Promise<boolean> {
  return time(command).then(
    () => true,
    () => false,
  );
}

/** Medians in ms of commands that take turns, so that what else the machine does strikes all alike. */
export async function compare(commands: readonly Command[], runs: number): Promise<number[]> {
  const times: number[][] = commands.map(() => []);
  for (let run = -1; run < runs; run += 1) {
    for (const [index, command] of commands.entries()) {
      const took = await time(command);
      // The first turn fills caches.
      if (run >= 0) times[index]?.push(took);
    }
  }
  return times.map(median);
}

const REPORT_PEAK =
  'data:text/javascript,process.on("exit",()=>process.getBuiltinModule("node:fs").writeSync(3,String(process.resourceUsage().maxRSS)))';

/** The largest resident set of a run of mc, against a budget in MiB. */
export async function memory(what: string, args: Command, budget: number): Promise<Row> {
  const child = spawn(process.execPath, ["--import", REPORT_PEAK, MC[1] ?? "", ...args], {
    stdio: ["ignore", "ignore", "inherit", "pipe"],
  });
  const [peak, [code]] = await Promise.all([
    text(child.stdio[3] as Readable).then((kib) => Number(kib) / 1024),
    once(child, "close"),
  ]);
  if (code !== 0) throw new Error(`mc ${args.join(" ")} ended with ${code}`);
  return { what, measured: mib(peak), against: mib(budget), ratio: peak / budget, budget: 1 };
}

export function table(rows: readonly Row[], slack: number): { text: string; beyond: Row[] } {
  const beyond = rows.filter(({ ratio, budget, atLeast }) => {
    if (budget === undefined) return false;
    return atLeast ? !(ratio >= budget / slack) : !(ratio <= budget * slack);
  });
  const lines = rows.map((row) => {
    const { what, measured, against, ratio, budget, atLeast } = row;
    const limit = budget === undefined ? "" : `${atLeast ? "≥" : "≤"} ${budget}`;
    const verdict = budget === undefined ? "" : beyond.includes(row) ? "BEYOND" : "within";
    return `| ${what} | ${measured} | ${against} | ${ratio.toFixed(2)} | ${limit} | ${verdict} |`;
  });
  const head = [
    "| what | median | compared to | ratio | budget | |",
    "| --- | --- | --- | --- | --- | --- |",
  ];
  return { text: `${[...head, ...lines].join("\n")}\n`, beyond };
}
