import { gatewayName, type Wanted } from "../gateway/apply.ts";
import { EAST_WEST_NAME, eastWestGateway } from "../gateway/eastwest.ts";
import { localityOf } from "../gateway/locality.ts";
import { type Locality, toYaml } from "../gateway/manifest.ts";
import { SOURCE_FACTS, writeProblems } from "../gateway/preconditions.ts";
import { factOf, type Problem, problem } from "../gateway/problem.ts";
import { noNetwork } from "../gateway/target.ts";
import { isOurs } from "../gateway/unlink.ts";
import { isExposed } from "../gateway/wait.ts";
import { UsageError } from "../model/errors.ts";
import { applyGateways } from "./apply-gateways.ts";
import { awaitGateways } from "./await-gateways.ts";
import type { ExposeOptions } from "./expose.ts";
import { type Io, unlessInterrupted } from "./io.ts";
import { type LiveCluster, openLive, readLive } from "./live-clusters.ts";
import { closeReaders } from "./readers.ts";
import { note, refuse } from "./say.ts";

const CLASS = "istio-eastwest";

/** `mc expose`: resolves with the exit code. */
export async function runExpose(options: ExposeOptions, io: Io): Promise<number> {
  validate(options);
  const contexts = options.context === undefined ? [] : [options.context];
  const writers = await openLive(contexts, options, io);
  try {
    const clusters = await readLive(writers, [...SOURCE_FACTS, "nodes"], options, io);
    const [cluster] = clusters.values();
    if (!cluster) throw new UsageError("no context was opened");
    return await expose(cluster, options, io);
  } finally {
    await closeReaders(writers);
  }
}

function validate(options: ExposeOptions): void {
  if (options.zone !== undefined && options.region === undefined) {
    throw new UsageError("--zone needs --region");
  }
  for (const [flag, given] of [
    ["--wait", options.wait],
    ["--dry-run", options.dryRun],
    ["--diff", options.diff],
  ] as const) {
    if (given && options.generate) {
      throw new UsageError(`${flag} does not go with --generate, which applies nothing`);
    }
  }
  if (options.dryRun && options.wait) throw new UsageError("--wait does not go with --dry-run");
}

async function expose(cluster: LiveCluster, options: ExposeOptions, io: Io): Promise<number> {
  const { gathered, writer } = cluster;
  const { ref } = gathered;
  const problems = readProblems(cluster, options);
  if (problems.length > 0 || !ref.network) {
    const all = problems.length > 0 ? problems : [noNetwork(ref)];
    const consequence = options.generate ? "nothing was generated" : "nothing was applied";
    return refuse(io, all, consequence);
  }
  const locality = await localityFor(cluster, options, io);
  const nodePort = options.dataPlaneServiceType === "nodeport";
  const request = {
    network: ref.network,
    nodePort,
    ...(ref.id === undefined ? {} : { clusterId: ref.id }),
    ...locality,
  };
  await noteOthers(cluster, options, io);
  if (options.generate) {
    const { namespace } = options;
    const manifest = eastWestGateway({ ...request, ...(namespace ? { namespace } : {}) });
    await io.stdout.write(toYaml(manifest));
    return 0;
  }
  const namespace = options.namespace ?? writer.namespace;
  const manifest = eastWestGateway({ ...request, namespace });
  const wanted: Wanted = {
    ref,
    writer,
    manifest: { ...manifest, metadata: { ...manifest.metadata, namespace } },
    target: { name: ref.context, network: ref.network },
  };
  const refused = await unlessInterrupted(
    io.signal,
    writeProblems(gathered, writer, namespace, CLASS),
  );
  const code = await applyGateways(
    [wanted],
    refused,
    ({ target }, how) =>
      `Gateway ${gatewayName(wanted.manifest)} ${how} cluster "${ref.context}" (network "${target.network}")`,
    options,
    io,
  );
  if (code !== 0 || options.wait === undefined || options.dryRun) return code;
  return awaitGateways([wanted], isExposed, "programmed", options.wait, options, io);
}

/** What must be known to write the Gateway at all. */
function readProblems({ gathered }: LiveCluster, options: ExposeOptions): Problem[] {
  const { ref, facts } = gathered;
  const connection = factOf(gathered, "connection");
  if ("missing" in connection) {
    return [problem(ref, `cannot be reached: ${connection.missing.detail}`)];
  }
  const { istiods, namespaces } = facts;
  const problems: Problem[] = [];
  if (istiods && !istiods.ok) {
    problems.push(problem(ref, `its istiod could not be read: ${istiods.detail}`));
  } else if (istiods?.ok && options.revision !== undefined && istiods.value.judged.length === 0) {
    const revisions = istiods.value.others.map(({ revision }) => revision);
    problems.push(
      problem(
        ref,
        `no istiod of revision ${options.revision}; there are ${revisions.join(", ") || "none"}`,
      ),
    );
  }
  if (namespaces && !namespaces.ok) {
    problems.push(problem(ref, `its namespaces could not be read: ${namespaces.detail}`));
  } else if (!ref.network) {
    problems.push(noNetwork(ref));
  }
  return problems;
}

async function localityFor(
  { gathered }: LiveCluster,
  options: ExposeOptions,
  io: Io,
): Promise<Locality> {
  const { region, zone } = options;
  if (region !== undefined) return { region, ...(zone === undefined ? {} : { zone }) };
  const nodes = factOf(gathered, "nodes");
  if ("missing" in nodes) {
    await note(
      io,
      options,
      `region and zone left out: nodes could not be read: ${nodes.missing.detail}`,
    );
    return {};
  }
  const { notes, ...locality } = localityOf(nodes.value);
  for (const text of notes) await note(io, options, text);
  return locality;
}

/** Gateways that are there already and are not ours to change unasked. */
async function noteOthers(
  { gathered, writer }: LiveCluster,
  options: ExposeOptions,
  io: Io,
): Promise<void> {
  const { gateways } = gathered.facts;
  if (!gateways?.ok) return;
  const namespace = options.namespace ?? writer.namespace;
  for (const gateway of gateways.value.eastWest) {
    const same = gateway.namespace === namespace && gateway.name === EAST_WEST_NAME;
    const managers = gateway.managers.join(", ") || "nobody in particular";
    if (same && !isOurs(gateway)) {
      await note(
        io,
        options,
        `Gateway ${namespace}/${gateway.name} exists and is managed by ${managers}`,
      );
    } else if (!same) {
      await note(
        io,
        options,
        `the cluster has another east-west Gateway, ${gateway.namespace}/${gateway.name}, managed by ${managers}`,
      );
    }
  }
}
