import { versionOf } from "../../mesh/versions.ts";
import { defined } from "../../lib/defined.ts";
import type { GatheredCluster } from "../../model/cluster.ts";
import { VERSION } from "../../version.ts";
import { EXIT_FAULT } from "../shared/exit-code.ts";
import type { Io } from "../shared/io.ts";
import { openLive, readLive } from "../shared/live-clusters.ts";
import type { GlobalOptions } from "../shared/options.ts";
import { closeReaders } from "../shared/readers.ts";

/** Flags of `mc version`, parsed. */
export interface VersionOptions extends GlobalOptions {
  contexts?: string[];
  output: "text" | "json";
}

/** An istiod of a cluster. */
interface IstiodVersion {
  revision: string;
  /** Absent where its image does not tell. */
  version?: string;
}

/** The istiods of a cluster, or why they were not read. */
interface ClusterVersions {
  context: string;
  istiods: IstiodVersion[];
  error?: string;
}

function versionsOf({ ref, facts }: GatheredCluster): ClusterVersions {
  const { context } = ref;
  const { istiods } = facts;
  if (!istiods?.ok) return { context, istiods: [], error: istiods?.detail ?? "not read" };
  const all = [...istiods.value.judged, ...istiods.value.others].map((istiod) => ({
    revision: istiod.revision,
    ...defined({ version: versionOf(istiod, "discovery").version?.text }),
  }));
  return { context, istiods: all };
}

async function readVersions(
  contexts: readonly string[],
  options: VersionOptions,
  io: Io,
): Promise<ClusterVersions[]> {
  const opened = await openLive(contexts, options, io);
  try {
    return (await readLive(opened, ["istiods"], options, io)).map(versionsOf);
  } finally {
    await closeReaders(opened);
  }
}

function textOf({ context, istiods, error }: ClusterVersions): string {
  if (error !== undefined) return `${context}: not read: ${error}`;
  const all = istiods.map(
    ({ revision, version = "of unknown version" }) => `${version} (${revision})`,
  );
  return `${context}: ${all.length > 0 ? `istiod ${all.join(", ")}` : "no istiod"}`;
}

/** `mc version` with the istiods of contexts that are named; gives the exit code. */
export async function runVersion(options: VersionOptions, io: Io): Promise<number> {
  const { contexts = [], context, output } = options;
  const named = [...contexts, ...(context === undefined ? [] : [context])];
  const clusters = named.length > 0 ? await readVersions(named, options, io) : [];
  const text =
    output === "json"
      ? JSON.stringify({ tool: { name: "mc", version: VERSION }, clusters }, null, 2)
      : [`mc ${VERSION}`, ...clusters.map(textOf)].join("\n");
  await io.stdout.write(`${text}\n`);
  return clusters.some(({ error }) => error !== undefined) ? EXIT_FAULT : 0;
}
