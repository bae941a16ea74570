import type { Hop, Trace } from "../../src/mesh/hops/hop.ts";
import { type TraceRequest, traceAll } from "../../src/cli/trace/traces.ts";
import type { Io, Output } from "../../src/cli/shared/io.ts";
import { pause } from "../../src/cli/shared/pause.ts";
import { readServiceMesh } from "../../src/cli/shared/service-mesh.ts";
import { SERVICE_FACTS } from "../../src/engine/service-facts.ts";
import { type ServicesOverview, servicesOverview } from "../../src/mesh/hops/overview.ts";
import { type Change, globalServices } from "./global-services.ts";
import { PLENTY } from "./time-enough.ts";
import type { MemoryReader } from "./source.ts";

const silent: Output = {
  write: () => Promise.resolve(),
  isGone: false,
  isTTY: false,
  columns: undefined,
};

/** A world outside that hears nothing. */
const SILENT: Io = {
  stdout: silent,
  stderr: silent,
  env: {},
  signal: new AbortController().signal,
  clock: { now: () => 0, pause },
  cwd: "/",
  program: "mc",
};

const OPTIONS = { timeout: PLENTY, concurrency: 4, color: false };

export type Asked = Partial<Omit<TraceRequest, "service">> & { service?: string };

/** The traces of a service (`bookinfo/reviews`) among clusters. */
export async function tracesAmong(
  readers: readonly MemoryReader[],
  { service = "bookinfo/reviews", ...rest }: Asked = {},
): Promise<Trace[]> {
  const [namespace = "", name = ""] = service.split("/");
  const request = { service: { namespace, name }, ...rest };
  return (await traceAll(readers, request, OPTIONS, SILENT)).traces;
}

/** What `mc services` finds of clusters. */
export async function overviewAmong(readers: readonly MemoryReader[]): Promise<ServicesOverview> {
  const settings = { servicePods: "shared" } as const;
  const read = await readServiceMesh(readers, SERVICE_FACTS, settings, OPTIONS, SILENT);
  return servicesOverview(read.mesh);
}

/** From cluster1 to cluster2, in the scenario as it is changed. */
export async function trace(asked: Asked, ...changes: Change[]): Promise<Trace> {
  const readers = await globalServices(...changes);
  const [found] = await tracesAmong(readers, { from: "cluster1", to: "cluster2", ...asked });
  if (!found) throw new Error("nothing was traced");
  return found;
}

/** The hop where the path ends, as one line. */
export function endOf({ verdict, hops }: Trace): string {
  const end = hops.find(({ state }) => ["broken", "design", "unknown"].includes(state));
  return end ? `${verdict}: ${end.text}` : verdict;
}

export function hopOf({ hops }: Trace, number: number): Hop {
  const hop = hops[number - 1];
  if (!hop) throw new Error(`there is no hop ${number}`);
  return hop;
}
