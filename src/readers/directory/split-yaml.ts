import { ParseFault } from "./parse.ts";
import type { FilePart } from "./file-part.ts";

const SPACE = 0x20;
const DASH = 0x2d;
const HASH = 0x23;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

type Place = "document" | "before items" | "items";

/**
 * Takes a YAML stream apart by lines: into documents, and a document that is a block-style list, as
 * kubectl prints it, into its items. So one item at a time is held in memory, of hundreds of
 * megabytes. What is laid out in another way comes as a whole document.
 */
export class YamlSplitter {
  readonly #longest: number;
  #place: Place = "document";
  /** Spaces before the dashes of the items. */
  #indent = 0;
  #lineNumber = 0;
  /** The document so far, without its items. */
  #document: Buffered = { text: "", line: 1 };
  #item: Buffered | undefined;
  #hadItems = false;

  /** `longest`: characters that one piece may have. */
  constructor(longest: number) {
    this.#longest = longest;
  }

  /** Takes the next line, with its line break; returns the parts that it completes. */
  line(line: string): FilePart[] {
    this.#lineNumber += 1;
    if (isMarker(line)) return this.#endDocument(line);
    if (this.#place === "items") return this.#inItems(line);
    if (this.#place === "before items" && !isBlank(line, 0)) {
      this.#indent = indentOf(line);
      if (isItem(line, this.#indent)) {
        this.#place = "items";
        return this.#inItems(line);
      }
      this.#place = "document";
    }
    this.#add(this.#document, line);
    if (!this.#hadItems && /^items:[ \t]*(#.*)?\r?\n?$/.test(line)) this.#place = "before items";
    return [];
  }

  /** The parts that are left at the end. */
  end(): FilePart[] {
    return this.#endDocument("");
  }

  #inItems(line: string): FilePart[] {
    if (isItem(line, this.#indent)) {
      const done = this.#endItem();
      this.#hadItems = true;
      this.#item = { text: "", line: this.#lineNumber };
      // The dash becomes a space: what follows keeps its columns and is a document of its own.
      this.#add(this.#item, `${line.slice(0, this.#indent)} ${line.slice(this.#indent + 1)}`);
      return done;
    }
    if (this.#item && (isBlank(line, this.#indent) || indentOf(line) > this.#indent)) {
      this.#add(this.#item, line);
      return [];
    }
    this.#place = "document";
    const done = this.#endItem();
    // Keeps the rest a mapping: `items:` stands there without a value.
    this.#add(this.#document, line);
    return done;
  }

  #endItem(): FilePart[] {
    const item = this.#item;
    this.#item = undefined;
    return item ? [{ ...item, part: "item", head: this.#document.text }] : [];
  }

  #endDocument(marker: string): FilePart[] {
    const parts = this.#endItem();
    const document = this.#document;
    if (this.#hadItems || hasContent(document.text)) {
      parts.push({ ...document, part: this.#hadItems ? "rest" : "document" });
    }
    this.#place = "document";
    this.#hadItems = false;
    // What stands behind a marker belongs to the document: `--- # comment`, `--- {kind: …}`.
    const rest = marker.startsWith("---") ? `   ${marker.slice(3)}` : "";
    this.#document = { text: rest.trim() === "" ? "" : rest, line: this.#lineNumber };
    if (this.#document.text === "") this.#document.line += 1;
    return parts;
  }

  #add(to: Buffered, line: string): void {
    if (to.text.length + line.length > this.#longest) {
      throw new ParseFault(to.line, `a single object of more than ${this.#longest >> 20} MiB`);
    }
    to.text += line;
  }
}

/** More than blank lines, comments and directives such as `%YAML 1.2`. */
function hasContent(text: string): boolean {
  return /^[ \t]*[^\s#%]/m.test(text);
}

interface Buffered {
  text: string;
  /** Where it begins, counted from 1. */
  line: number;
}

/** `---` or `...` alone or before a space: the border between documents. */
function isMarker(line: string): boolean {
  const first = line.charCodeAt(0);
  if (first !== DASH && first !== 0x2e) return false;
  return /^(---|\.\.\.)([ \t\r\n]|$)/.test(line);
}

function indentOf(line: string): number {
  let indent = 0;
  while (line.charCodeAt(indent) === SPACE) indent += 1;
  return indent;
}

function endsAt(line: string, index: number): boolean {
  const code = line.charCodeAt(index);
  return Number.isNaN(code) || code === NEWLINE || code === RETURN;
}

/** An empty line, or a comment that is not inside a deeper text. */
function isBlank(line: string, indent: number): boolean {
  const start = indentOf(line);
  return endsAt(line, start) || (start <= indent && line.charCodeAt(start) === HASH);
}

function isItem(line: string, indent: number): boolean {
  if (line.charCodeAt(indent) !== DASH || indentOf(line) !== indent) return false;
  return line.charCodeAt(indent + 1) === SPACE || endsAt(line, indent + 1);
}
