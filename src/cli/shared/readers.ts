import { defined } from "../../lib/defined.ts";
import { realpath, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { UsageError } from "../../model/errors.ts";
import type { WritableCluster } from "../../model/cluster.ts";
import type { ClusterReader } from "../../model/reader.ts";
import { distinct } from "../../readers/distinct.ts";
import type { Io } from "./io.ts";
import { type GlobalOptions, withoutRepeats } from "./options.ts";

/** How contexts are opened. */
export interface ContextFlags extends GlobalOptions {
  /** Cluster of the kubeconfig, in place of the one that the context names. */
  cluster?: string;
}

/** Which clusters a command is about. */
export interface ClusterSelection extends ContextFlags {
  contexts?: string[];
  directory?: string[];
}

/**
 * Opens every cluster that the flags name, in their order: contexts, then recordings; the current
 * context when they name none. Whoever calls closes them.
 *
 * @throws UsageError for a context, kubeconfig, directory or archive that cannot be used.
 */
export async function openReaders(
  selection: ClusterSelection,
  timeoutMs: number,
  io: Io,
): Promise<ClusterReader[]> {
  const { directory = [], context, contexts = [] } = selection;
  const flag = context === undefined ? "--contexts" : "--contexts with --context";
  const named = withoutRepeats(flag, [...contexts, ...(context === undefined ? [] : [context])]);
  const live = named.length > 0 || directory.length === 0;
  const [clusters, recordings] = await Promise.all([
    live ? openContexts(named, selection, timeoutMs, io) : [],
    openDirectories(directory),
  ]);
  return distinct([...clusters, ...recordings]);
}

/**
 * Opens live clusters, the current context for none.
 *
 * @throws UsageError for a context or kubeconfig that cannot be used
 */
export async function openContexts(
  named: readonly string[],
  selection: ContextFlags,
  timeoutMs: number,
  io: Io,
): Promise<WritableCluster[]> {
  const [{ loadKubeconfig }, { openCluster }] = await Promise.all([
    import("../../readers/kubeconfig/index.ts"),
    import("../../readers/live.ts"),
  ]);
  const config = loadKubeconfig({
    env: io.env,
    ...defined({ kubeconfig: selection.kubeconfig }),
  });
  const contexts = named.length > 0 ? named : [undefined];
  if (selection.cluster !== undefined && contexts.length > 1) {
    throw new UsageError("--cluster goes with one context: several would be one cluster");
  }
  return contexts.map((context) =>
    openCluster(config, context, {
      timeoutMs,
      interactive: io.stderr.isTTY,
      ...defined({
        kubeconfig: selection.kubeconfig,
        cluster: selection.cluster,
        user: selection.user,
        as: selection.as,
        asGroups: selection.asGroup,
      }),
    }),
  );
}

/** The contexts that the kubeconfig has. */
export async function knownContexts(selection: GlobalOptions, io: Io): Promise<Set<string>> {
  const { loadKubeconfig } = await import("../../readers/kubeconfig/index.ts");
  const config = loadKubeconfig({
    env: io.env,
    ...defined({ kubeconfig: selection.kubeconfig }),
  });
  return new Set(config.contexts.keys());
}

/** One directory, or several with commas between, as lists take them; a path may hold a comma too. */
async function pathsOf(value: string): Promise<string[]> {
  if (value.trim() === "") {
    throw new UsageError(
      "--directory needs the path of a directory or an archive, not an empty text",
    );
  }
  const isPath = !value.includes(",") || (await stat(value).catch(() => undefined)) !== undefined;
  return isPath ? [value] : value.split(",").filter((path) => path !== "");
}

/** The same for every way to write a path. */
function placeOf(path: string): Promise<string> {
  return realpath(path).catch(() => resolve(path));
}

async function openDirectories(given: readonly string[]): Promise<ClusterReader[]> {
  if (given.length === 0) return [];
  const directories = (await Promise.all(given.map(pathsOf))).flat();
  if (directories.length === 0) throw new UsageError("--directory names no directory");
  const places = await Promise.all(directories.map(placeOf));
  const repeatedOne = directories.find((_, index) => places.indexOf(places[index] ?? "") !== index);
  if (repeatedOne) throw new UsageError(`--directory ${repeatedOne} is given twice`);
  const { openRecordings } = await import("../../readers/recordings.ts");
  return (await Promise.all(directories.map((path) => openRecordings(path)))).flat();
}

/** Closes them all, whatever state they are in. */
export async function closeReaders(readers: readonly ClusterReader[]): Promise<void> {
  await Promise.allSettled(readers.map((reader) => reader.close()));
}
