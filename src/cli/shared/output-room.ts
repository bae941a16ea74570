import { randomBytes } from "node:crypto";
import { rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, parse, resolve } from "node:path";
import { isSystemError, reasonOf } from "../../lib/system-error.ts";
import { OperationError, UsageError } from "../../model/errors.ts";

/** Failures that whoever chose the place can know of. */
const NOT_ALLOWED = new Set(["EACCES", "EPERM", "EROFS"]);

/**
 * Refuses, before any work is done, a place where no file can be made: that is tried, in the nearest
 * directory above the path that exists, with a file that is removed again.
 *
 * @param flag the flag that names the path
 * @param wanted the directory that the file is to be in, whether it exists or not
 * @throws UsageError where it is not allowed
 * @throws OperationError where it fails for another reason, such as a full disk
 */
export async function checkRoom(
  flag: string,
  path: string,
  wanted: string = dirname(path),
): Promise<void> {
  const directory = await nearestDirectory(resolve(wanted));
  const probe = join(directory, `.mc-${randomBytes(8).toString("hex")}.tmp`);
  try {
    // An empty file has room on a full disk.
    await writeFile(probe, "\n", { flag: "wx" });
  } catch (cause) {
    throw cannotWrite(flag, path, directory, cause);
  } finally {
    await rm(probe, { force: true }).catch(() => undefined);
  }
}

function cannotWrite(flag: string, path: string, directory: string, cause: unknown): Error {
  if (isSystemError(cause) && NOT_ALLOWED.has(cause.code ?? "")) {
    return new UsageError(
      `${flag} ${path}: no file can be made in ${directory}: ${reasonOf(cause)}`,
    );
  }
  return new OperationError(`${path} was not written: ${reasonOf(cause)}`);
}

async function nearestDirectory(path: string): Promise<string> {
  for (let at = path; dirname(at) !== at; at = dirname(at)) {
    const found = await stat(at).catch(() => undefined);
    if (found?.isDirectory()) return at;
  }
  return parse(path).root;
}
