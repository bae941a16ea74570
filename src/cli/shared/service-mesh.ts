import { placesOf } from "./places.ts";
import { type GlobalOptions } from "./options.ts";
import { linksAmong } from "../../checks/_shared/links-among.ts";
import { withoutAliases } from "../../engine/aliases.ts";
import { links } from "../../engine/artifacts/links.ts";
import { gather } from "../../engine/gather.ts";
import { ServiceMesh } from "../../mesh/hops/mesh.ts";
import type { ServiceMeshMember } from "../../mesh/hops/side.ts";
import type { GatheredCluster } from "../../model/cluster.ts";
import type { FactKey } from "../../model/facts.ts";
import { type Gathered, missing, type Missing } from "../../model/gathered.ts";
import type { ClusterReader } from "../../model/reader.ts";
import type { GatherSettings } from "../../model/source.ts";
import { type Io, unlessInterrupted } from "./io.ts";
import { Progress } from "./progress.ts";

/** Flags of the commands on services that say what is read. */
export interface ServiceMeshOptions extends GlobalOptions {
  contexts?: string[];
  directory?: string[];
  /** ms a cluster. */
  timeout: number;
  concurrency: number;
}

/** A cluster without which nothing can be said of what leads there, and why it was not read. */
export interface UnreadCluster {
  context: string;
  cause: Missing;
}

export interface ReadServiceMesh {
  mesh: ServiceMesh;
  /** All that were read, each cluster once. */
  clusters: GatheredCluster[];
  unread: UnreadCluster[];
}

const NOT_READ = missing("not-recorded", "not read");

function factOf<K extends FactKey>(
  { facts }: GatheredCluster,
  key: K,
): NonNullable<GatheredCluster["facts"][K]> | Missing {
  return facts[key] ?? NOT_READ;
}

/** What every statement on services stands on. */
const NEEDED = ["connection", "services", "namespaces", "gateways"] as const;

function memberOf(cluster: GatheredCluster): Gathered<ServiceMeshMember> {
  for (const key of NEEDED) {
    const fact = factOf(cluster, key);
    if (!fact.ok) return fact;
  }
  const { services, namespaces, gateways } = cluster.facts;
  if (!services?.ok || !namespaces?.ok || !gateways?.ok) return NOT_READ;
  return {
    ok: true,
    value: {
      cluster: cluster.ref,
      facts: {
        services: services.value,
        namespaces: namespaces.value,
        gateways: gateways.value,
        imports: factOf(cluster, "imports"),
        remoteEntries: factOf(cluster, "remoteEntries"),
        flatEntries: factOf(cluster, "flatEntries"),
        servicePods: factOf(cluster, "servicePods"),
        segments: factOf(cluster, "segments"),
        meshConfigs: factOf(cluster, "meshConfigs"),
        istiods: factOf(cluster, "istiods"),
      },
    },
  };
}

/** Reads all clusters at once, for what their services come to. */
export async function readServiceMesh(
  readers: readonly ClusterReader[],
  keys: readonly FactKey[],
  settings: GatherSettings,
  options: ServiceMeshOptions,
  io: Io,
): Promise<ReadServiceMesh> {
  const progress = new Progress(io, readers.length, options.quiet ?? false);
  progress.start();
  let all: GatheredCluster[];
  try {
    all = await unlessInterrupted(
      io.signal,
      gather(readers, new Set(keys), {
        concurrency: options.concurrency,
        program: io.program,
        onRead: () => progress.step(),
        ...settings,
        ...placesOf(options),
      }),
    );
  } finally {
    await progress.clear();
  }
  const clusters = withoutAliases(all);
  const read = clusters.map((cluster) => ({ cluster, member: memberOf(cluster) }));
  const members = read.flatMap(({ member }) => (member.ok ? [member.value] : []));
  return {
    mesh: new ServiceMesh(members, linksAmong(links.derive(clusters), members)),
    clusters,
    unread: read.flatMap(({ cluster, member }) =>
      member.ok ? [] : [{ context: cluster.ref.context, cause: member }],
    ),
  };
}
