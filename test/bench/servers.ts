import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startApiServer, type ApiServerOptions } from "../support/apiserver.ts";
import { writeKubeconfig } from "../support/kubeconfig.ts";
import type { ClusterFixture } from "../support/mesh/cluster.ts";

/** An API server by what its context is called. */
export type Contents = ReadonlyMap<string, ApiServerOptions>;

export function contentsOf(clusters: readonly ClusterFixture[]): Contents {
  return new Map(clusters.map(({ spec, objects, debug }) => [spec.context, { objects, debug }]));
}

export interface Served {
  kubeconfig: string;
  /** Certificates of all servers. */
  caFile: string;
  contexts: string[];
  servers: ReadonlyMap<string, { url: string; token: string }>;
  /** `check` of all contexts. */
  check: string[];
}

/** Serves clusters for the time of some work, each answer later by the latency. */
export async function serving<R>(
  contents: Contents,
  latencyMs: number,
  work: (served: Served) => Promise<R>,
): Promise<R> {
  const directory = mkdtempSync(join(tmpdir(), "mc-bench-"));
  const started = await Promise.all(
    [...contents].map(async ([context, options]) => ({
      context,
      server: await startApiServer({ ...options, latencyMs }),
    })),
  );
  try {
    const [first, ...others] = started.map(({ context, server }) =>
      server.kubeconfig({ context, dir: directory }),
    );
    if (!first) throw new Error("no server was started");
    const kubeconfig = writeKubeconfig(join(directory, "kubeconfig"), [first, ...others]);
    const caFile = join(directory, "ca.pem");
    writeFileSync(caFile, started.map(({ server }) => server.caPem).join("\n"));
    const contexts = started.map(({ context }) => context);
    return await work({
      kubeconfig,
      caFile,
      contexts,
      servers: new Map(
        started.map(({ context, server }) => [context, { url: server.url, token: server.token() }]),
      ),
      check: ["check", "--kubeconfig", kubeconfig, `--contexts=${contexts.join(",")}`],
    });
  } finally {
    await Promise.all(started.map(({ server }) => server.close()));
    rmSync(directory, { recursive: true });
  }
}
