import type { Reporter } from "./reporter.ts";

/** The report as JSON, two spaces deep: schema mc.check/v1. */
export const json: Reporter = (report) => `${JSON.stringify(report, null, 2)}\n`;
