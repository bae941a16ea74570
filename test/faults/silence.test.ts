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
import { withTimeEnough } from "../support/time-enough.ts";

const CAUSE = /no answer within /;

const SILENCES: readonly (readonly [name: string, fault: Fault])[] = [
  ["no answer at all", { kind: "hang" }],
  ["an answer of a byte a second", { kind: "trickle", ms: 1000, bytes: 1 }],
];

const STRIKES: readonly Struck[] = [EVERYTHING, ...REQUESTS];
interface SilentCase {
  name: string;
  struck: Struck;
  fault: Fault;
}

const CASES: readonly SilentCase[] = SILENCES.flatMap(
  ([name, fault]) => STRIKES.map((struck) => ({ name, struck, fault })),
  // A connection that is taken over has no body that could come slowly.
).filter(({ struck, fault }) => struck.name !== "pods/portforward" || fault.kind === "hang");

let healthy: Outcome;
const outcomes = new Map<SilentCase, Outcome>();

function expectOnlySilence(one: SilentCase): void {
  const outcome = outcomes.get(one) as Outcome;
  if (one.struck === EVERYTHING) {
    expectDown(outcome, CAUSE);
    expectOtherUnharmed(outcome, healthy);
  } else {
    expectErrors(outcome, healthy, one.struck, CAUSE);
  }
}

function isOnlySilence(one: SilentCase): boolean {
  try {
    expectOnlySilence(one);
    return true;
  } catch {
    return false;
  }
}

beforeAll(async () => {
  let left = CASES;
  await withTimeEnough(async (timeout) => {
    const run = await runCases(left, { timeout, concurrency: 12 });
    healthy = run.healthy;
    for (const [index, one] of left.entries()) outcomes.set(one, run.outcomes[index] as Outcome);
    left = left.filter((one) => !isOnlySilence(one));
    if (left.length > 0) throw new Error(`not only silent: ${left.length}`);
  }).catch(() => {
    // Each test below says what is not as it should be.
  });
});

describe.each(SILENCES)("%s", (name) => {
  const cases = CASES.filter((one) => one.name === name);

  it.each(cases.map((one) => [one.struck.name, one] as const))("to: %s", (_request, one) => {
    expectOnlySilence(one);
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
    const run = async (timeout: string, ...names: string[]): Promise<Report> => {
      const { stdout } = await runMc(
        ["check", `--contexts=${names.join(",")}`, "-o", "json", `--timeout=${timeout}`],
        { env: { KUBECONFIG: kubeconfig } },
      );
      return JSON.parse(stdout) as Report;
    };
    const findings = ({ mesh }: Report): unknown =>
      mesh
        .find(({ id }) => id === "stale-workloads")
        ?.findings.filter(({ cluster }) => cluster !== "silent");
    const alone = findings(await run("10m", "cluster1", "cluster2"));
    await withTimeEnough(async (limit) => {
      expect(findings(await run(limit, ...contexts))).toEqual(alone);
    });
  } finally {
    await Promise.all(servers.map((server) => server.close()));
    rmSync(directory, { recursive: true, force: true });
  }
});
