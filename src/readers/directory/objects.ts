import { array, property, record, string } from "../../lib/json.ts";
import { oneLine } from "../../lib/sanitize.ts";
import { UsageError } from "../../model/errors.ts";
import { ParseFault, parseJson, parseYaml } from "./parse.ts";
import type { FilePart } from "./file-part.ts";
import { jsonPieces, yamlPieces } from "./documents.ts";

/** Takes Kubernetes objects, each with apiVersion and kind. */
export interface ObjectSink {
  /** @param inList the file lists all that there is of its type, in a namespace or in all */
  add(object: Readonly<Record<string, unknown>>, inList: boolean): void;
  /** Whether objects of that type are of any use: others need not be parsed. */
  wants(apiVersion: string, kind: string): boolean;
  /** There is a list of that type, with items or without, in the file of that path. */
  listed(apiVersion: string, kind: string, path?: string): void;
}

/** Items that do not say their kind wait for the end of their list: at most so many. */
const MAX_WAITING = 20_000;

/**
 * Gives every Kubernetes object of a file to `sink`: of all its documents, and of lists (`List`,
 * `PodList`) their items, which may leave out what a typed list says. What is no object is passed
 * over. Throws a UsageError that names the file and the line when it cannot be parsed.
 */
export async function readObjects(
  name: string,
  format: Format,
  chunks: AsyncIterable<Uint8Array>,
  sink: ObjectSink,
): Promise<void> {
  const parts = format === "json" ? jsonPieces(chunks) : yamlPieces(chunks);
  const items = new ItemReader(format, sink);
  try {
    for await (const piece of parts) {
      if (piece.part === "item") items.take(piece);
      else {
        for (const value of parsePiece(piece, format)) {
          items.endOfList(value);
          expand(value, {}, sink);
        }
      }
    }
  } catch (error) {
    if (!(error instanceof ParseFault)) throw error;
    throw new UsageError(oneLine(`${name}: line ${error.line}: ${error.message}`));
  }
}

type Format = "yaml" | "json";
type Common = Readonly<Record<string, unknown>>;

/** Takes the items of lists, one by one. */
class ItemReader {
  readonly #format: Format;
  readonly #sink: ObjectSink;
  /** What the current list says of its items, as far as it was read. */
  #common: Common | undefined;
  readonly #waiting: unknown[] = [];

  constructor(format: Format, sink: ObjectSink) {
    this.#format = format;
    this.#sink = sink;
  }

  take(piece: FilePart & { part: "item" }): void {
    if (isUseless(piece.text, this.#format, this.#sink)) return;
    for (const value of parsePiece(piece, this.#format)) {
      if (isObject(value)) expand(value, {}, this.#sink, 1);
      else this.#takeBare(value, piece);
    }
  }

  /** An item that leaves its type to the list; kubectl prints that after the items. */
  #takeBare(value: unknown, { head, line }: FilePart & { part: "item" }): void {
    this.#common ??= typeOfItems(
      parsePiece({ text: head, line: 1, part: "rest" }, this.#format)[0],
    );
    if (Object.hasOwn(this.#common, "kind")) {
      expand(value, this.#common, this.#sink, 1);
      return;
    }
    this.#waiting.push(value);
    if (this.#waiting.length > MAX_WAITING) {
      throw new ParseFault(line, "too many list items without apiVersion and kind");
    }
  }

  endOfList(list: unknown): void {
    const common = typeOfItems(list);
    for (const item of this.#waiting.splice(0)) expand(item, common, this.#sink, 1);
    this.#common = undefined;
  }
}

/**
 * Whether a list item says by its own lines `apiVersion:` and `kind:`, laid out as kubectl prints
 * them, that it is of no use: most of a bug report are events, endpoints and ReplicaSets.
 */
function isUseless(text: string, format: Format, sink: ObjectSink): boolean {
  if (format === "json") return false;
  const indent = /^ +/.exec(text)?.[0] ?? "";
  const apiVersion = ownLine(text, `${indent}apiVersion: `);
  const kind = ownLine(text, `${indent}kind: `);
  return apiVersion !== undefined && kind !== undefined && !sink.wants(apiVersion, kind);
}

/** The plain value of the line that begins so; deeper lines begin with more spaces. */
function ownLine(text: string, start: string): string | undefined {
  const found = text.startsWith(start) ? 0 : text.indexOf(`\n${start}`) + 1;
  if (found === 0 && !text.startsWith(start)) return undefined;
  const end = text.indexOf("\n", found);
  const value = text.slice(found + start.length, end < 0 ? undefined : end).trimEnd();
  return /^[A-Za-z][\w./-]*$/.test(value) ? value : undefined;
}

function parsePiece(piece: FilePart, format: Format): unknown[] {
  try {
    return format === "json" ? [parseJson(piece.text)] : parseYaml(piece.text);
  } catch (error) {
    if (error instanceof ParseFault) {
      throw new ParseFault(piece.line + error.line - 1, error.message);
    }
    throw error;
  }
}

function isObject(value: unknown): boolean {
  return (
    string(property(value, "kind")) !== undefined &&
    string(property(value, "apiVersion")) !== undefined
  );
}

/** What a list says of its items: `PodList` has items of kind Pod and of its own apiVersion. */
function typeOfItems(list: unknown): Readonly<Record<string, unknown>> {
  const kind = string(property(list, "kind")) ?? "";
  if (!kind.endsWith("List") || kind === "List") return {};
  return { apiVersion: property(list, "apiVersion"), kind: kind.slice(0, -"List".length) };
}

function expand(
  value: unknown,
  common: Readonly<Record<string, unknown>>,
  sink: ObjectSink,
  depth = 0,
): void {
  // Lists of lists of lists are nothing that Kubernetes makes.
  if (depth > 10) return;
  if (Array.isArray(value)) {
    for (const item of value) expand(item, common, sink, depth + 1);
    return;
  }
  const object = { ...common, ...record(value) };
  const kind = string(property(object, "kind"));
  if (kind?.endsWith("List") && Object.hasOwn(object, "items")) {
    const inner = typeOfItems(object);
    if (isObject(inner)) sink.listed(String(inner["apiVersion"]), String(inner["kind"]));
    for (const item of array(property(object, "items"))) expand(item, inner, sink, depth + 1);
  } else if (isObject(object)) sink.add(object, depth > 0);
}
