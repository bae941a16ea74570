import { DEEP_FACTS, TRACE_FACTS } from "../../engine/service-facts.ts";
import type { Client } from "../../mesh/hops/client.ts";
import type { Trace, TraceInput } from "../../mesh/hops/hop.ts";
import type { ServiceMesh } from "../../mesh/hops/mesh.ts";
import { pathOf } from "../../mesh/hops/path.ts";
import type { Side } from "../../mesh/hops/side.ts";
import { inOrder, traceOf } from "../../mesh/hops/trace.ts";
import type { GatheredCluster } from "../../model/cluster.ts";
import { OperationError, UsageError } from "../../model/errors.ts";
import { missing, valueOr } from "../../model/gathered.ts";
import type { ClusterReader } from "../../model/reader.ts";
import type { Io } from "../shared/io.ts";
import {
  readServiceMesh,
  type ReadServiceMesh,
  type ServiceMeshOptions,
  type UnreadCluster,
} from "../shared/service-mesh.ts";

/** What is to be traced. */
export interface TraceRequest {
  service: { namespace: string; name: string };
  client?: Client;
  /** Contexts or CLUSTER_IDs. */
  from?: string;
  to?: string;
  port?: number;
  deep?: boolean;
}

/** The clusters that a flag names, or all. */
function sidesOf(
  { mesh, unread }: ReadServiceMesh,
  flag: "--from" | "--to",
  named: string | undefined,
): readonly Side[] {
  if (named === undefined) return mesh.sides;
  const side = mesh.sides.find(({ cluster }) => cluster.context === named || cluster.id === named);
  if (side) return [side];
  const lost = unread.find(({ context }) => context === named);
  if (lost) throw new OperationError(`${named} could not be read: ${lost.cause.detail}`);
  const known = mesh.sides.map(({ cluster }) => cluster.context).join(", ");
  throw new UsageError(`${flag} ${named} is no cluster of this run; there are ${known || "none"}`);
}

function inputOf(
  clusters: readonly GatheredCluster[],
  from: Side,
  to: Side,
  { port, client }: TraceRequest,
): TraceInput {
  const factsOf = ({ cluster }: Side): GatheredCluster["facts"] =>
    clusters.find(({ ref }) => ref === cluster)?.facts ?? {};
  const [here, there] = [factsOf(from), factsOf(to)];
  const notRead = missing("not-recorded", "not read");
  return {
    clientFacts: {
      ztunnelPods: here.ztunnelPods ?? notRead,
      cniConfigs: here.cniConfigs ?? notRead,
    },
    policies: there.policies ?? notRead,
    dataPlane: {
      istiod: valueOr(here.istiodView, []),
      ztunnel: valueOr(here.ztunnelView, []),
    },
    ...(client ? { client } : {}),
    ...(port === undefined ? {} : { port }),
  };
}

/** The pairs to look at: those with pods at their end, unless the end is named. */
function pairsOf(read: ReadServiceMesh, key: string, { from, to }: TraceRequest): [Side, Side][] {
  const sources = sidesOf(read, "--from", from);
  const ends = sidesOf(read, "--to", to);
  const targets = to === undefined ? ends.filter(({ services }) => services.has(key)) : ends;
  return sources.flatMap((source) =>
    targets.flatMap((target): [Side, Side][] => (source === target ? [] : [[source, target]])),
  );
}

function nothingToTrace(mesh: ServiceMesh, key: string): OperationError {
  const contexts = mesh.sides.map(({ cluster }) => cluster.context);
  if (contexts.length < 2) {
    return new OperationError(
      `mc trace takes two clusters, of which ${contexts.length === 1 ? `only ${contexts[0]} was read` : "none was read"}: name them with --contexts a,b`,
    );
  }
  return new OperationError(`no cluster of ${contexts.join(", ")} has a Service ${key}`);
}

/**
 * Follows a service from every cluster to every other that has it, or between those that are named;
 * worst first.
 *
 * @throws UsageError for a cluster that is not in the run
 * @throws OperationError where there is nothing to follow
 */
export async function traceAll(
  readers: readonly ClusterReader[],
  request: TraceRequest,
  options: ServiceMeshOptions,
  io: Io,
): Promise<{ traces: Trace[]; unread: readonly UnreadCluster[] }> {
  const { service, client, deep } = request;
  const servicePods = [...new Set([service.namespace, ...(client ? [client.namespace] : [])])];
  const settings = { servicePods, ...(deep ? { views: client ? { client } : {} } : {}) };
  const keys = [...TRACE_FACTS, ...DEEP_FACTS];
  const read = await readServiceMesh(readers, keys, settings, options, io);
  const { mesh, clusters, unread } = read;
  const key = `${service.namespace}/${service.name}`;
  const pairs = pairsOf(read, key, request);
  if (pairs.length === 0) throw nothingToTrace(mesh, key);
  const traces = pairs.map(([from, to]) =>
    traceOf(pathOf(mesh, from, to, key), inputOf(clusters, from, to, request)),
  );
  return { traces: inOrder(traces), unread };
}
