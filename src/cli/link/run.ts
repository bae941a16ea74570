import { defined } from "../../lib/defined.ts";
import { type Links, planLinks, type SourceLinks } from "../../gateway/links.ts";
import { GATEWAYS, gatewayName, type Wanted, withNamespace } from "../../gateway/plan.ts";
import { SOURCE_FACTS, unacceptedClass, writeProblems } from "../../gateway/preconditions.ts";
import { arranged, type Problem } from "../../gateway/problem.ts";
import { TARGET_FACTS } from "../../gateway/target.ts";
import { LINKED } from "../../gateway/wait.ts";
import { mc, quote } from "../../mesh/commands/shell.ts";
import { CLASS_REMOTE } from "../../mesh/names.ts";
import type { WritableCluster } from "../../model/cluster.ts";
import { applyGateways } from "../shared/apply-gateways.ts";
import { awaitGateways } from "../shared/await-gateways.ts";
import { type Io, unlessInterrupted } from "../shared/io.ts";
import { generateLinks } from "./generate.ts";
import { addressesOf, linkRequest, type LinkRequest, recordedRequest } from "./request.ts";
import type { LinkOptions } from "./flags.ts";
import { openLive, readLive, type Readable } from "../shared/live-clusters.ts";
import { checkOutputDirectory } from "../shared/output-directory.ts";
import { closeReaders, openReaders } from "../shared/readers.ts";
import { note, refuse, warning } from "../shared/say.ts";

type Writers = ReadonlyMap<string, WritableCluster>;

/** `mc link`: resolves with the exit code. */
export async function runLink(options: LinkOptions, io: Io): Promise<number> {
  if (options.directory) return linkRecorded(options, io);
  const request = linkRequest(options);
  if (options.outputDir !== undefined) await checkOutputDirectory(options.outputDir);
  const named = [...new Set([...request.sources, ...request.targets])];
  const opened = await openLive(named, options, io);
  try {
    const contexts = opened.map(({ context }) => context);
    const targets = request.targets.length > 0 ? request.targets : contexts;
    const plan = await planned({ ...request, targets }, opened, options, io);
    const writers = new Map(opened.map((writer) => [writer.context, writer] as const));
    if (!options.generate) return await applyLinks(plan, contexts, writers, options, io);
    return await generate(
      plan,
      contexts,
      (context) => writers.get(context)?.apiVersion(GATEWAYS),
      options,
      io,
    );
  } finally {
    await closeReaders(opened);
  }
}

/** `mc link --generate --directory`: what the links would be of clusters as they were recorded. */
async function linkRecorded(options: LinkOptions, io: Io): Promise<number> {
  const { contexts: _contexts, context: _context, ...only } = options;
  if (options.outputDir !== undefined) await checkOutputDirectory(options.outputDir);
  const readers = await openReaders(only, 0, io);
  try {
    const recorded = readers.map(({ context }) => context);
    const request = recordedRequest(options, recorded);
    const plan = await planned(request, readers, options, io);
    return await generate(plan, recorded, () => undefined, options, io);
  } finally {
    await closeReaders(readers);
  }
}

/** Reads the clusters and says what is to be known of their links. */
async function planned(
  { sources, targets }: LinkRequest,
  opened: readonly Readable[],
  options: LinkOptions,
  io: Io,
): Promise<Links> {
  const addresses = addressesOf(options, targets);
  const clusters = await readLive(opened, [...TARGET_FACTS, ...SOURCE_FACTS], options, io);
  const namespaces = new Map(opened.map(({ context, namespace }) => [context, namespace]));
  const { namespace, revision } = options;
  const plan = planLinks({
    clusters: new Map(clusters.map((cluster) => [cluster.ref.context, cluster] as const)),
    sources,
    targets,
    addresses,
    nodePort: options.preferredDataPlaneServiceType === "nodeport",
    namespaceOf: (context) => namespace ?? namespaces.get(context) ?? "default",
    ...defined({ namespace, revision }),
  });
  for (const text of plan.warnings) await warning(io, text);
  for (const text of plan.notes) await note(io, options, text);
  return plan;
}

async function generate(
  plan: Links,
  contexts: readonly string[],
  servedIn: (context: string) => string | undefined,
  options: LinkOptions,
  io: Io,
): Promise<number> {
  const problems = arranged(plan.problems, contexts);
  return problems.length > 0
    ? refuse(io, problems, "nothing was generated")
    : generateLinks(plan, servedIn, options, io);
}

async function applyLinks(
  { links, targets, problems }: Links,
  contexts: readonly string[],
  writers: Writers,
  options: LinkOptions,
  io: Io,
): Promise<number> {
  const judged = links.flatMap((link) => {
    const writer = writers.get(link.cluster.ref.context);
    if (!writer) return [];
    return [{ link, writer, namespace: options.namespace ?? writer.namespace }];
  });
  const obstacles = await unlessInterrupted(
    io.signal,
    Promise.all(judged.map((one) => obstaclesOf(one.link, one.writer, one.namespace))),
  );
  const wanted = judged.flatMap(({ link, writer, namespace }, index) =>
    obstacles[index]?.length === 0 ? wantedOf(link, writer, namespace) : [],
  );
  const order = targets.map(({ context }) => context);
  const code = await applyGateways(
    {
      // Those that lead to one target after the other, as the samples have it.
      wanted: wanted.toSorted(
        (one, other) => order.indexOf(one.target.name) - order.indexOf(other.target.name),
      ),
      problems: [...problems, ...obstacles.flat()],
      contexts,
      line: ({ ref, manifest, target }, how) =>
        `Gateway ${gatewayName(manifest)} ${how} cluster "${ref.context}" pointing to cluster "${target.name}" (network "${target.network}")`,
    },
    options,
    io,
  );
  if (code !== 0 || options.dryRun) return code;
  const ended =
    options.wait === undefined ? 0 : await awaitGateways(wanted, LINKED, options.wait, options, io);
  const [first] = links;
  if (ended === 0 && first) {
    const command = mc(first.cluster.ref, `check --contexts ${contexts.map(quote).join(",")}`);
    await note(io, options, `next, see whether the links work: ${command}`);
  }
  return ended;
}

async function obstaclesOf(
  { cluster, source, gateways }: SourceLinks,
  writer: WritableCluster,
  namespace: string,
): Promise<Problem[]> {
  const present = new Set(source.existing.map(({ name }) => name));
  const creates = gateways.some(({ manifest }) => !present.has(manifest.metadata.name));
  const className = CLASS_REMOTE;
  return [
    ...(await writeProblems(cluster, writer, { namespace, className, creates })),
    ...unacceptedClass(cluster, className),
  ];
}

function wantedOf(
  { cluster, gateways }: SourceLinks,
  writer: WritableCluster,
  namespace: string,
): Wanted[] {
  return gateways.map(({ target, manifest }) => ({
    ref: cluster.ref,
    writer,
    manifest: withNamespace(manifest, namespace),
    target: { name: target.context, network: target.network },
  }));
}
