/** What a run exits with for want of a report: flags, contexts, files. */
export const EXIT_USAGE = 2;
/** An operation failed that no report tells of. */
export const EXIT_FAULT = 1;
/** After Ctrl-C, as shells have it. */
export const EXIT_INTERRUPTED = 130;
/** After SIGTERM, as shells have it. */
export const EXIT_TERMINATED = 143;
