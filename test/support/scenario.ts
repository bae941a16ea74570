import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { ClusterReader } from "../../src/model/reader.ts";
import type { Report, Result } from "../../src/model/report.ts";
import { loadKubeconfig } from "../../src/readers/kubeconfig/index.ts";
import { openCluster } from "../../src/readers/live.ts";
import { openRecordings } from "../../src/readers/recordings.ts";
import { type ApiServer, type ApiServerOptions, startApiServer } from "./apiserver.ts";
import { writeKubeconfig } from "./kubeconfig.ts";
import { PLENTY } from "./time-enough.ts";

const FIXTURES = resolve(import.meta.dirname, "../../fixtures");

export const ALL_SCENARIOS: readonly string[] = readdirSync(FIXTURES).toSorted();

/**
 * Those that differ in kind. Healthy meshes of single versions have little that these have not: goldens
 * hold what is said of them.
 */
export const SCENARIO_NAMES: readonly string[] = ALL_SCENARIOS.filter(
  (name) => !/^healthy-\d/.test(name),
);

/** The directories of the clusters of a scenario. */
export function clusterDirectories(scenario: string): string[] {
  const root = join(FIXTURES, scenario);
  return readdirSync(root)
    .toSorted()
    .map((name) => join(root, name));
}

interface Snapshot {
  context: string;
  time: string;
}

function snapshotOf(directory: string): Snapshot {
  return JSON.parse(readFileSync(join(directory, "snapshot.json"), "utf8")) as Snapshot;
}

/** Readers of the recorded directories. */
export async function recordedClusters(scenario: string): Promise<ClusterReader[]> {
  return (await Promise.all(clusterDirectories(scenario).map((one) => openRecordings(one)))).flat();
}

export interface LiveScenario {
  servers: ApiServer[];
  readers: ClusterReader[];
  kubeconfig: string;
  close(): Promise<void>;
}

/** The same clusters behind API servers, read at the time at which they were recorded. */
export async function liveClusters(
  scenario: string,
  options: Partial<ApiServerOptions> = {},
): Promise<LiveScenario> {
  const directory = mkdtempSync(join(tmpdir(), "mc-scenario-"));
  const recorded = clusterDirectories(scenario);
  const servers = await Promise.all(
    recorded.map((one) => startApiServer({ directory: one, ...options })),
  );
  const snapshots = recorded.map(snapshotOf);
  const [first, ...others] = servers.map((server, index) =>
    server.kubeconfig({ context: snapshots[index]?.context ?? "", dir: directory }),
  );
  if (!first) throw new Error(`scenario ${scenario} has no clusters`);
  const kubeconfig = writeKubeconfig(join(directory, "kubeconfig"), [first, ...others]);
  const config = loadKubeconfig({ kubeconfig, env: {} });
  const readers = snapshots.map(({ context, time }) => {
    const reader: ClusterReader = openCluster(config, context, { timeoutMs: PLENTY });
    reader.now = () => Date.parse(time);
    return reader;
  });
  return {
    servers,
    readers,
    kubeconfig,
    close: async () => {
      await Promise.all(readers.map((reader) => reader.close()));
      await Promise.all(servers.map((server) => server.close()));
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A report without what differs from run to run, and from a live cluster to its recording. */
export function timeless(report: Report): unknown {
  const still = (result: Result): unknown => ({ ...result, durationMs: 0 });
  return {
    ...report,
    startedAt: "",
    durationMs: 0,
    clusters: report.clusters.map(({ recordedAt: _recordedAt, ...cluster }) => ({
      ...cluster,
      checks: cluster.checks.map(still),
    })),
    mesh: report.mesh.map(still),
  };
}
