import type { ClusterReader } from "../model/reader.ts";
import { openTree } from "./directory.ts";
import { directoryTree } from "./directory/files.ts";

/** Reads the clusters that a directory has. Throws a UsageError when it cannot be read. */
export async function openRecordings(path: string): Promise<ClusterReader[]> {
  return openTree(await directoryTree(path));
}
