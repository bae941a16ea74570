import { chalkOf } from "./chalk.ts";

/** A unified diff for people, a line of it in the colour of what it does; plain without `color`. */
export function paintDiff(diff: string, color: boolean): string {
  const paint = chalkOf(color);
  return diff
    .split("\n")
    .map((line) => {
      if (/^(---|\+\+\+) /.test(line)) return paint.bold(line);
      if (line.startsWith("+")) return paint.green(line);
      if (line.startsWith("-")) return paint.red(line);
      return line.startsWith("@@") ? paint.cyan(line) : line;
    })
    .join("\n");
}
