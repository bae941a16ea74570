import { defined } from "../../lib/defined.ts";
import type { CaCluster } from "../../certs/cluster-state.ts";
import { caSecret, type CaSecret } from "../../certs/secret.ts";
import { gather } from "../../engine/gather.ts";
import { changedAt } from "../../facts/managed-fields.ts";
import { at, string, time } from "../../lib/json.ts";
import { CANONICAL_NAME } from "../../mesh/names.ts";
import { CACERTS, rootConfigMapOf, SELF_MADE } from "../../mesh/trust/cacerts.ts";
import type { GatheredCluster } from "../../model/cluster.ts";
import type { FactKey } from "../../model/facts.ts";
import { missing, type Missing } from "../../model/gathered.ts";
import type { ClusterReader } from "../../model/reader.ts";
import { RESOURCES } from "../../model/resource.ts";
import { type Io, unlessInterrupted } from "../shared/io.ts";
import type { GlobalOptions } from "../shared/options.ts";
import { Progress } from "../shared/progress.ts";

const FACTS: readonly FactKey[] = [
  "connection",
  "istiods",
  "istioNamespace",
  "istiodPods",
  "ztunnelPods",
  "ztunnelDumps",
];

const CONCURRENCY = 32;

/** What is said where `unreadRoots` stands in the way. */
export const UNREAD_ROOTS = "the roots that workloads trust could not be read";

/** A cluster's certificates with their private keys, and why what is absent is. */
export interface ReadCluster {
  gathered: GatheredCluster;
  ca: CaCluster;
  /** It could not be read what istiod signs with. */
  unread?: Missing;
  /** The roots that its workloads trust could not be read: what a change would cut is not known. */
  unreadRoots?: Missing;
}

interface Wanted {
  /** Facts beyond those that say who signs. */
  facts?: readonly FactKey[];
  /** Each ztunnel of a live cluster is asked, too. */
  dumps?: true;
}

/**
 * Reads all clusters at once: facts as `mc check` has them, and what only these commands may read,
 * the Secrets whole.
 */
export async function readClusters(
  readers: readonly ClusterReader[],
  { facts = [], ...settings }: Wanted,
  options: GlobalOptions,
  io: Io,
): Promise<ReadCluster[]> {
  const progress = new Progress(io, readers.length, options.quiet ?? false);
  progress.start();
  try {
    const clusters = await unlessInterrupted(
      io.signal,
      gather(readers, new Set([...FACTS, ...facts]), {
        concurrency: CONCURRENCY,
        program: io.program,
        ...settings,
        onRead: () => progress.step(),
        ...defined({ istioNamespace: options.istioNamespace, revision: options.revision }),
      }),
    );
    const read = clusters.flatMap((cluster, index) => {
      const reader = readers[index];
      return reader ? [readCluster(cluster, reader)] : [];
    });
    return await unlessInterrupted(io.signal, Promise.all(read));
  } finally {
    await progress.clear();
  }
}

async function readCluster(gathered: GatheredCluster, reader: ClusterReader): Promise<ReadCluster> {
  const { facts, ref } = gathered;
  const base = {
    ref,
    roots: "",
    istiods: facts.istiods?.ok
      ? [...facts.istiods.value.judged, ...facts.istiods.value.others]
      : [],
    dumps: facts.ztunnelDumps?.ok ? facts.ztunnelDumps.value : [],
    ...(facts.istiodPods?.ok ? { istiodPods: facts.istiodPods.value } : {}),
    ...(facts.ztunnelPods?.ok ? { ztunnelPods: facts.ztunnelPods.value } : {}),
  };
  if (facts.connection?.ok === false) return { gathered, ca: base, unread: facts.connection };
  reader.renew?.();
  const [secret, roots, proxies] = await Promise.all([
    readSecret(reader, ref.istioNamespace),
    readRoots(reader, ref.istioNamespace, rootConfigMapOf(base.istiods)),
    readProxies(reader),
  ]);
  const trusted = "unreadRoots" in roots ? {} : roots;
  const ca = { ...base, ...trusted, ...proxies, ...("secret" in secret ? secret : {}) };
  return {
    gathered,
    ca,
    ...("unread" in secret ? secret : {}),
    ...("unreadRoots" in roots ? roots : {}),
  };
}

async function readSecret(
  reader: ClusterReader,
  namespace: string,
): Promise<{ secret: CaSecret } | { unread: Missing } | object> {
  for (const name of [CACERTS, SELF_MADE] as const) {
    const found = await reader.get(RESOURCES.secrets, namespace, name);
    if (found.ok) return { secret: caSecret(name, found.value) };
    if (found.why !== "not-found") return { unread: found };
  }
  return {};
}

async function readRoots(
  reader: ClusterReader,
  namespace: string,
  name: string,
): Promise<Pick<CaCluster, "roots" | "rootsChangedAt"> | { unreadRoots: Missing }> {
  const found = await reader.get(RESOURCES.configMaps, namespace, name);
  if (!found.ok) return found.why === "not-found" ? { roots: "" } : { unreadRoots: found };
  const changed = changedAt(found.value);
  return {
    roots: string(at(found.value, "data", "root-cert.pem")) ?? "",
    ...defined({ rootsChangedAt: changed }),
  };
}

/** Nothing where they could not be listed, or one does not say how old it is. */
async function readProxies(reader: ClusterReader): Promise<Pick<CaCluster, "proxies">> {
  // A recording has the pods of some labels only.
  const listed =
    reader.kind === "live"
      ? await reader.list(RESOURCES.pods, { labelSelector: CANONICAL_NAME, metadataOnly: true })
      : missing("not-recorded", "");
  if (!listed.ok) return {};
  const proxies = listed.value.flatMap((pod) => {
    const createdAt = time(at(pod, "metadata", "creationTimestamp"));
    const [namespace = "", name = ""] = ["namespace", "name"].map((key) =>
      string(at(pod, "metadata", key)),
    );
    return createdAt === undefined ? [] : [{ name: `${namespace}/${name}`, createdAt }];
  });
  return proxies.length === listed.value.length ? { proxies } : {};
}
