import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { check } from "../../src/engine/check.ts";
import { array, at } from "../../src/lib/json.ts";
import type { ClusterReader } from "../../src/model/reader.ts";
import { record, writeRecordings } from "../../src/readers/record.ts";
import { openRecordings } from "../../src/readers/recordings.ts";
import {
  liveClusters,
  type LiveScenario,
  recordedClusters,
  timeless,
} from "../support/scenario.ts";
import type { ApiServerOptions } from "../support/apiserver.ts";
import { certificateMaker } from "../support/mesh/certificates.ts";
import { cluster, find } from "../support/mesh/cluster.ts";
import { MemoryReader } from "../support/source.ts";
import { directory, filesUnder } from "./temp.ts";

async function reportOf(readers: readonly ClusterReader[]): Promise<unknown> {
  return timeless(await check(readers, { precheck: false, concurrency: 16 }));
}

let live: LiveScenario | undefined;

afterEach(async () => {
  await live?.close();
  live = undefined;
});

/** One of each kind of what is read; the goldens are those of all scenarios, live and recorded. */
const SCENARIOS: readonly string[] = [
  "broken",
  "flat-network",
  "segments",
  "automated-broken",
  "community-broken",
  "spire-broken",
  "global-services",
];

describe.each(SCENARIOS)("%s", (scenario) => {
  test("the clusters, their recording and its archive give one report", async () => {
    const root = directory();
    live = await liveClusters(scenario);
    const recorders = live.readers.map((reader) => record(reader));
    const fromLive = await reportOf(recorders.map(({ reader }) => reader));
    await writeRecordings(recorders, { kind: "directory", path: join(root, "out") });
    await writeRecordings(recorders, { kind: "archive", path: join(root, "out.tar.gz") });

    expect(readdirSync(root).toSorted()).toEqual(["out", "out.tar.gz"]);
    expect(await reportOf(await openRecordings(join(root, "out")))).toEqual(fromLive);
    expect(await reportOf(await openRecordings(join(root, "out.tar.gz")))).toEqual(fromLive);
    expect(await reportOf(await recordedClusters(scenario))).toEqual(fromLive);
  });

  test("two recordings are one, byte for byte", async () => {
    const root = directory();
    for (const name of ["one", "two"]) {
      const recorders = (await recordedClusters(scenario)).map((reader) => record(reader));
      await reportOf(recorders.map(({ reader }) => reader));
      await writeRecordings(recorders, { kind: "directory", path: join(root, name) });
      await writeRecordings(recorders, { kind: "archive", path: join(root, `${name}.tar.gz`) });
    }
    expect(filesUnder(join(root, "one"))).toEqual(filesUnder(join(root, "two")));
    const [one, two] = ["one", "two"].map((name) => readFileSync(join(root, `${name}.tar.gz`)));
    expect(one).toEqual(two);
  });
});

/** The report of a live run, and that of its recording. */
async function bothReports(scenario: LiveScenario): Promise<[unknown, unknown]> {
  const recorders = scenario.readers.map((reader) => record(reader));
  const fromLive = await reportOf(recorders.map(({ reader }) => reader));
  const path = join(directory(), "out");
  await writeRecordings(recorders, { kind: "directory", path });
  return [fromLive, await reportOf(await openRecordings(path))];
}

describe("what could not be read comes back as it was", () => {
  const denied: Record<string, Partial<ApiServerOptions>> = {
    "no Secrets, nodes or Services": {
      users: [
        {
          name: "viewer",
          deny: [{ resource: "secrets" }, { resource: "nodes" }, { resource: "services" }],
        },
      ],
    },
    "no port-forward, no proxy": {
      users: [
        { name: "viewer", deny: [{ resource: "pods/portforward" }, { resource: "pods/proxy" }] },
      ],
    },
    "nothing at all": { users: [{ name: "nobody", allowOnly: [] }] },
    "no Gateway API": { crds: { gatewayApi: false } },
    "errors of the server": { faults: [{ kind: "status", match: { resource: "gateways" } }] },
    "no JSON": { faults: [{ kind: "html", match: { resource: "configmaps" } }] },
  };

  test.each(Object.keys(denied))("%s", async (name) => {
    live = await liveClusters("healthy", denied[name]);
    const [fromLive, fromRecording] = await bothReports(live);
    expect(fromRecording).toEqual(fromLive);
  });

  test("a cluster that is gone", async () => {
    live = await liveClusters("healthy");
    await live.servers[1]?.close();
    const [fromLive, fromRecording] = await bothReports(live);
    expect(fromRecording).toEqual(fromLive);
  });
});

test("a variable that may come from a Secret is recorded as that", async () => {
  const [certificates] = Object.values(await certificateMaker.shared(["a"]));
  if (!certificates) throw new Error("no certificates");
  const names = { context: "a", id: "a", network: "a" };
  const fixture = cluster({ ...names, address: "192.0.2.10", certificates });
  const istiod = find(fixture, "Deployment", "istiod");
  const [discovery] = array(at(istiod, "spec", "template", "spec", "containers"));
  Object.assign(discovery as object, { env: [], envFrom: [{ secretRef: { name: "settings" } }] });
  const recorder = record(new MemoryReader({ objects: fixture.objects }, "a"));
  const path = join(directory(), "out");
  const fromLive = await reportOf([recorder.reader]);
  await writeRecordings([recorder], { kind: "directory", path });

  expect(JSON.stringify(fromLive)).toContain(
    "ENABLE_PEERING_DISCOVERY may come from Secret istio-system/settings",
  );
  expect(await reportOf(await openRecordings(path))).toEqual(fromLive);
});
