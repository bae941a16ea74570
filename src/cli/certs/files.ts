import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { SET_FILES, type SigningSet } from "../../certs/signing-set.ts";
import { UsageError } from "../../model/errors.ts";
import { checkOutputDirectory, makeDirectory } from "../shared/output-directory.ts";
import { writeWhole } from "../shared/output-file.ts";

/** Read and written by nobody else. */
const PRIVATE = 0o600;

/** Nothing that these commands read is larger. */
const LARGEST = 1_048_576;

/** A file that is to be written; a private one gets mode 0600. */
export interface CertificateFile {
  name: string;
  text: string;
  isPrivate: boolean;
}

/**
 * Refuses, before any key is made, a directory that cannot take the files.
 *
 * @throws UsageError
 */
export async function checkFree(
  directory: string,
  names: readonly string[],
  force: boolean,
): Promise<void> {
  await checkOutputDirectory(directory);
  if (force) return;
  for (const name of names) {
    const file = join(directory, name);
    if (await stat(file).catch(() => undefined)) {
      throw new UsageError(`${file} exists; --force overwrites it`);
    }
  }
}

/**
 * Writes the files, each whole or not at all.
 *
 * @throws OperationError
 */
export async function writeFiles(
  directory: string,
  files: readonly CertificateFile[],
): Promise<void> {
  await makeDirectory(directory);
  for (const { name, text, isPrivate } of files) {
    await writeWhole(join(directory, name), text, isPrivate ? PRIVATE : undefined);
  }
}

/** The files of a set, the key among them. */
export function setFiles(set: SigningSet): CertificateFile[] {
  return (Object.keys(SET_FILES) as (keyof SigningSet)[]).map((part) => ({
    name: SET_FILES[part],
    text: set[part],
    isPrivate: part === "key",
  }));
}

/**
 * Reads the four files of a set.
 *
 * @param flag that names the directory, for messages
 * @throws UsageError one is missing or cannot be read
 */
export async function readSet(directory: string, flag: string): Promise<SigningSet> {
  const read = (part: keyof SigningSet): Promise<string> =>
    readText(directory, SET_FILES[part], flag);
  const [certificate, key, chain, roots] = await Promise.all([
    read("certificate"),
    read("key"),
    read("chain"),
    read("roots"),
  ]);
  return { certificate, key, chain, roots };
}

export async function isDirectory(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() ?? false;
}

/** @throws UsageError */
export async function readText(directory: string, name: string, flag: string): Promise<string> {
  const file = join(directory, name);
  try {
    const { size } = await stat(file);
    if (size > LARGEST) throw new UsageError(`${flag} ${directory}: ${name} is larger than 1 MiB`);
    return await readFile(file, "utf8");
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code;
    const why = code === "ENOENT" ? "there is no" : `(${code ?? "error"}) cannot read`;
    throw new UsageError(`${flag} ${directory}: ${why} ${name}`);
  }
}
