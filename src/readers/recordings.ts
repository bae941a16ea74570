import type { ClusterReader } from "../model/reader.ts";
import { openTree } from "./directory.ts";
import { directoryTree, kindOf } from "./directory/files.ts";

/**
 * Opens what `--directory` takes: a directory or a .tar.gz of it, with what `mc snapshot` wrote of
 * one cluster or several, an `istioctl bug-report`, or YAML and JSON files of any origin. Throws a
 * UsageError that names the file when it cannot be read.
 */
export async function openRecordings(path: string): Promise<ClusterReader[]> {
  if ((await kindOf(path)) === "directory") return openTree(await directoryTree(path));
  const { archiveTree } = await import("./archive.ts");
  return openTree(await archiveTree(path));
}
