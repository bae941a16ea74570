import { stat } from "node:fs/promises";
import { UsageError } from "../model/errors.ts";

/** Refuses, before any work is done, a directory that cannot be one. */
export async function checkOutputDirectory(directory: string): Promise<void> {
  if (directory === "") throw new UsageError("--output-dir needs a directory");
  const present = await stat(directory).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return undefined;
    throw new UsageError(`--output-dir ${directory}: ${cause.message}`);
  });
  if (present && !present.isDirectory()) {
    throw new UsageError(`--output-dir ${directory}: it is not a directory`);
  }
}
