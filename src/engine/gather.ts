import { DEFAULT_ISTIO_NAMESPACE } from "../mesh/names.ts";
import pLimit from "p-limit";
import { defined } from "../lib/defined.ts";
import { controllerRuns, withController } from "../mesh/istiods.ts";
import { clusterRef } from "../facts/cluster-ref.ts";
import { FACTS } from "../facts/index.ts";
import type { GatheredCluster } from "../model/cluster.ts";
import type { FactKey } from "../model/facts.ts";
import { gathered, mapGathered, missing, valueOr, type Gathered } from "../model/gathered.ts";
import type { ClusterReader, Connection } from "../model/reader.ts";
import type { GatherSettings } from "../model/source.ts";
import { IDENTIFYING, LAST } from "../facts/order.ts";
import { ClusterSource } from "./source.ts";

export interface GatherOptions extends GatherSettings {
  /** Clusters read at the same time. */
  concurrency: number;
  /** The namespace of each cluster that matters beside the usual ones; in place of `namespace`. */
  namespaceOf?: (context: string) => string | undefined;
  /** Called as each cluster has been read. */
  onRead?: (context: string) => void;
  /**
   * Called when all clusters are being read, unless they take turns: what needs few of the facts can
   * begin before all are there.
   */
  onStart?: (sources: readonly ClusterSource[]) => void;
}

/** Starts work as there is room for it; where there is room for all, as it is given. */
type Limit = (work: () => Promise<void>) => Promise<void>;

/**
 * Reads the facts of all clusters at once, `concurrency` at a time. Never rejects for what a cluster
 * does: each fact says itself whether it could be read.
 */
export async function gather(
  readers: readonly ClusterReader[],
  keys: ReadonlySet<FactKey>,
  options: GatherOptions,
): Promise<GatheredCluster[]> {
  const { concurrency, onRead, onStart, namespaceOf, ...settings } = options;
  const sources = readers.map((reader) => {
    // Recordings may hold what ztunnel says of itself; a live cluster is not asked for it unasked.
    const dumps = settings.dumps ?? reader.kind === "recording";
    const namespace = namespaceOf?.(reader.context);
    return new ClusterSource(reader, { ...settings, dumps, ...defined({ namespace }) }, FACTS);
  });
  for (const source of sources) source.peers = sources.filter((other) => other !== source);

  const last = LAST.filter((key) => keys.has(key));
  // Those whose answers come last are asked for first.
  const wanted = [...new Set([...last, ...IDENTIFYING, ...keys])];
  const everythingAtOnce = sources.length <= concurrency;
  const early = everythingAtOnce ? wanted : wanted.filter((key) => !FACTS[key].waitsForOthers);
  const limit: Limit = everythingAtOnce ? (work) => work() : pLimit(concurrency);
  const reading = sources.map((source) =>
    limit(async () => {
      await Promise.all(early.map((key) => source.fact(key)));
      onRead?.(source.reader.context);
    }),
  );
  if (everythingAtOnce) onStart?.(sources);
  await Promise.all(reading);
  const late = wanted.filter((key) => !early.includes(key));
  if (late.length > 0) {
    await Promise.all(
      sources.map((source) =>
        limit(async () => {
          source.reader.renew?.();
          await Promise.all(late.map((key) => source.fact(key)));
        }),
      ),
    );
  }
  return Promise.all(sources.map((source) => collect(source, wanted)));
}

async function collect(source: ClusterSource, keys: readonly FactKey[]): Promise<GatheredCluster> {
  const answers = await Promise.all(
    keys.map(async (key) => [key, await source.fact(key)] as const),
  );
  const facts = Object.fromEntries(answers) as GatheredCluster["facts"];
  const connection = facts.connection && connectionOf(facts.connection, source);
  const runs = istiodRuns({ facts, narrowed: source.narrowed });
  const gateways =
    facts.gateways && mapGathered(facts.gateways, (read) => withController(read, runs));
  Object.assign(facts, defined({ connection, gateways }));
  const istioNamespace = valueOr(facts.istioNamespace, DEFAULT_ISTIO_NAMESPACE);
  const { reader, settings } = source;
  const ref = clusterRef(
    {
      context: reader.context,
      now: reader.now(),
      ...defined({
        contextArgument: reader.contextArgument,
        kubeconfig: reader.kubeconfig,
        program: settings.program,
      }),
    },
    { istiods: facts.istiods, istioNamespace, namespaces: facts.namespaces },
  );
  const { narrowed } = source;
  return {
    ref,
    facts,
    ...(narrowed.length > 0 ? { narrowed } : {}),
    ...(reader.kind === "recording" ? { recordedAt: reader.recordedAt ?? null } : {}),
    ...defined({ recordedAfter: reader.recordedAfter }),
  };
}

/** Whether an istiod of the cluster runs that may write conditions; undefined where it is not known. */
export function istiodRuns({
  facts,
  narrowed = [],
}: Pick<GatheredCluster, "facts" | "narrowed">): boolean | undefined {
  const runs = controllerRuns(facts.istiodPods, facts.istiods);
  // One that is not among the pods that were read may be among the others.
  return runs || narrowed.every(({ resource }) => resource !== "pods") ? runs : undefined;
}

/** What the connection comes to, now that other requests have been answered, or not. */
function connectionOf(
  connection: Gathered<Connection>,
  { answered, refused, unanswered }: ClusterSource,
): Gathered<Connection> {
  // A server that answers everything but /version is reached all the same, unless by nobody.
  const isReached = answered || refused;
  if (!connection.ok && connection.why !== "unauthorized" && isReached) return gathered({});
  if (!connection.ok || answered || !unanswered) return connection;
  // /version and refusals need nothing that is stored: an API server without its etcd gives both.
  const { why, detail } = unanswered;
  return {
    ...missing(why, `the API server answers /version, but nothing that it stores: ${detail}`),
    advice: "See whether the API server is ready, and its etcd.",
  };
}
