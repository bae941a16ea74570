import { describe, expect, it } from "vitest";
import { CHECKS } from "../../src/checks/index.ts";
import { check } from "../../src/engine/check.ts";
import { VERSION } from "../../src/version.ts";
import { recordedClusters } from "../support/scenario.ts";

const idsOf = (results: readonly { id: string }[] = []): string[] => results.map(({ id }) => id);
const REQUEST = { precheck: false, concurrency: 16 };

describe("check", () => {
  it("runs all checks, in the order of the registry", async () => {
    const { clusters, mesh, tool } = await check(await recordedClusters("healthy"), REQUEST);
    const all = [...idsOf(clusters[0]?.checks), ...idsOf(mesh)];
    expect(all).toEqual(idsOf(CHECKS));
    expect(tool).toEqual({ name: "mc", version: VERSION });
  });

  it("runs those asked for, with the connection", async () => {
    const readers = await recordedClusters("healthy");
    const only = new Set(["license", "links"]);
    const { clusters, mesh } = await check(readers, { ...REQUEST, only });
    expect(idsOf(clusters[0]?.checks)).toEqual(["connection", "license"]);
    expect(idsOf(mesh)).toEqual(["links"]);
  });

  it("leaves out those to be skipped, but not the connection", async () => {
    const readers = await recordedClusters("healthy");
    const skip = new Set(["connection", "certs", "license"]);
    const { clusters, mesh } = await check(readers, { ...REQUEST, skip });
    expect(idsOf(clusters[0]?.checks)).toContain("connection");
    expect(idsOf(clusters[0]?.checks)).not.toContain("license");
    expect(idsOf(mesh)).not.toContain("certs");
  });

  it("judges the revision that is asked for", async () => {
    const readers = await recordedClusters("two-revisions");
    const request = { ...REQUEST, revision: "1-26", only: new Set(["env-vars"]) };
    const { clusters } = await check(readers, request);
    expect(clusters.map(({ checks }) => checks.at(-1)?.status)).toEqual(["fail", "fail"]);
  });

  it("verifies certificates alike whether clusters are read together or take turns", async () => {
    const only = new Set(["certs"]);
    const results = [];
    for (const concurrency of [16, 1]) {
      const readers = await recordedClusters("roots-differ");
      const { mesh } = await check(readers, { ...REQUEST, concurrency, only });
      results.push(mesh.map((result) => ({ ...result, durationMs: 0 })));
    }
    expect(results[0]).toMatchObject([{ id: "certs", status: "fail" }]);
    expect(results[1]).toEqual(results[0]);
  });
});
