/*
 * HCL of version 1 as far as configuration files of SPIRE use it: assignments, blocks with and without
 * labels, lists, objects, strings, here-documents, numbers and comments; and JSON, which HCL takes as
 * well. docs/spire.md says which packages there are, and why none of them is used.
 */

/** A text that cannot be parsed: what was wrong in which line, without quoting the text. */
export class HclFault extends Error {}

/** etcd takes no larger object. */
const LARGEST = 1_048_576;
const DEEPEST = 50;

type HclMap = Record<string, unknown>;

/**
 * The values of a text. Blocks without labels are maps, those of one name are joined; a block with a
 * label adds a map with the label as its only key to a list: `Notifier "k8sbundle" {}` gives
 * `{ Notifier: [{ k8sbundle: {} }] }`, which is how the same stands in JSON. Throws a HclFault.
 */
export function parseHcl(text: string): Readonly<Record<string, unknown>> {
  if (text.length > LARGEST) throw new HclFault("it is larger than 1 MiB");
  if (/^\s*\{/.test(text)) return parseJson(text);
  return new Parser(text).file();
}

function parseJson(text: string): HclMap {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new HclFault("it begins as JSON and is none");
  }
  return value as HclMap;
}

const NUMBER = /[+-]?(?:0x[\dA-Fa-f]+|\d+(?:\.\d+)?(?:[Ee][+-]?\d+)?)/y;
const WORD = /[A-Za-z_][\w.-]*/y;
const HEREDOC = /<<(-?)([A-Za-z_]\w*)\r?\n/y;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", '"': '"' };

class Parser {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  file(): HclMap {
    const map = this.#entries(0);
    if (this.#position < this.#text.length) this.#fail("a } that closes nothing");
    return map;
  }

  /** What stands between braces, or in the file. */
  #entries(depth: number): HclMap {
    if (depth > DEEPEST) this.#fail("braces within each other, more than 50 deep");
    const map: HclMap = {};
    for (;;) {
      this.#skip(/[,;]/);
      if (this.#position >= this.#text.length || this.#peek() === "}") return map;
      this.#entry(map, depth);
    }
  }

  #entry(map: HclMap, depth: number): void {
    const key = this.#key();
    this.#skip();
    if (this.#take("=") || this.#take(":")) {
      add(map, key, this.#value(depth));
      return;
    }
    const labels: string[] = [];
    while (this.#peek() !== "{") {
      if (this.#position >= this.#text.length) this.#fail("a name without a value");
      labels.push(this.#key());
      this.#skip();
    }
    const body = this.#braces(depth);
    if (labels.length === 0) add(map, key, body);
    else add(map, key, [labels.reduceRight<unknown>((inner, label) => ({ [label]: inner }), body)]);
  }

  #key(): string {
    if (this.#peek() === '"') return this.#quoted();
    const word = this.#match(WORD)?.[0];
    return word ?? this.#fail("neither a name nor a closing brace");
  }

  #value(depth: number): unknown {
    this.#skip();
    const first = this.#peek();
    if (first === '"') return this.#quoted();
    if (first === "{") return this.#braces(depth);
    if (first === "[") return this.#list(depth);
    const heredoc = this.#match(HEREDOC);
    if (heredoc) return this.#heredoc(heredoc[2] ?? "", heredoc[1] === "-");
    const digits = this.#match(NUMBER)?.[0];
    if (digits !== undefined) return Number(digits);
    const word = this.#match(WORD)?.[0];
    if (word === "true" || word === "false") return word === "true";
    return this.#fail("what is no value");
  }

  #braces(depth: number): HclMap {
    this.#position += 1;
    const map = this.#entries(depth + 1);
    if (!this.#take("}")) this.#fail("a { that nothing closes");
    return map;
  }

  #list(depth: number): unknown[] {
    if (depth > DEEPEST) this.#fail("lists within each other, more than 50 deep");
    this.#position += 1;
    const items: unknown[] = [];
    for (;;) {
      this.#skip();
      if (this.#take("]")) return items;
      if (this.#position >= this.#text.length) this.#fail("a [ that nothing closes");
      items.push(this.#value(depth + 1));
      this.#skip();
      if (!this.#take(",") && this.#peek() !== "]") this.#fail("list items without a comma");
    }
  }

  #quoted(): string {
    let value = "";
    for (let at = this.#position + 1; at < this.#text.length; at += 1) {
      const character = this.#text[at] ?? "";
      if (character === "\n") break;
      if (character === '"') {
        this.#position = at + 1;
        return value;
      }
      if (character === "\\") {
        at += 1;
        const escaped = this.#text[at] ?? "";
        value += ESCAPES[escaped] ?? escaped;
      } else value += character;
    }
    return this.#fail("a string that does not end");
  }

  #heredoc(name: string, indented: boolean): string {
    const lines: string[] = [];
    while (this.#position < this.#text.length) {
      const found = this.#text.indexOf("\n", this.#position);
      const end = found < 0 ? this.#text.length : found;
      const line = this.#text.slice(this.#position, end);
      this.#position = Math.min(end + 1, this.#text.length);
      if (line.trim() === name) return lines.map((one) => `${one}\n`).join("");
      lines.push(indented ? line.trimStart() : line);
    }
    return this.#fail(`a here-document that does not end`);
  }

  #peek(): string | undefined {
    return this.#text[this.#position];
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#position += 1;
    return true;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#position;
    const found = pattern.exec(this.#text);
    if (found) this.#position = pattern.lastIndex;
    return found;
  }

  /** Passes white space, comments, and what else may stand between entries. */
  #skip(between?: RegExp): void {
    for (;;) {
      const rest = this.#peek();
      if (rest === undefined) return;
      const isComment = rest === "#" || this.#text.startsWith("//", this.#position);
      if (/\s/.test(rest) || between?.test(rest) === true) this.#position += 1;
      else if (isComment) this.#position = this.#after("\n", this.#text.length);
      else if (this.#text.startsWith("/*", this.#position)) {
        this.#position = this.#after("*/") ?? this.#fail("a comment that does not end");
      } else return;
    }
  }

  #after(mark: string, otherwise: number): number;
  #after(mark: string): number | undefined;
  #after(mark: string, otherwise?: number): number | undefined {
    const found = this.#text.indexOf(mark, this.#position);
    return found < 0 ? otherwise : found + mark.length;
  }

  #fail(what: string): never {
    const line = this.#text.slice(0, this.#position).split("\n").length;
    throw new HclFault(`line ${line} has ${what}`);
  }
}

function isMap(value: unknown): value is HclMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Blocks of one name are joined; of values given twice the last counts. */
function add(map: HclMap, key: string, value: unknown): void {
  const known = Object.hasOwn(map, key) ? map[key] : undefined;
  const joined =
    isMap(known) && isMap(value)
      ? { ...known, ...value }
      : Array.isArray(known) && Array.isArray(value)
        ? [...(known as unknown[]), ...(value as unknown[])]
        : value;
  Object.defineProperty(map, key, {
    value: joined,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}
