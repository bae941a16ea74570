import { defined } from "../../lib/defined.ts";
import { clusterName } from "../../gateway/cluster-id.ts";
import { eastWestGateway, type EastWestRequest } from "../../gateway/eastwest.ts";
import { refusedByHelm } from "../../gateway/helm-owner.ts";
import { eastWestValues } from "../../gateway/helm-values.ts";
import { chartNotes, helmWarnings } from "../shared/helm-chart.ts";
import { CLASS_EAST_WEST, EAST_WEST_NAME } from "../../mesh/names.ts";
import { localityOf } from "../../gateway/locality.ts";
import { networkProblems } from "../../gateway/network.ts";
import { GATEWAYS, gatewayName, type Wanted, withNamespace } from "../../gateway/plan.ts";
import { SOURCE_FACTS, unacceptedClass, writeProblems } from "../../gateway/preconditions.ts";
import { factOf, type Problem, problem, read } from "../../gateway/problem.ts";
import { isOurs, managersOf } from "../../gateway/unlink.ts";
import { EXPOSED } from "../../gateway/wait.ts";
import { toYaml } from "../../gateway/yaml.ts";
import type { Locality } from "../../gateway/manifest.ts";
import { contextWord, mc, quote, UNKNOWN_CONTEXT } from "../../mesh/commands/shell.ts";
import { enumerate, qualified } from "../../mesh/wording.ts";
import { narrowedList } from "../../facts/narrowed.ts";
import type { GatheredCluster, WritableCluster } from "../../model/cluster.ts";
import { UsageError } from "../../model/errors.ts";
import { RESOURCES } from "../../model/resource.ts";
import { applyGateways } from "../shared/apply-gateways.ts";
import { awaitGateways } from "../shared/await-gateways.ts";
import type { ExposeOptions } from "./flags.ts";
import { checkApplyOptions } from "../shared/gateway-options.ts";
import { type Io, unlessInterrupted } from "../shared/io.ts";
import { openLive, readLive } from "../shared/live-clusters.ts";
import { closeReaders } from "../shared/readers.ts";
import { note, refuse, warning } from "../shared/say.ts";

/** `mc expose`: resolves with the exit code. */
export async function runExpose(options: ExposeOptions, io: Io): Promise<number> {
  if (options.zone !== undefined && options.region === undefined) {
    throw new UsageError("--zone needs --region");
  }
  checkApplyOptions(options);
  if (options.format === "helm-values" && !options.generate) {
    throw new UsageError("--format helm-values goes with --generate");
  }
  const { context } = options;
  const writers = await openLive(context === undefined ? [] : [context], options, io);
  try {
    const [cluster] = await readLive(writers, [...SOURCE_FACTS, "nodes"], options, io);
    const [writer] = writers;
    if (!cluster || !writer) throw new UsageError("no context was opened");
    return await expose(cluster, writer, options, io);
  } finally {
    await closeReaders(writers);
  }
}

async function expose(
  cluster: GatheredCluster,
  writer: WritableCluster,
  options: ExposeOptions,
  io: Io,
): Promise<number> {
  const namespace = options.namespace ?? writer.namespace;
  const described = await describe(cluster, options, io);
  if (options.generate) {
    if ("problems" in described) {
      return refuse(io, described.problems, "nothing was generated");
    }
    await noteOthers(cluster, namespace, options, io);
    if (options.format === "helm-values") {
      await io.stdout.write(toYaml(eastWestValues(described.request)));
      const eastWest = cluster.facts.gateways?.ok ? cluster.facts.gateways.value.eastWest : [];
      const here = eastWest.filter((one) => one.namespace === namespace);
      await chartNotes([cluster.ref], options, io);
      await helmWarnings(refusedByHelm(cluster.ref, new Set([EAST_WEST_NAME]), here), io);
      return 0;
    }
    await io.stdout.write(
      toYaml({
        ...eastWestGateway(described.request),
        apiVersion: writer.apiVersion(GATEWAYS),
      }),
    );
    return 0;
  }
  const { ref } = cluster;
  const manifest = "request" in described ? eastWestGateway(described.request) : undefined;
  const obstacles = await unlessInterrupted(
    io.signal,
    writeProblems(cluster, writer, {
      namespace,
      className: CLASS_EAST_WEST,
      creates: !existing(cluster, namespace),
    }),
  );
  for (const { message } of unacceptedClass(cluster, CLASS_EAST_WEST)) {
    await warning(io, `${ref.context}: ${message}`);
  }
  const beside = besideAnother(cluster, namespace, options);
  if (beside.length === 0) await noteOthers(cluster, namespace, options, io);
  const wanted: Wanted[] =
    manifest && obstacles.length + beside.length === 0
      ? [
          {
            ref,
            writer,
            manifest: withNamespace(manifest, namespace),
            target: { name: ref.context, network: ref.network ?? "" },
          },
        ]
      : [];
  const code = await applyGateways(
    {
      wanted,
      problems: [...("problems" in described ? described.problems : []), ...obstacles, ...beside],
      contexts: [ref.context],
      line: (planned, how) =>
        `Gateway ${gatewayName(planned.manifest)} ${how} cluster "${ref.context}" (network "${planned.target.network}")`,
    },
    options,
    io,
  );
  if (code !== 0 || options.dryRun) return code;
  const ended =
    options.wait === undefined
      ? 0
      : await awaitGateways(wanted, EXPOSED, options.wait, options, io);
  if (ended === 0) {
    const contexts = `${contextWord(ref)},${UNKNOWN_CONTEXT}`;
    const command = mc(ref, `check --precheck --contexts ${contexts}`);
    await note(io, options, `next, see whether it can be linked to another cluster: ${command}`);
  }
  return ended;
}

/** What the Gateway is to say, or what stands against knowing it. */
async function describe(
  cluster: GatheredCluster,
  options: ExposeOptions,
  io: Io,
): Promise<{ request: EastWestRequest } | { problems: Problem[] }> {
  const problems: Problem[] = [];
  if (!read(cluster, "connection", problems)) return { problems };
  problems.push(...networkProblems(cluster));
  const name = clusterName(cluster, undefined, options.revision);
  if ("message" in name) problems.push(name);
  const { network } = cluster.ref;
  if ("message" in name || problems.length > 0 || network === undefined) return { problems };
  for (const text of name.notes) await note(io, options, text);
  const locality = await localityFor(cluster, options, io);
  const { namespace } = options;
  return {
    request: {
      network,
      nodePort: options.dataPlaneServiceType === "nodeport",
      ...defined({ clusterId: name.id, namespace }),
      ...locality,
    },
  };
}

async function localityFor(
  cluster: GatheredCluster,
  options: ExposeOptions,
  io: Io,
): Promise<Locality> {
  const { region, zone } = options;
  if (region !== undefined) return { region, ...defined({ zone }) };
  const nodes = factOf(cluster, "nodes");
  const { context } = cluster.ref;
  if ("missing" in nodes) {
    const { detail } = nodes.missing;
    const text = `nodes could not be read (${detail}): region and zone left out; --region and --zone set them`;
    await note(io, options, `${context}: ${text}`);
    return {};
  }
  const { notes, ...locality } = localityOf(nodes.value);
  for (const text of notes) await note(io, options, `${context}: ${text}`);
  return locality;
}

/** Another namespace has the east-west Gateway already: a second one is made only where told. */
function besideAnother(cluster: GatheredCluster, where: string, options: ExposeOptions): Problem[] {
  const { ref, facts } = cluster;
  if (options.namespace !== undefined || !facts.gateways?.ok) return [];
  const { eastWest } = facts.gateways.value;
  if (eastWest.some(({ namespace }) => namespace === where)) return [];
  const [other] = eastWest;
  const here = mc(ref, `expose --context ${contextWord(ref)} -n ${quote(where)}`);
  if (!other) {
    const narrowed = narrowedList(cluster, RESOURCES.gateways);
    if (!narrowed) return [];
    const message = `may have an east-west Gateway already: only namespaces ${enumerate(narrowed.namespaces)} could be read for Gateways; say by -n where it belongs`;
    return [problem(ref, message, here)];
  }
  return [
    problem(
      ref,
      `has an east-west Gateway already, ${qualified(other)}: say by -n whether it is that one, or one more in namespace ${where}`,
      mc(ref, `expose --context ${contextWord(ref)} -n ${quote(other.namespace)}`),
      here,
    ),
  ];
}

function existing({ facts }: GatheredCluster, where: string): boolean {
  const eastWest = facts.gateways?.ok ? facts.gateways.value.eastWest : [];
  return eastWest.some(({ namespace, name }) => namespace === where && name === EAST_WEST_NAME);
}

/** Gateways that are there already and are not ours to change unasked. */
async function noteOthers(
  cluster: GatheredCluster,
  where: string,
  options: ExposeOptions,
  io: Io,
): Promise<void> {
  const { ref, facts } = cluster;
  const narrowed = narrowedList(cluster, RESOURCES.gateways);
  if (narrowed && !existing(cluster, where)) {
    const text = `there may be another east-west Gateway: only namespaces ${enumerate(narrowed.namespaces)} could be read for Gateways`;
    await note(io, options, `${ref.context}: ${text}`);
  }
  for (const gateway of facts.gateways?.ok ? facts.gateways.value.eastWest : []) {
    const same = gateway.namespace === where && gateway.name === EAST_WEST_NAME;
    if (same && isOurs(gateway)) continue;
    const which = same ? "this" : "another";
    const text = `has ${which} east-west Gateway already: ${qualified(gateway)}, managed by ${managersOf(gateway)}`;
    await note(io, options, `${ref.context}: ${text}`);
  }
}
