import { INVISIBLE } from "../lib/invisible.ts";
import type { Reporter } from "./reporter.ts";

/** `\u202e`; two of them for a character outside the basic plane. */
function escaped(character: string): string {
  return character
    .split("")
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}

/** A value as JSON, two spaces deep. */
export function jsonText(value: object): string {
  return `${JSON.stringify(value, null, 2).replace(INVISIBLE, escaped)}\n`;
}

/** The report as JSON: schema mc.check/v1. */
export const json: Reporter = (report) => jsonText(report);
