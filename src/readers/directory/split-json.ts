import { ParseFault } from "./parse.ts";
import type { FilePart } from "./file-part.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const NEWLINE = 0x0a;

const MAX_DEPTH = 200;
/** Of a document's own keys only `items` matters. */
const ITEMS = "items";

/**
 * Takes JSON apart, however it is laid out: into values that follow each other, and an object's
 * `items` into single items, so that a list of any size passes through little memory. It only finds
 * the borders; what lies between them is parsed later.
 */
export class JsonSplitter {
  readonly #longest: number;
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** Inside the `items` of the outermost object. */
  #inItems = false;
  #lastString = "";
  #key = "";
  #hadItems = false;
  #line = 1;
  #document: Buffered = { text: "", line: 1 };
  #item: Buffered | undefined;

  /** `longest`: characters that one piece may have. */
  constructor(longest: number) {
    this.#longest = longest;
  }

  /** Takes the next part of the text; returns the parts that it completes. */
  push(text: string): FilePart[] {
    const parts: FilePart[] = [];
    let from = 0;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      if (code === NEWLINE) this.#line += 1;
      if (this.#inString) {
        this.#string(code, text, index);
        continue;
      }
      switch (code) {
        case QUOTE:
          this.#begin();
          this.#inString = true;
          this.#lastString = "";
          break;
        case COLON:
          if (this.#depth === 1) this.#key = this.#lastString;
          break;
        case OPEN_BRACE:
        case OPEN_BRACKET: {
          this.#begin();
          const startsItem = this.#inItems && this.#depth === 2;
          if (startsItem) {
            // What stands between items is dropped with the commas.
            from = index;
            this.#item = { text: "", line: this.#line };
          }
          this.#open();
          if (
            code === OPEN_BRACKET &&
            this.#depth === 2 &&
            this.#key === ITEMS &&
            !this.#hadItems
          ) {
            this.#keep(text.slice(from, index + 1));
            this.#inItems = true;
            this.#hadItems = true;
          }
          break;
        }
        case CLOSE_BRACE:
        case CLOSE_BRACKET: {
          this.#depth -= 1;
          if (this.#depth < 0) throw new ParseFault(this.#line, "not valid JSON");
          if (this.#inItems && this.#depth === 1) {
            this.#inItems = false;
            from = index;
          }
          const endsItem = this.#inItems && this.#depth === 2;
          if (endsItem || this.#depth === 0) {
            this.#keep(text.slice(from, index + 1));
            from = index + 1;
            parts.push(...this.#done());
          }
          break;
        }
        default:
          if (code > 0x20) this.#begin();
      }
    }
    if (!this.#inItems || this.#item) this.#keep(text.slice(from));
    return parts;
  }

  /** The piece that is left at the end; throws a ParseFault when it is not whole. */
  end(): FilePart[] {
    if (this.#depth > 0 || this.#inString) {
      throw new ParseFault(this.#document.line, "the JSON text ends too early");
    }
    return this.#document.text.trim() === "" ? [] : this.#done();
  }

  #string(code: number, text: string, index: number): void {
    if (this.#escaped) this.#escaped = false;
    else if (code === BACKSLASH) this.#escaped = true;
    else if (code === QUOTE) this.#inString = false;
    // Enough to tell `items` from any other key.
    if (this.#inString && this.#depth === 1 && this.#lastString.length <= ITEMS.length) {
      this.#lastString += text[index] ?? "";
    }
  }

  /** Notes where a document begins. */
  #begin(): void {
    if (this.#depth === 0 && this.#document.text.trim() === "") this.#document.line = this.#line;
  }

  #open(): void {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new ParseFault(this.#line, "nested too deeply");
  }

  #keep(text: string): void {
    const to = this.#item ?? this.#document;
    if (to.text.length + text.length > this.#longest) {
      throw new ParseFault(to.line, `a single object of more than ${this.#longest >> 20} MiB`);
    }
    to.text += text;
  }

  #done(): FilePart[] {
    if (this.#item) {
      const item = this.#item;
      this.#item = undefined;
      return [{ ...item, part: "item", head: `${this.#document.text}]}` }];
    }
    const piece: FilePart = { ...this.#document, part: this.#hadItems ? "rest" : "document" };
    this.#document = { text: "", line: this.#line };
    this.#hadItems = false;
    this.#key = "";
    return [piece];
  }
}

interface Buffered {
  text: string;
  /** Where it begins, counted from 1. */
  line: number;
}
