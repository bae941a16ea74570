import { decodeText } from "../../lib/decode.ts";
import { oneLine } from "../../lib/sanitize.ts";
import { UsageError } from "../../model/errors.ts";

const LARGEST = 64 * 1024 * 1024;

/** A whole file as text; a UsageError when it is larger than anything that is read whole. */
export async function textOf(chunks: AsyncIterable<Uint8Array>, shown: string): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.byteLength;
    if (size > LARGEST) {
      throw new UsageError(oneLine(`${shown} is larger than ${LARGEST >> 20} MiB`));
    }
    parts.push(chunk);
  }
  return decodeText(Buffer.concat(parts));
}
