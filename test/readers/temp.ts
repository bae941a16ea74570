import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect } from "vitest";
import { UsageError } from "../../src/model/errors.ts";
import { openRecordings } from "../../src/readers/recordings.ts";

const made: string[] = [];

afterEach(() => {
  for (const root of made.splice(0)) rmSync(root, { recursive: true, force: true });
});

/** A directory with these files, gone after the test: text as it is, anything else as JSON. */
export function directory(files: Readonly<Record<string, unknown>> = {}): string {
  const root = mkdtempSync(join(tmpdir(), "mc-test-"));
  made.push(root);
  for (const [path, content] of Object.entries(files)) {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    const isText = typeof content === "string" || content instanceof Uint8Array;
    writeFileSync(file, isText ? content : JSON.stringify(content));
  }
  return root;
}

/** The one line that says why the path cannot be read. */
export async function faultOf(path: string): Promise<string> {
  const error: unknown = await openRecordings(path).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(UsageError);
  const { message } = error as Error;
  expect(message).not.toContain("\n");
  return message;
}

/** Names of objects as `namespace/name`. */
export function names(objects: readonly unknown[]): string[] {
  return objects.map((object) => {
    const { metadata } = object as { metadata: { namespace?: string; name: string } };
    return `${metadata.namespace ?? ""}/${metadata.name}`;
  });
}

/** The texts of the files under a directory, by their paths. */
export function filesUnder(root: string): Record<string, string> {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
  return Object.fromEntries(
    files.map((file) => [file.slice(root.length + 1), readFileSync(file, "utf8")]),
  );
}
