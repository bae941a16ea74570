import pLimit from "p-limit";
import { valueOr } from "../model/gathered.ts";
import { parseAddress } from "../mesh/addresses.ts";
import { DEFAULT_ISTIO_NAMESPACE } from "../mesh/names.ts";
import type { ProbeTarget } from "../mesh/probe/target.ts";
import { probeTargets } from "../mesh/probe/targets.ts";
import type { GatheredCluster } from "../model/cluster.ts";
import type { ProbeAttempt, ProbeReport } from "../model/probe.ts";
import type { ClusterReader } from "../model/reader.ts";
import type { Environment } from "../readers/kubeconfig/index.ts";
import { tryApiServers } from "./api-servers.ts";
import { attemptOf, notTried } from "./attempt.ts";
import { dial } from "./dial.ts";

export interface ProbeOptions {
  /** For each attempt, ms. */
  timeoutMs: number;
  env: Environment;
  /** Ends all attempts. */
  signal: AbortSignal;
}

/** Attempts under way at once. */
const MOST_AT_ONCE = 64;
/** A mesh of a hundred clusters has less; a hostile recording must not keep us busy for ever. */
const MOST_TARGETS = 2000;

/** The roots of the clusters by context. */
function rootsOf(clusters: readonly GatheredCluster[]): Map<string, string> {
  return new Map(
    clusters.flatMap(({ ref, facts: { rootCertificate } }) => {
      const pem = rootCertificate?.ok ? rootCertificate.value.pem : undefined;
      return pem === undefined ? [] : [[ref.context, pem] as const];
    }),
  );
}

async function tryOne(
  target: ProbeTarget,
  roots: ReadonlyMap<string, string>,
  { timeoutMs, signal }: ProbeOptions,
): Promise<ProbeAttempt> {
  const address = parseAddress(target.address);
  if (!address) return notTried(target, "its address is neither an IP address nor a host name");
  const { port, serverName } = target;
  const host = address.value;
  const dialled = await dial(
    serverName === undefined ? { host, port } : { host, port, serverName },
    timeoutMs,
    signal,
  );
  if (dialled.chain.length === 0) return attemptOf(target, dialled, undefined, timeoutMs);
  // It brings pkijs with it.
  const { judgePresented } = await import("../lib/x509/presented.ts");
  const chain = await judgePresented(dialled.chain, roots, Date.now());
  return attemptOf(target, dialled, chain, timeoutMs);
}

/**
 * Tries from this machine to reach every address through which the clusters reach one another, and
 * every API server that a remote secret names, all at once. Never rejects for what answers, or does
 * not.
 *
 * @param readers those of the clusters, for the Secrets, which no fact holds
 */
export async function probeFromHere(
  clusters: readonly GatheredCluster[],
  readers: readonly ClusterReader[],
  options: ProbeOptions,
): Promise<ProbeReport> {
  const { targets, notes } = probeTargets(clusters);
  const roots = rootsOf(clusters);
  const limit = pLimit(MOST_AT_ONCE);
  const namespaces = new Map(
    clusters.map(({ ref, facts }) => [
      ref.context,
      valueOr(facts.istioNamespace, DEFAULT_ISTIO_NAMESPACE),
    ]),
  );
  const reached = new Set(
    clusters.flatMap(({ ref, facts }) => (facts.connection?.ok ? [ref.context] : [])),
  );
  const live = readers.filter(({ kind, context }) => kind === "live" && reached.has(context));
  const holders = live.map((reader) => ({
    reader,
    istioNamespace: namespaces.get(reader.context) ?? DEFAULT_ISTIO_NAMESPACE,
  }));
  const [attempts, apiServers] = await Promise.all([
    Promise.all(
      targets.slice(0, MOST_TARGETS).map((target) => limit(() => tryOne(target, roots, options))),
    ),
    tryApiServers(holders, { ...options, concurrency: MOST_AT_ONCE }),
  ]);
  const left = targets.length - MOST_TARGETS;
  const recorded = clusters.filter(({ recordedAt }) => recordedAt !== undefined);
  return {
    from: "this machine",
    timeoutMs: options.timeoutMs,
    recorded: recorded.map(({ ref }) => ref.context),
    attempts,
    apiServers: apiServers.attempts,
    notes: [
      ...notes,
      ...(left > 0 ? [`${left} more addresses were not tried`] : []),
      ...apiServers.notes,
      ...(recorded.length > 0
        ? ["remote secrets of recordings have no credential: their API servers were not tried"]
        : []),
    ],
  };
}
