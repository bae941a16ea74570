import { array, number, property, string } from "../../lib/json.ts";
import { lineUpTo } from "../../lib/sanitize.ts";
import { gathered, missing, type Gathered } from "../../model/gathered.ts";
import type { LogTarget, PodLog } from "../../model/log.ts";
import { LONGEST_LINE } from "./line.ts";

/** What a recording has of a log: in JSON, as its lines are no lines of the log any more. */
export function parseRecordedLog(text: string, shown: string): Gathered<PodLog> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return missing("unreadable", `${shown} is not valid JSON`);
  }
  const from = moment(property(value, "from"));
  const lines = array(property(value, "lines")).flatMap((line) => {
    const time = moment(property(line, "time"));
    const written = string(property(line, "text"));
    if (time === undefined || written === undefined) return [];
    return [{ time, text: lineUpTo(written, LONGEST_LINE) }];
  });
  return gathered({ ...(from === undefined ? {} : { from }), lines });
}

/** ms since the epoch, as far as there are dates. */
function moment(value: unknown): number | undefined {
  const found = number(value);
  return found === undefined || Number.isNaN(new Date(found).getTime()) ? undefined : found;
}

export function logKey({ namespace, pod, container }: LogTarget): string {
  return `${namespace}/${pod}/${container}`;
}
