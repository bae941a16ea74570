import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pLimit from "p-limit";
import { FACT_ACCESS } from "../../src/facts/access.ts";
import type { Report } from "../../src/model/report.ts";
import { type ApiServer, type Fault, startApiServer } from "./apiserver.ts";
import type { FaultMatch } from "./apiserver/types.ts";
import { type RunResult, runMc } from "./cli.ts";
import { writeKubeconfig } from "./kubeconfig.ts";
import { clusterDirectories } from "./scenario.ts";

/*
 * Runs of `mc check` on two healthy clusters where something is wrong with the requests to the
 * first one. All cases share two API servers: a case is a user of its own, whom its fault strikes.
 */

/** Which requests are struck. */
export interface Struck {
  name: string;
  match: FaultMatch;
}

const listed = (resource: string): Struck => ({ name: resource, match: { resource } });

export const EVERYTHING: Struck = { name: "every request", match: {} };
/** Each kind of request that a run makes, by itself. */
export const REQUESTS: readonly Struck[] = [
  { name: "version", match: { path: "/version" } },
  listed("selfsubjectreviews"),
  ...[
    ...new Set(
      Object.values(FACT_ACCESS)
        .flat()
        .map(({ resource }) => resource)
        // Asked for on OpenShift only.
        .filter((resource) => resource !== "networks"),
    ),
  ].map(listed),
];

export interface FaultCase {
  struck: Struck;
  fault: Fault;
  /** Further arguments of `mc check`. */
  args?: readonly string[];
}

export interface Outcome extends RunResult {
  report: Report;
}

interface Setting {
  servers: ApiServer[];
  directory: string;
}

async function start(cases: readonly FaultCase[]): Promise<Setting> {
  const [first = "", second = ""] = clusterDirectories("healthy");
  const users = ["healthy", ...cases.keys()].map((name) => ({
    name: `user-${name}`,
    groups: ["system:masters"],
  }));
  const faults = cases.map(({ struck, fault }, index) => ({
    ...fault,
    match: { ...struck.match, user: `user-${index}` },
  }));
  const servers = await Promise.all([
    // A real istiod answers its debug endpoints to nobody who comes by pods/proxy.
    startApiServer({ directory: first, users, faults, proxyDebugStatus: 401 }),
    startApiServer({ directory: second }),
  ]);
  return { servers, directory: mkdtempSync(join(tmpdir(), "mc-faults-")) };
}

/** Whatever is written is read again by people and machines: no stack, nothing but lines. */
export function checkWords({ stderr }: RunResult, report: Report): void {
  for (const text of [stderr, JSON.stringify(report)]) {
    if (/\bat \S+ \(|\bat file:|node:internal|undefined/.test(text)) {
      throw new Error(`a stack trace or undefined: ${text.slice(0, 2000)}`);
    }
  }
}

const PLAIN = { "disable-compression": true };

/** Runs all cases, some at the same time, and one in which nothing is wrong. */
export async function runCases(
  cases: readonly FaultCase[],
  { timeout = "10m", concurrency = 8, compress = true } = {},
): Promise<{ healthy: Outcome; outcomes: Outcome[] }> {
  const { servers, directory } = await start(cases);
  const [faulty, other] = servers as [ApiServer, ApiServer];
  const limit = pLimit(concurrency);
  const runAs = (user: string, args: readonly string[] = []): Promise<Outcome> =>
    limit(async () => {
      const config = faulty.kubeconfig({ context: "cluster1", user, dir: directory });
      if (!compress) Object.assign(config.clusters[0]?.cluster ?? {}, PLAIN);
      const kubeconfig = writeKubeconfig(join(directory, user), [
        config,
        other.kubeconfig({ context: "cluster2", dir: directory }),
      ]);
      const result = await runMc(
        ["check", "--contexts=cluster1,cluster2", "-o", "json", "--timeout", timeout, ...args],
        { env: { KUBECONFIG: kubeconfig } },
      );
      const report = JSON.parse(result.stdout) as Report;
      checkWords(result, report);
      return { ...result, report };
    });
  try {
    const healthy = await runAs("user-healthy");
    const outcomes = await Promise.all(
      cases.map(({ args }, index) => runAs(`user-${index}`, args)),
    );
    return { healthy, outcomes };
  } finally {
    await Promise.all(servers.map((server) => server.close()));
    rmSync(directory, { recursive: true, force: true });
  }
}
