import { decoderFor, decodeText } from "../../lib/decode.ts";
import { ParseFault } from "./parse.ts";
import type { FilePart } from "./file-part.ts";
import { JsonSplitter } from "./split-json.ts";
import { YamlSplitter } from "./split-yaml.ts";

/** etcd holds objects of up to 1.5 MiB, so this is no Kubernetes object any more. */
const LONGEST_YAML = 8 * 1024 * 1024;
const LONGEST_JSON = 64 * 1024 * 1024;

/** The parts of a YAML file, one at a time; throws a ParseFault. */
export async function* yamlPieces(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<FilePart> {
  const splitter = new YamlSplitter(LONGEST_YAML);
  let left = "";
  let lineNumber = 0;
  for await (const text of decode(chunks)) {
    let from = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", from)) {
      const line = left + text.slice(from, end + 1);
      left = "";
      from = end + 1;
      lineNumber += 1;
      const parts = splitter.line(line);
      if (parts.length > 0) yield* parts;
    }
    left += text.slice(from);
    if (left.length > LONGEST_YAML) {
      throw new ParseFault(lineNumber + 1, `a line of more than ${LONGEST_YAML >> 20} MiB`);
    }
  }
  if (left !== "") yield* splitter.line(left);
  yield* splitter.end();
}

/** The parts of a JSON file, one at a time; throws a ParseFault. */
export async function* jsonPieces(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<FilePart> {
  const splitter = new JsonSplitter(LONGEST_JSON);
  for await (const text of decode(chunks)) yield* splitter.push(text);
  yield* splitter.end();
}

/** Text in whatever encoding its first two bytes show. */
async function* decode(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let start: Uint8Array = new Uint8Array();
  let decoder: ReturnType<typeof decoderFor> | undefined;
  for await (const chunk of chunks) {
    const bytes = decoder ? chunk : Buffer.concat([start, chunk]);
    if (!decoder && bytes.byteLength < 2) {
      start = bytes;
      continue;
    }
    decoder ??= decoderFor(bytes);
    const text = decoder.decode(bytes, { stream: true });
    if (text !== "") yield text;
  }
  const last = decoder ? decoder.decode() : decodeText(start);
  if (last !== "") yield last;
}
