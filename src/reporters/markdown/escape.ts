import { commandLines, oneLine } from "../../lib/sanitize.ts";

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/**
 * A text from outside as one line of Markdown that shows what it is: no emphasis, links, HTML or
 * table cells of its own, and on GitHub and GitLab no mention, reference, formula, emoji or link.
 */
export function escapeMarkdown(text: string): string {
  return oneLine(text)
    .replaceAll(/[&<>]/g, (one) => ENTITIES[one] ?? "")
    .replaceAll(/[\\`*_[\]|~$!]/g, String.raw`\$&`)
    .replace(/^(?:[-+#=]|\d{1,9}(?=[.)](?: |$)))/, (start) =>
      /\d/.test(start) ? `${start}\\` : `\\${start}`,
    )
    .replaceAll(AUTOMATIC, "$&<!-- -->");
}

/** Where GitHub and GitLab make mentions, references, links and emoji of text, also in HTML. */
const AUTOMATIC = /[@#](?=\w)|:(?=\/\/|[\w+-]+:)|www(?=\.)/gi;

/** The same for a text that stands in HTML, where Markdown is not read. */
export function escapeHtml(text: string): string {
  return oneLine(text)
    .replaceAll(/[&<>]/g, (one) => ENTITIES[one] ?? "")
    .replaceAll(AUTOMATIC, "$&<!-- -->");
}

/** Commands as a block to copy; its fence is longer than any that is in them. */
export function fenced(commands: readonly string[]): string[] {
  if (commands.length === 0) return [];
  const lines = commands.flatMap(commandLines);
  const runs = lines.flatMap((line) => line.match(/`+/g) ?? []);
  const fence = "`".repeat(Math.max(2, ...runs.map(({ length }) => length)) + 1);
  return [[`${fence}sh`, ...lines, fence].join("\n")];
}
