import { isRecord } from "../lib/json.ts";
import { UsageError } from "../model/errors.ts";
import type { IgnoreEntry } from "../model/ignore.ts";
import { readYamlFile } from "./yaml-file.ts";

const FIELDS = ["check", "cluster", "object", "reason", "until"] as const;
const REQUIRED = ["check", "reason"] as const;

/** YAML takes a bare date for a time. */
function textOf(value: unknown): unknown {
  return value instanceof Date && !Number.isNaN(value.getTime())
    ? value.toISOString().slice(0, 10)
    : value;
}

function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
}

function entryOf(value: unknown, where: string): IgnoreEntry {
  if (!isRecord(value)) throw new UsageError(`${where} is no mapping of ${FIELDS.join(", ")}`);
  const entry: Partial<Record<(typeof FIELDS)[number], string>> = {};
  for (const [key, raw] of Object.entries(value)) {
    const field = FIELDS.find((one) => one === key);
    if (!field)
      throw new UsageError(`${where} has the field ${key}; there are ${FIELDS.join(", ")}`);
    const text = textOf(raw);
    if (typeof text !== "string" || text.trim() === "") {
      throw new UsageError(`${where}: ${key} is no text`);
    }
    entry[field] = text;
  }
  const missing = REQUIRED.find((field) => entry[field] === undefined);
  if (missing) throw new UsageError(`${where} has no ${missing}`);
  if (entry.until !== undefined && !isDay(entry.until)) {
    throw new UsageError(`${where}: until is ${entry.until}, no day such as 2026-12-31`);
  }
  return entry as IgnoreEntry;
}

/**
 * The entries of a list.
 *
 * @param where names the list in errors
 * @throws UsageError for an entry that is none
 */
export function ignoreEntries(list: readonly unknown[], where: string): IgnoreEntry[] {
  return list.map((value, index) => entryOf(value, `${where}: entry ${index + 1}`));
}

/**
 * The entries of a file for `--ignore`: a YAML list, or one below `ignore:`.
 *
 * @throws UsageError for a file that cannot be read, or an entry that is none
 */
export async function readIgnoreFile(path: string): Promise<IgnoreEntry[]> {
  const tree = await readYamlFile(path, `--ignore ${path}`);
  const list = isRecord(tree) ? tree["ignore"] : tree;
  if (!Array.isArray(list)) throw new UsageError(`--ignore ${path} has no list of entries`);
  return ignoreEntries(list, `--ignore ${path}`);
}
