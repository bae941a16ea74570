import { deletionOf } from "../../facts/objects.ts";
import { GATEWAYS } from "../../gateway/plan.ts";
import { arranged, type Problem, problem, unread } from "../../gateway/problem.ts";
import { writeAll } from "../../gateway/writes.ts";
import {
  deleteCommand,
  type Doomed,
  planUnlink,
  type UnlinkSource,
  type UnlinkTarget,
} from "../../gateway/unlink.ts";
import { showGateway } from "../../mesh/commands/gateways.ts";
import { type Deletion, deletionText } from "../../mesh/deletion.ts";
import { qualified } from "../../mesh/wording.ts";
import type { GatheredCluster, WritableCluster } from "../../model/cluster.ts";
import { UsageError } from "../../model/errors.ts";
import type { FactKey } from "../../model/facts.ts";
import { missing } from "../../model/gathered.ts";
import type { Written } from "../../model/writer.ts";
import { Interrupted, type Io, unlessInterrupted } from "../shared/io.ts";
import { checkEnds } from "../link/request.ts";
import { openLive, readLive } from "../shared/live-clusters.ts";
import { withoutRepeats } from "../shared/options.ts";
import { closeReaders, knownContexts } from "../shared/readers.ts";
import { done, note, refuse, warning } from "../shared/say.ts";
import type { UnlinkOptions } from "./flags.ts";

const FACTS: readonly FactKey[] = [
  "connection",
  "istiods",
  "istioNamespace",
  "namespaces",
  "gateways",
  "services",
];

type Writers = ReadonlyMap<string, WritableCluster>;

function endsOf(options: UnlinkOptions): { sources: string[]; targets: string[] } {
  checkEnds(options);
  if (options.generate && options.dryRun) {
    throw new UsageError("--dry-run does not go with --generate, which deletes nothing");
  }
  const { contexts, from, to, context } = options;
  if (contexts) {
    const all = withoutRepeats("--contexts", contexts);
    if (all.length < 2) {
      throw new UsageError(
        "--contexts needs two clusters or more; for one of them: --from a --to b",
      );
    }
    return { sources: all, targets: all };
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
  // What is no context is a CLUSTER_ID or a network that Gateways carry.
  const known = await knownContexts(options, io);
  const contexts = [...new Set([...sources, ...targets.filter((target) => known.has(target))])];
  const opened = await openAll(contexts, options, io);
  try {
    const gathered = await readLive(opened, FACTS, options, io);
    const clusters = new Map(gathered.map((cluster) => [cluster.ref.context, cluster] as const));
    const writers = new Map(opened.map((writer) => [writer.context, writer] as const));
    const { doomed, problems, notes } = planUnlink(
      await sourcesOf(sources, clusters, writers, options, io),
      targets.map((name): UnlinkTarget => {
        const cluster = clusters.get(name);
        const isContext = cluster !== undefined;
        return isReached(cluster) ? { name, cluster, isContext } : { name, isContext };
      }),
      options.force ?? false,
    );
    for (const text of notes) await note(io, options, text);
    if (problems.length > 0) {
      return await refuse(io, arranged(problems, contexts), "nothing was deleted");
    }
    if (options.generate) {
      await io.stdout.write(doomed.map((one) => `${deleteCommand(one)}\n`).join(""));
      return 0;
    }
    return await deleteGateways(doomed, writers, options, io);
  } finally {
    await closeReaders(opened);
  }
}

/** Opens them; a context that is gone from the kubeconfig is no reason to give up. */
async function openAll(
  contexts: readonly string[],
  options: UnlinkOptions,
  io: Io,
): Promise<WritableCluster[]> {
  try {
    return await openLive(contexts, options, io);
  } catch (cause) {
    if (!(cause instanceof UsageError) || !options.contexts) throw cause;
    const way = "a cluster that is gone: --from a --to CLUSTER_ID or network";
    throw new UsageError(`${cause.message}; ${way}`);
  }
}

function isReached(cluster: GatheredCluster | undefined): cluster is GatheredCluster {
  return cluster?.facts.connection?.ok === true;
}

/** A dead cluster among those to part from each other is what unlinking is for: it is left out. */
async function sourcesOf(
  names: readonly string[],
  clusters: ReadonlyMap<string, GatheredCluster>,
  writers: Writers,
  options: UnlinkOptions,
  io: Io,
): Promise<UnlinkSource[]> {
  const all = names.flatMap((name) => {
    const [cluster, writer] = [clusters.get(name), writers.get(name)];
    if (!cluster || !writer) return [];
    return [{ cluster, namespace: options.namespace ?? writer.namespace }];
  });
  const reached = all.filter(({ cluster }) => isReached(cluster));
  if (!options.contexts || reached.length === 0) return all;
  for (const { cluster } of all.filter((one) => !reached.includes(one))) {
    const text = "cannot be reached: its own Gateways stay until this is run again";
    await warning(io, `${cluster.ref.context}: ${text}`);
  }
  return reached;
}

function failure({ cluster, gateway }: Doomed, answer: Written<undefined>): Problem[] {
  if (answer.ok || answer.why === "not-found") return [];
  const { why, detail, request } = answer;
  const message = `Gateway ${qualified(gateway)} cannot be deleted`;
  return why === "conflict" || why === "invalid"
    ? [problem(cluster.ref, `${message}: ${detail}`)]
    : [unread(cluster.ref, message, missing(why, detail, request))];
}

/** A Gateway whose deletion the API server has accepted, and that is still there. */
interface Held {
  one: Doomed;
  deletion: Deletion;
}

/** What came of deleting one. */
interface Deleted {
  warnings: readonly string[];
  problems: readonly Problem[];
  deletion: Deletion | undefined;
}

function heldProblem({ one, deletion }: Held): Problem {
  const { cluster, gateway } = one;
  return problem(
    cluster.ref,
    `Gateway ${qualified(gateway)} ${deletionText(deletion)}: the link ends when it is gone`,
    showGateway(cluster.ref, gateway),
  );
}

/** How often, and after how long each time, ms: those who hold a Gateway are mostly quick. */
const LOOKS = 5;
const BETWEEN_LOOKS = 400;

/** Why the Gateway is there though it was deleted; undefined when it is gone, or that cannot be told. */
async function stillThere(
  { cluster, gateway: { namespace, name } }: Doomed,
  writers: Writers,
  io: Io,
): Promise<Deletion | undefined> {
  const writer = writers.get(cluster.ref.context);
  const look = async (): Promise<Deletion | undefined> => {
    const found = await writer?.get(GATEWAYS, namespace, name);
    return found?.ok ? deletionOf(found.value) : undefined;
  };
  let deletion = await look();
  for (let more = LOOKS; deletion && more > 0 && !io.signal.aborted; more -= 1) {
    // An interruption ends the looking; what was done is still told.
    await io.clock.pause(BETWEEN_LOOKS, io.signal).catch(() => undefined);
    deletion = await look();
  }
  return deletion;
}

function deletedLine({ cluster, gateway, target }: Doomed): string {
  return `Gateway ${qualified(gateway)} deleted from cluster "${cluster.ref.context}" pointing to cluster "${target}"`;
}

/** Deletes all, or nothing when a dry run tells that one of them cannot be. */
async function deleteGateways(
  doomed: readonly Doomed[],
  writers: Writers,
  options: UnlinkOptions,
  io: Io,
): Promise<number> {
  const remove = async (one: Doomed, dryRun: boolean): Promise<Written<undefined>> => {
    const { namespace, name } = one.gateway;
    const writer = writers.get(one.cluster.ref.context);
    if (!writer) throw new Error(`${one.cluster.ref.context} was not opened`);
    writer.renew?.();
    return writer.delete(GATEWAYS, namespace, name, { dryRun });
  };
  const rehearsed = await unlessInterrupted(
    io.signal,
    Promise.all(doomed.map(async (one) => failure(one, await remove(one, true)))),
  );
  if (rehearsed.some((problems) => problems.length > 0)) {
    return refuse(io, rehearsed.flat(), "nothing was deleted");
  }
  if (options.dryRun) {
    for (const one of doomed) await done(io, `${deletedLine(one)} (dry run)`);
    return 0;
  }
  const held: Held[] = [];
  const failed: Problem[] = [];
  const answers = await writeAll<Doomed, Deleted>(
    doomed,
    {
      clusterOf: ({ cluster }) => cluster.ref.context,
      write: async (one) => {
        const answer = await remove(one, false);
        const problems = failure(one, answer);
        const deletion = problems.length > 0 ? undefined : await stillThere(one, writers, io);
        return { warnings: answer.warnings, problems, deletion };
      },
      isFailure: ({ problems }) => problems.length > 0,
      onAnswer: async (one, { warnings, problems, deletion }) => {
        for (const text of warnings) await warning(io, `${one.cluster.ref.context}: ${text}`);
        failed.push(...problems);
        if (deletion) held.push({ one, deletion });
        else if (problems.length === 0) await done(io, deletedLine(one));
      },
    },
    io.signal,
  );
  const left = answers.filter((answer) => answer === undefined).length;
  if (failed.length > 0) {
    const problems = [...failed, ...held.map(heldProblem)];
    return refuse(io, problems, "stopped at the first failure; run it again to go on");
  }
  if (left > 0) {
    await io.stderr.write(`${io.program}: interrupted: ${left} left; run it again to go on\n`);
    throw new Interrupted();
  }
  if (held.length > 0) return refuse(io, held.map(heldProblem), "not everything is deleted yet");
  if (io.signal.aborted) throw new Interrupted();
  return 0;
}
