import { CORE_SCHEMA, loadAll, mergeTag, YAMLException } from "js-yaml";

/*
 * Text to values, with limits: YAML 1.2 with merge keys, as kubectl accepts it. Timestamps stay
 * text; of a key that is there twice the last one counts, as in JSON.
 */

/** What is wrong with a text: its line, counted from 1, and why in words; never the text itself. */
export class ParseFault extends Error {
  override readonly name = "ParseFault";
  readonly line: number;

  constructor(line: number, reason: string) {
    super(reason);
    this.line = line;
  }
}

const OPTIONS = {
  schema: CORE_SCHEMA.withTags(mergeTag),
  json: true,
  maxDepth: 100,
  maxAliases: 100,
  maxTotalMergeKeys: 10_000,
} as const;

/** Values that a text may unfold to through aliases. */
const MAX_VALUES = 1_000_000;

/** The documents of a YAML text; throws a ParseFault. */
export function parseYaml(text: string): unknown[] {
  let documents: unknown[];
  try {
    documents = loadAll(text, OPTIONS);
  } catch (error) {
    if (error instanceof YAMLException) {
      throw new ParseFault((error.mark?.line ?? 0) + 1, error.reason);
    }
    throw new ParseFault(1, "not valid YAML");
  }
  // Without an anchor there is nothing to unfold, and large texts have none.
  if (text.includes("&")) for (const document of documents) refuseBomb(document);
  return documents;
}

/** A few aliases of aliases make billions of values, or one that contains itself. */
function refuseBomb(root: unknown): void {
  let left = MAX_VALUES;
  const walk = (value: unknown, depth: number): void => {
    left -= 1;
    if (left < 0 || depth > 2 * OPTIONS.maxDepth) {
      throw new ParseFault(1, `aliases unfold to more than ${MAX_VALUES} values`);
    }
    if (typeof value !== "object" || value === null) return;
    for (const item of Object.values(value)) walk(item, depth + 1);
  };
  walk(root, 0);
}

/** A JSON text; throws a ParseFault whose line is that of the fault only when there is one line. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // The message of the engine quotes the text, which may be a secret.
    throw new ParseFault(1, "not valid JSON");
  }
}
