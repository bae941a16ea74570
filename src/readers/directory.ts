import { basename } from "node:path";
import { oneLine } from "../lib/sanitize.ts";
import { UsageError } from "../model/errors.ts";
import type { ClusterReader } from "../model/reader.ts";
import { BugReportBuilder } from "./bug-report.ts";
import { type Builder, type Built, DirectoryBuilder, type Named } from "./directory/builder.ts";
import { directoryTree } from "./directory/files.ts";
import { compare, type InputTree } from "./directory/input.ts";
import { findRoots, type Root } from "./directory/layout.ts";

/**
 * Reads the recorded clusters in a tree of files: one, or several where `mc snapshot` wrote each into
 * its own sub-directory, in the order of the run that recorded them. Throws a UsageError that names
 * the file when anything cannot be read or parsed.
 */
export async function openTree(tree: InputTree): Promise<ClusterReader[]> {
  const clusters = findRoots(tree.paths).map((root) => ({
    root,
    builder: builderFor(root, namesOf(tree, root)),
  }));
  const clusterOf = (file: string) => clusters.find(({ root }) => file.startsWith(root.prefix));
  await tree.read(
    (file) => {
      const cluster = clusterOf(file);
      return cluster?.builder.wants(file.slice(cluster.root.prefix.length)) ?? false;
    },
    async (file, chunks) => {
      const cluster = clusterOf(file);
      await cluster?.builder.take(file.slice(cluster.root.prefix.length), chunks);
    },
  );
  return clusters
    .toSorted(({ root: one }, { root: other }) => compare(one.prefix, other.prefix))
    .flatMap(({ builder }) => builder.finish() ?? [])
    .toSorted((one, other) => placeOf(one) - placeOf(other))
    .map(({ reader }) => reader);
}

/**
 * Reads a directory that has one cluster: YAML and JSON files, any nesting, several documents to a
 * file, lists of any kind. A UsageError when it cannot be read or has several clusters.
 */
export async function openDirectory(path: string): Promise<ClusterReader> {
  const [reader, ...others] = await openTree(await directoryTree(path));
  if (!reader || others.length > 0) {
    throw new UsageError(
      oneLine(`${path} has the recordings of several clusters: name one of them`),
    );
  }
  return reader;
}

function placeOf({ position }: Built): number {
  return position ?? Number.MAX_SAFE_INTEGER;
}

function namesOf(tree: InputTree, { prefix }: Root): Named {
  const inner = prefix.replace(/\/$/, "");
  const origin = inner === "" ? tree.name : `${tree.name}/${inner}`;
  return { origin, context: inner === "" ? tree.label : basename(inner) };
}

function builderFor(root: Root, named: Named): Builder {
  const { layout } = root;
  if (layout === "bug-report") return new BugReportBuilder(named);
  return new DirectoryBuilder(named, layout === "snapshot" ? "recorded" : layout);
}
