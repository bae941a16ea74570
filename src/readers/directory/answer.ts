import { oneLine } from "../../lib/sanitize.ts";
import { gathered, missing, type Gathered } from "../../model/gathered.ts";
import { slimAnswer } from "../../facts/slim.ts";

/** A debug answer as a file has it: JSON, of which what facts read is kept, or why there is none. */
export function parseAnswer(text: string, path: string, shown: string): Gathered<unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return missing("unreadable", oneLine(`${shown} is not valid JSON`));
  }
  return gathered(slimAnswer(path)?.(value) ?? value);
}
