import type { Outcome } from "../../model/report.ts";

/** What a run exits with for want of a report: flags, contexts, files. */
export const EXIT_USAGE = 2;
/** An operation failed that no report tells of. */
export const EXIT_FAULT = 1;
/** After Ctrl-C, as shells have it. */
export const EXIT_INTERRUPTED = 130;
/** After SIGTERM, as shells have it. */
export const EXIT_TERMINATED = 143;

/** 0: passed, warnings included unless `failOn` says otherwise. 1: a fault, or not completed. */
export function exitCode(outcome: Outcome, failOn: "fail" | "warn"): 0 | 1 {
  if (outcome === "fail" || outcome === "error") return 1;
  return outcome === "warn" && failOn === "warn" ? 1 : 0;
}
