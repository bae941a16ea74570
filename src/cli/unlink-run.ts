import { factOf, type Problem, problem } from "../gateway/problem.ts";
import { gatewaysFor, isOurs, type UnlinkTarget } from "../gateway/unlink.ts";
import { kubectl } from "../lib/shell.ts";
import { UsageError } from "../model/errors.ts";
import type { FactKey, GatewayFact } from "../model/facts.ts";
import { RESOURCES } from "../model/resource.ts";
import { EXIT_FAULT } from "./exit-code.ts";
import { type Io, unlessInterrupted } from "./io.ts";
import { type LiveCluster, openLive, readLive } from "./live-clusters.ts";
import { closeReaders, knownContexts } from "./readers.ts";
import { note, refuse, warning } from "./say.ts";
import type { UnlinkOptions } from "./unlink.ts";

const FACTS: readonly FactKey[] = [
  "connection",
  "istiods",
  "istioNamespace",
  "namespaces",
  "gateways",
  "services",
];

/** A Gateway to delete, and what it leads to. */
interface Doomed {
  cluster: LiveCluster;
  gateway: GatewayFact;
  target: string;
}

function endsOf(options: UnlinkOptions): { sources: string[]; targets: string[] } {
  const { contexts, from, to, context } = options;
  if (contexts && (from || to)) {
    throw new UsageError("give either --contexts, or --from and --to, not both");
  }
  if (contexts) {
    if (new Set(contexts).size < 2) throw new UsageError("--contexts needs two clusters or more");
    return { sources: [...new Set(contexts)], targets: [...new Set(contexts)] };
  }
  const sources = from ?? (context === undefined ? undefined : [context]);
  if (!sources || !to) {
    throw new UsageError("name the links to undo: --contexts a,b, or --from a --to b");
  }
  return { sources: [...new Set(sources)], targets: [...new Set(to)] };
}

/** `mc unlink`: resolves with the exit code. */
export async function runUnlink(options: UnlinkOptions, io: Io): Promise<number> {
  const { sources, targets } = endsOf(options);
  if (options.generate && options.dryRun) {
    throw new UsageError("--dry-run does not go with --generate, which deletes nothing");
  }
  // What is no context is a CLUSTER_ID or a network that Gateways carry.
  const known = await knownContexts(options, io);
  const contexts = [...new Set([...sources, ...targets.filter((target) => known.has(target))])];
  const writers = await openLive(contexts, options, io);
  try {
    const clusters = await readLive(writers, FACTS, options, io);
    const { doomed, problems } = choose(sources, targets, clusters, options);
    for (const text of unreadTargets(targets, clusters)) await note(io, options, text);
    if (problems.length > 0) return await refuse(io, problems, "nothing was deleted");
    if (doomed.length === 0) {
      await note(io, options, `no link from ${sources.join(", ")} to ${targets.join(", ")}`);
      return 0;
    }
    if (options.generate) {
      await io.stdout.write(doomed.map((one) => `${deleteCommand(one)}\n`).join(""));
      return 0;
    }
    return await unlessInterrupted(io.signal, deleteAll(doomed, options, io));
  } finally {
    await closeReaders(writers);
  }
}

function deleteCommand({ cluster, gateway }: Doomed): string {
  return kubectl(
    cluster.gathered.ref,
    "-n",
    gateway.namespace,
    "delete",
    "gateways.gateway.networking.k8s.io",
    gateway.name,
  );
}

function isRead(cluster: LiveCluster | undefined): cluster is LiveCluster {
  return cluster?.gathered.facts.connection?.ok === true;
}

function unreadTargets(
  targets: readonly string[],
  clusters: ReadonlyMap<string, LiveCluster>,
): string[] {
  return targets
    .filter((target) => clusters.has(target) && !isRead(clusters.get(target)))
    .map(
      (target) =>
        `${target} cannot be reached: its Gateways are known by their labels only; if none is found, give its CLUSTER_ID or network to --to`,
    );
}

function choose(
  sources: readonly string[],
  targets: readonly string[],
  clusters: ReadonlyMap<string, LiveCluster>,
  options: UnlinkOptions,
): { doomed: Doomed[]; problems: Problem[] } {
  const doomed: Doomed[] = [];
  const problems: Problem[] = [];
  for (const source of sources) {
    const cluster = clusters.get(source);
    if (!cluster) continue;
    const { ref } = cluster.gathered;
    for (const [key, what] of [
      ["connection", "cannot be reached"],
      ["gateways", "its Gateways could not be read"],
    ] as const) {
      const fact = factOf(cluster.gathered, key);
      if ("missing" in fact) {
        // A dead cluster among several targets is what unlinking is for; only its own links stay.
        if (key === "connection" && options.contexts) continue;
        problems.push(problem(ref, `${what}: ${fact.missing.detail}`));
        break;
      }
    }
    const namespace = options.namespace ?? cluster.writer.namespace;
    for (const name of targets.filter((target) => target !== source)) {
      const peer = clusters.get(name);
      const target: UnlinkTarget = isRead(peer) ? { name, cluster: peer.gathered } : { name };
      for (const gateway of gatewaysFor(cluster.gathered, namespace, target)) {
        if (doomed.some((one) => one.cluster === cluster && one.gateway === gateway)) continue;
        doomed.push({ cluster, gateway, target: name });
        if (!options.force && !isOurs(gateway)) problems.push(notOurs(ref, gateway));
      }
    }
  }
  return { doomed, problems };
}

function notOurs(ref: LiveCluster["gathered"]["ref"], gateway: GatewayFact): Problem {
  const managers = gateway.managers.join(", ") || "nobody in particular";
  return problem(
    ref,
    `Gateway ${gateway.namespace}/${gateway.name} is managed by ${managers}, not by mc: --force deletes it all the same`,
  );
}

async function deleteAll(
  doomed: readonly Doomed[],
  options: UnlinkOptions,
  io: Io,
): Promise<number> {
  for (const { cluster, gateway, target } of doomed) {
    const { writer, gathered } = cluster;
    const answer = await writer.delete(RESOURCES.gateways, gateway.namespace, gateway.name, {
      dryRun: options.dryRun ?? false,
    });
    const { context } = gathered.ref;
    for (const text of answer.warnings) await warning(io, context, text);
    const name = `${gateway.namespace}/${gateway.name}`;
    if (!answer.ok && answer.why !== "not-found") {
      const failure = problem(gathered.ref, `Gateway ${name} was not deleted: ${answer.detail}`);
      await refuse(io, [failure], "stopped at the first failure; run it again to go on");
      return EXIT_FAULT;
    }
    await io.stdout.write(
      `Gateway ${name} deleted from cluster "${context}" pointing to cluster "${target}"${options.dryRun ? " (dry run)" : ""}\n`,
    );
  }
  return 0;
}
