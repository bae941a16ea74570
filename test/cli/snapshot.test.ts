import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Clusters, runMc, startClusters } from "../support/cli.ts";

describe("mc snapshot", () => {
  let work = "";
  let clusters: Clusters | undefined;

  beforeEach(() => {
    work = mkdtempSync(join(tmpdir(), "mc-snapshot-"));
  });

  afterEach(async () => {
    await clusters?.close();
    clusters = undefined;
    rmSync(work, { recursive: true });
  });

  it.each([
    ["--output-dir", "mesh"],
    ["--output-file", "mesh.tar.gz"],
  ])("%s: what the checks read, for --directory", async (flag, name) => {
    clusters = await startClusters("roots-differ");
    const target = join(work, name);
    const args = ["snapshot", "--contexts=cluster1,cluster2", flag, target];
    const { code, stdout, stderr } = await clusters.mc(args);
    expect([code, stdout]).toEqual([0, ""]);
    expect(stderr).toContain(`note: wrote ${target}; read it with: mc check --directory ${target}`);
    const live = await clusters.mc(["check", "--contexts=cluster1,cluster2"]);
    const recorded = await runMc(["check", "--directory", target]);
    // When it was made is said of a recording only.
    const printed = recorded.stdout.replaceAll(/^recorded 2.* UTC\n/gm, "");
    expect({ ...recorded, stdout: printed }).toEqual(live);
    expect(recorded.code).toBe(1);
    expect(readdirSync(work)).toEqual([name]);

    const again = await clusters.mc(args);
    expect(again.code).toBe(2);
    expect(again.stderr).toMatch(/^mc: .* exists;? .*--force replaces [^\n]*\n$/);
    const forced = await clusters.mc([...args, "--force", "--quiet"]);
    expect(forced).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("records what could be read, and says what could not", async () => {
    clusters = await startClusters("healthy", {
      server: (context) =>
        context === "cluster2" ? { faults: [{ match: {}, kind: "reset" }] } : {},
    });
    const target = join(work, "mesh");
    const { code, stderr } = await clusters.mc([
      "snapshot",
      "--contexts=cluster1,cluster2",
      "--output-dir",
      target,
    ]);
    expect(code).toBe(1);
    expect(stderr).toContain("note: cluster2: not read: ");
    const snapshot = readFileSync(join(target, "cluster2", "snapshot.json"), "utf8");
    expect(snapshot).toContain('"why": "unreachable"');
  });

  it("leaves nothing when it is interrupted", async () => {
    clusters = await startClusters("healthy", {
      server: { faults: [{ match: {}, kind: "hang" }] },
    });
    const interruption = new AbortController();
    const server = clusters.server("cluster1");
    const target = join(work, "mesh");
    const running = clusters.mc(["snapshot", "--output-dir", target], {
      signal: interruption.signal,
    });
    await expect.poll(() => server.requests.length).toBeGreaterThan(0);
    interruption.abort();
    expect(await running).toEqual({ code: 130, stdout: "", stderr: "" });
    expect(existsSync(target)).toBe(false);
    expect(readdirSync(work)).toEqual([]);
  });

  it.each([
    [[], "either --output-dir DIR or --output-file FILE.tar.gz"],
    [["--output-dir", "a", "--output-file", "b.tar.gz"], "either --output-dir"],
    [["--output-file", "mesh.zip"], "its name must end in .tar.gz"],
  ])("%j is a usage error", async (args, said) => {
    const { code, stdout, stderr } = await runMc(["snapshot", ...args]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(said);
    expect(stderr).toMatch(/^mc: [^\n]+\n$/);
  });
});
