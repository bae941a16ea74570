import { describe, expect, it } from "vitest";
import * as fc from "fast-check";
import { type Mutation, mutationsOf } from "./support/replay/mutations.ts";
import { settle } from "./support/replay/controllers.ts";
import { faultsOf, judge, named, type ReplayCluster, replayMesh } from "./support/replay/mesh.ts";
import { replay, type Replayed } from "./support/replay/replay.ts";
import { SCENARIO_NAMES } from "./support/scenario.ts";

/*
 * A remedy, carried out, mends its fault and makes no new one, or says that it is one step: every
 * remedy that the fixtures print, and those of faults that are made one by one.
 */

interface FaultReplayed extends Replayed {
  check: string;
}

const replayed = new Map<string, Promise<FaultReplayed[]>>();

/** All remedies of a scenario, each carried out by itself; once, however often it is asked for. */
function remediesOf(scenario: string, precheck: boolean): Promise<FaultReplayed[]> {
  const key = `${scenario} ${precheck}`;
  const before = replayed.get(key);
  if (before) return before;
  const made = replayAll(scenario, precheck);
  replayed.set(key, made);
  return made;
}

async function replayAll(scenario: string, precheck: boolean): Promise<FaultReplayed[]> {
  const mesh = replayMesh(scenario);
  const before = faultsOf(await judge(mesh, precheck));
  const done: FaultReplayed[] = [];
  for (const fault of before.filter(({ finding }) => !finding.blockedBy)) {
    done.push({ check: fault.check, ...(await replay(mesh, before, fault, precheck)) });
  }
  return done;
}

describe.each(SCENARIO_NAMES)("the remedies of %s", (scenario) => {
  it.each([false, true])("mend their faults and make none (precheck %s)", async (precheck) => {
    const all = await remediesOf(scenario, precheck);
    expect(all.flatMap(({ wrong }) => wrong)).toEqual([]);
  });
});

it("says what of the fixtures' remedies cannot be carried out, and why", async () => {
  const reasons = new Set<string>();
  for (const scenario of SCENARIO_NAMES) {
    for (const { check, cannot } of await remediesOf(scenario, false)) {
      for (const one of cannot) reasons.add(`${check}: ${one.split(": ")[0]}`);
    }
  }
  expect([...reasons].toSorted()).toEqual([
    "certs: needs certificates that only their CA can make",
    "cluster1/control-plane: needs a chart registry",
    "cluster1/license: needs a chart registry",
    "cluster1/service-conflicts: opens an editor",
    "cluster2/ztunnel-trust: needs a chart registry",
    "network: has a place to be filled in",
    "network: restarts what is not recorded",
    "remote-secrets: needs the credentials of another cluster",
    "segments: opens an editor",
  ]);
});

describe("the remedies of a mesh in which something is broken", () => {
  it.each([
    ["healthy", 1],
    // Its third cluster gives labels and addresses that are another's; a part of them is enough.
    ["three-clusters", 4],
  ])("alone: %s, one of %i", async (scenario, step) => {
    const healthy = replayMesh(scenario);
    const wrong: string[] = [];
    for (const [index, mutation] of mutationsOf(healthy).entries()) {
      if (index % step === 0) wrong.push(...(await wrongAfter(healthy, mutation)));
    }
    expect(wrong).toEqual([]);
  });

  it("in pairs", async () => {
    const healthy = replayMesh("healthy");
    const all = mutationsOf(healthy);
    const pairs = fc.sample(fc.tuple(fc.constantFrom(...all), fc.constantFrom(...all)), {
      seed: 20_260_115,
      numRuns: 60,
    });
    const wrong: string[] = [];
    for (const pair of pairs) wrong.push(...(await wrongAfter(healthy, ...pair)));
    expect(wrong).toEqual([]);
  });
});

/** What is wrong with the remedies of a mesh after these changes. */
async function wrongAfter(
  healthy: readonly ReplayCluster[],
  ...mutations: readonly Mutation[]
): Promise<string[]> {
  const mesh = structuredClone([...healthy]).map((cluster): ReplayCluster => {
    const files = named(cluster, "Secret", undefined, "cacerts");
    return files ? { ...cluster, files: structuredClone(files) } : cluster;
  });
  for (const { apply } of mutations) apply(mesh);
  settle(mesh);
  const before = faultsOf(await judge(mesh));
  const wrong: string[] = [];
  for (const fault of before.filter(({ finding }) => !finding.blockedBy)) {
    wrong.push(...(await replay(mesh, before, fault)).wrong);
  }
  return wrong.map((line) => `${mutations.map(({ what }) => what).join(" and ")}: ${line}`);
}
