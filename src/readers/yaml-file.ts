import { readFile } from "node:fs/promises";
import { loadAll, YAMLException } from "js-yaml";
import { decodeText } from "../lib/decode.ts";
import { reasonOf } from "../lib/system-error.ts";
import { UsageError } from "../model/errors.ts";

function yamlReason(cause: unknown): string {
  if (!(cause instanceof YAMLException)) return "it is nested too deep or too large";
  const { reason, mark } = cause;
  return mark ? `line ${mark.line + 1}: ${reason}` : reason;
}

/**
 * What a YAML file that a flag names holds; nothing for an empty one, as `/dev/null` is.
 *
 * @param what names the file in errors, as its flag and path
 * @throws UsageError for a file that cannot be read, is no YAML, or holds several documents
 */
export async function readYamlFile(path: string, what: string): Promise<unknown> {
  let text: string;
  try {
    text = decodeText(await readFile(path));
  } catch (cause) {
    throw new UsageError(`${what} cannot be read: ${reasonOf(cause)}`);
  }
  let documents: unknown[];
  try {
    documents = loadAll(text);
  } catch (cause) {
    throw new UsageError(`${what} is not valid YAML: ${yamlReason(cause)}`);
  }
  if (documents.length > 1) throw new UsageError(`${what} holds several documents`);
  return documents[0];
}
