import { commandLines, oneLine } from "../lib/sanitize.ts";

/** A piece of XML or HTML that is well-formed: what `markup` made, nothing else. */
export interface Markup {
  readonly source: string;
}

type Value = string | number | Markup | readonly Markup[];

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(line: string): string {
  // The two characters that show, as far as Unicode knows, and that XML forbids.
  return line
    .replaceAll(/[\uFFFE\uFFFF]/g, "")
    .replaceAll(/[&<>"']/g, (one) => ENTITIES[one] ?? "");
}

function sourceOf(value: Value): string {
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return escaped(oneLine(value));
  return "source" in value ? value.source : value.map(({ source }) => source).join("\n");
}

/** XML or HTML from a template: each text in it becomes one escaped line, lists have a line an item. */
export function markup(parts: TemplateStringsArray, ...values: Value[]): Markup {
  return { source: String.raw({ raw: parts }, ...values.map(sourceOf)) };
}

/** A command, with the line breaks that are its own. */
export function commandMarkup(command: string): Markup {
  return { source: commandLines(command).map(escaped).join("\n") };
}
