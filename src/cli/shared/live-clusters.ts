import { defined } from "../../lib/defined.ts";
import { withKnownGateways } from "../../gateway/known-gateways.ts";
import { gather } from "../../engine/gather.ts";
import type { GatheredCluster, WritableCluster } from "../../model/cluster.ts";
import type { ClusterReader } from "../../model/reader.ts";
import type { FactKey } from "../../model/facts.ts";
import { type Io, unlessInterrupted } from "./io.ts";
import type { GlobalOptions } from "./options.ts";
import { Progress } from "./progress.ts";
import { openContexts } from "./readers.ts";

/** How long a cluster may take to answer what expose, link and unlink ask, ms. */
const TIMEOUT = 30_000;
const CONCURRENCY = 32;

/** Opens the contexts (the current one for none); whoever calls closes them. */
export function openLive(
  contexts: readonly string[],
  options: GlobalOptions,
  io: Io,
): Promise<WritableCluster[]> {
  return openContexts(contexts, options, TIMEOUT, io);
}

/** A live cluster, or a recording, which has no context that names a namespace. */
export type Readable = ClusterReader & { readonly namespace?: string };

/** Reads the facts of all clusters at once, in their order. */
export async function readLive(
  writers: readonly Readable[],
  keys: readonly FactKey[],
  options: GlobalOptions,
  io: Io,
): Promise<GatheredCluster[]> {
  const progress = new Progress(io, writers.length, options.quiet ?? false);
  progress.start();
  try {
    const namespaces = new Map(writers.map(({ context, namespace }) => [context, namespace]));
    const clusters = await unlessInterrupted(
      io.signal,
      gather(writers, new Set(keys), {
        concurrency: CONCURRENCY,
        onRead: () => progress.step(),
        program: io.program,
        ...defined({
          istioNamespace: options.istioNamespace,
          revision: options.revision,
        }),
        namespaceOf: (context) => options.namespace ?? namespaces.get(context),
      }),
    );
    return clusters.map(withKnownGateways);
  } finally {
    await progress.clear();
  }
}
