import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { Report } from "../../src/model/report.ts";
import { type Fault, startApiServer } from "../support/apiserver.ts";
import { runMc } from "../support/cli.ts";
import { expectDown, expectErrors, expectOtherUnharmed } from "../support/faulty-report.ts";
import { EVERYTHING, type Outcome, REQUESTS, runCases, type Struck } from "../support/faulty.ts";
import { writeKubeconfig } from "../support/kubeconfig.ts";
import { clusterDirectories } from "../support/scenario.ts";

/** Long enough for what is answered, on a busy machine. */
const TIMEOUT = "10s";
const CAUSE = /no answer within 10s/;

const SILENCES: readonly (readonly [name: string, fault: Fault])[] = [
  ["no answer at all", { kind: "hang" }],
  ["an answer of a byte a second", { kind: "trickle", ms: 1000, bytes: 1 }],
];

const STRIKES: readonly Struck[] = [EVERYTHING, ...REQUESTS];
const CASES = SILENCES.flatMap(([name, fault]) =>
  STRIKES.map((struck) => ({ name, struck, fault })),
).filter(({ struck, fault }) => struck.name !== "pods/portforward" || fault.kind === "hang");

const requestsOf = (silence: string): (readonly [string, Struck])[] =>
  CASES.filter(({ name, struck }) => name === silence && struck !== EVERYTHING).map(
    ({ struck }) => [struck.name, struck],
  );

let healthy: Outcome;
let outcomes: Outcome[];

beforeAll(async () => {
  ({ healthy, outcomes } = await runCases(CASES, { timeout: TIMEOUT, concurrency: 25 }));
}, 100_000);

describe.each(SILENCES)("%s", (name) => {
  const outcomeOf = (struck: Struck): Outcome =>
    outcomes[CASES.findIndex((one) => one.name === name && one.struck === struck)] as Outcome;

  it("to every request: the cluster is down, said once", () => {
    expectDown(outcomeOf(EVERYTHING), CAUSE);
    expectOtherUnharmed(outcomeOf(EVERYTHING), healthy);
  });

  it.each(requestsOf(name))("to: %s", (_request, struck) => {
    expectErrors(outcomeOf(struck), healthy, struck, CAUSE);
  });
});

it("a cluster that is silent costs those that share a flat network nothing", async () => {
  const directory = mkdtempSync(join(tmpdir(), "mc-silence-"));
  const [one = "", two = ""] = clusterDirectories("flat-network");
  const servers = await Promise.all([
    startApiServer({ faults: [{ kind: "hang" }] }),
    startApiServer({ directory: one }),
    startApiServer({ directory: two }),
  ]);
  try {
    const contexts = ["silent", "cluster1", "cluster2"];
    const [first, ...others] = servers.map((server, index) =>
      server.kubeconfig({ context: contexts[index] ?? "", dir: directory }),
    );
    if (!first) throw new Error("no servers");
    const kubeconfig = writeKubeconfig(join(directory, "config"), [first, ...others]);
    const run = async (...names: string[]): Promise<Report> => {
      const { stdout } = await runMc(
        ["check", `--contexts=${names.join(",")}`, "-o", "json", "--timeout=2s"],
        { env: { KUBECONFIG: kubeconfig } },
      );
      return JSON.parse(stdout) as Report;
    };
    const findings = ({ mesh }: Report): unknown =>
      mesh
        .find(({ id }) => id === "stale-workloads")
        ?.findings.filter(({ cluster }) => cluster !== "silent");
    expect(findings(await run(...contexts))).toEqual(findings(await run("cluster1", "cluster2")));
  } finally {
    await Promise.all(servers.map((server) => server.close()));
    rmSync(directory, { recursive: true, force: true });
  }
});
