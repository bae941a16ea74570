import { closest } from "../../lib/closest.ts";
import { UsageError } from "../../model/errors.ts";

/**
 * The entry of a table of formats that `-o` names.
 *
 * @param command whose formats they are; absent for the reports that most commands have
 * @throws UsageError for a name that there is not, with the nearest that there is
 */
export function formatCalled<T>(
  formats: Readonly<Record<string, T>>,
  name: string,
  command?: string,
): T {
  const found = Object.hasOwn(formats, name) ? formats[name] : undefined;
  if (found !== undefined) return found;
  const known = Object.keys(formats);
  const near = closest(name, known);
  const whose = command === undefined ? "" : ` of ${command}`;
  const hint = near === undefined ? "" : ` (did you mean ${near}?)`;
  throw new UsageError(
    `no output format${whose} is called ${JSON.stringify(name)}${hint}; there are ${known.join(", ")}`,
  );
}
