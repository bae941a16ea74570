import { randomBytes } from "node:crypto";
import {
  access,
  appendFile,
  constants,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { dirname } from "node:path";
import { reasonOf } from "../../lib/system-error.ts";
import { OperationError, UsageError } from "../../model/errors.ts";
import { checkRoom } from "./output-room.ts";

/** Refuses, before any work is done, a file that could not be written. */
export async function checkWritable(file: string): Promise<void> {
  const directory = await stat(dirname(file)).catch(() => undefined);
  if (!directory?.isDirectory()) {
    throw new UsageError(`--output-file ${file}: its directory does not exist`);
  }
  const present = await stat(file).catch(() => undefined);
  if (present?.isDirectory()) throw new UsageError(`--output-file ${file}: it is a directory`);
  if (!present || present.isFile()) return checkRoom("--output-file", file);
  await access(file, constants.W_OK).catch((cause: unknown) => {
    throw new UsageError(`--output-file ${file}: ${reasonOf(cause)}`);
  });
}

/** What a report of a run can be at most, bytes: what is larger was written by something else. */
const LARGEST = 64 * 1024 * 1024;

/** What the file holds; nothing where there is none, or it is no file that a report could be. */
export async function textOf(file: string): Promise<string | undefined> {
  const present = await stat(file).catch(() => undefined);
  if (!present?.isFile() || present.size > LARGEST) return undefined;
  return readFile(file, "utf8").catch(() => undefined);
}

/** Adds to what a file holds. */
export async function appendTo(file: string, text: string): Promise<void> {
  try {
    await appendFile(file, text);
  } catch (cause) {
    throw new OperationError(`${file} was not written: ${reasonOf(cause)}`);
  }
}

/**
 * Writes the whole file or leaves what was there: through a file beside it, renamed at the end.
 *
 * @param mode permissions of the file; those of any new file when absent
 */
export async function writeWhole(file: string, text: string, mode?: number): Promise<void> {
  const present = await stat(file).catch(() => undefined);
  // A device or a pipe (/dev/stdout) cannot be replaced by renaming.
  const plain = !present || present.isFile();
  const target = plain ? `${file}.${randomBytes(4).toString("hex")}.tmp` : file;
  try {
    await writeFile(target, text, mode === undefined ? {} : { mode });
    if (plain) await rename(target, file);
  } catch (cause) {
    if (plain) await rm(target, { force: true });
    throw new OperationError(`${file} was not written: ${reasonOf(cause)}`);
  }
}
