import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Report } from "../../src/model/report.ts";
import { type Clusters, runMc, startClusters } from "../support/cli.ts";
import { VirtualClock } from "../support/clock.ts";
import { withTimeEnough } from "../support/time-enough.ts";

const FIXTURES = resolve(import.meta.dirname, "../../fixtures");
const dir = (scenario: string, cluster = ""): string[] => [
  "--directory",
  join(FIXTURES, scenario, cluster),
];

describe("mc check on recordings", () => {
  let work = "";

  beforeAll(() => {
    work = mkdtempSync(join(tmpdir(), "mc-check-"));
  });

  afterAll(() => rmSync(work, { recursive: true }));

  it("reports on stdout, exits 0, and says nothing else", async () => {
    const { code, stdout, stderr } = await runMc(["check", ...dir("healthy")]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^=== Cluster: cluster1 ===\n/);
    expect(stderr).toBe("");
  });

  it.each([
    ["unlinked", [], 1],
    ["unlinked", ["--precheck"], 0],
    ["unlinked", ["-p", "--fail-on", "warn"], 0],
    ["unlinked", ["--check", "peers"], 0],
    ["unlinked", ["--check=peers", "--fail-on=warn"], 1],
    ["unlinked", ["--fail-on", "never"], 0],
    ["unlinked", ["--skip", "links"], 0],
    ["two-revisions", ["-r", "1-26"], 1],
    ["healthy", ["-i", "elsewhere"], 1],
    ["healthy", ["--istioNamespace=elsewhere"], 1],
  ] as [string, string[], number][])("%s %j exits %i", async (scenario, flags, expected) => {
    const { code } = await runMc(["check", ...dir(scenario), ...flags]);
    expect(code).toBe(expected);
  });

  it("is told by --mode which kind of mesh it is", async () => {
    const skipped = async (...flags: string[]): Promise<string[]> => {
      const { stdout } = await runMc(["check", ...dir("healthy"), ...flags, "-o", "json"]);
      const { clusters } = JSON.parse(stdout) as Report;
      return (clusters[0]?.checks ?? []).flatMap(({ id, findings }) =>
        findings.some(({ because }) => because && "onlyFor" in because) ? [id] : [],
      );
    };
    const forPeering = ["env-vars", "license", "cni-dns-capture", "gateways", "peers"];
    expect(await skipped("--mode", "community")).toEqual([
      ...forPeering,
      "shared-services",
      "service-conflicts",
      "peer-segments",
    ]);
    const [byItself, asked] = [await skipped(), await skipped("--mode=peering")];
    expect(byItself).toEqual(asked);
    expect(byItself).not.toContain("peers");
  });

  it("refuses a kind of mesh that there is not", async () => {
    const { code, stdout, stderr } = await runMc(["check", ...dir("healthy"), "--mode", "flat"]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).toContain("auto, peering, community");
  });

  it("is the same in JSON, YAML and to a file, with the same exit code", async () => {
    const file = join(work, "report.json");
    const printed = await runMc(["check", ...dir("unlinked"), "-o", "json"]);
    const written = await runMc(["check", ...dir("unlinked"), "-o=json", "--output-file", file]);
    expect([printed.code, written.code, written.stdout]).toEqual([1, 1, ""]);
    const [one, other] = [printed.stdout, readFileSync(file, "utf8")].map(
      (text) => JSON.parse(text) as Report,
    );
    expect(one?.summary).toEqual(other?.summary);
    expect(one?.clusters.map(({ context }) => context)).toEqual(["cluster1", "cluster2"]);
    const yaml = await runMc(["check", ...dir("unlinked"), "--output", "yaml"]);
    expect(yaml.stdout).toMatch(/^schemaVersion: mc\.check\/v1\n/);
  });

  it("takes several directories by commas, and a path that holds one", async () => {
    const contextsOf = async (path: string): Promise<string[]> => {
      const { stdout } = await runMc(["check", `--directory=${path}`, "-o", "json"]);
      return (JSON.parse(stdout) as Report).clusters.map(({ context }) => context);
    };
    const [one, two] = ["cluster1", "cluster2"].map((name) => join(FIXTURES, "healthy", name));
    expect(await contextsOf(`${one},${two},`)).toEqual(["cluster1", "cluster2"]);
    const odd = join(work, "one,two");
    cpSync(one ?? "", odd, { recursive: true });
    expect(await contextsOf(odd)).toEqual(["cluster1"]);
  });

  it("runs the checks that are asked for, by commas or repeated", async () => {
    const { stdout } = await runMc([
      "check",
      ...dir("healthy", "cluster1"),
      "--check",
      "license,certs",
      "--check",
      "links",
      "-o",
      "json",
    ]);
    const { clusters, mesh } = JSON.parse(stdout) as Report;
    expect(clusters[0]?.checks.map(({ id }) => id)).toEqual(["connection", "license"]);
    expect(mesh.map(({ id }) => id)).toEqual(["certs", "links"]);
  });

  it("shows the details with --verbose, colours on a terminal that has them", async () => {
    const tty = { isTTY: true, columns: 100 };
    const args = ["check", ...dir("unlinked", "cluster1"), "-v"];
    const { stdout, stderr } = await runMc(args, tty);
    expect(stdout).toContain("--- License Check ---");
    expect(stdout).toContain("\u001B[");
    expect(stderr).toContain("Reading cluster: 1 of 1");
    expect(stderr.endsWith("\r\u001B[2K")).toBe(true);
    for (const [flags, env] of [
      [["--no-color"], {}],
      [[], { NO_COLOR: "1" }],
      [[], { TERM: "dumb" }],
    ] as [string[], Record<string, string>][]) {
      const plain = await runMc([...args, ...flags, "--quiet"], { ...tty, env });
      expect(plain.stdout).not.toContain("\u001B");
      expect(plain.stderr).toBe("");
    }
    const dumb = await runMc(args, { ...tty, env: { TERM: "dumb" } });
    expect(dumb.stderr).toBe("");
    const forced = await runMc(args, { env: { FORCE_COLOR: "1" } });
    expect(forced.stdout).toContain("\u001B[");
  });

  it("does not wait for recordings to change", async () => {
    const clock = new VirtualClock();
    const healthy = await runMc(["check", ...dir("healthy"), "--wait"], { clock });
    expect([healthy.code, healthy.stderr]).toEqual([0, ""]);
    const { code, stdout, stderr } = await runMc(["check", ...dir("unlinked"), "--wait"], {
      clock,
    });
    expect([code, stderr]).toEqual([
      1,
      "note: recordings stay as they are: nothing is waited for\n",
    ]);
    expect(stdout).toContain("no cluster is linked to another");
    expect(clock.pauses).toEqual([]);
  });

  it("watches until nobody reads any more, and exits as the last report says", async () => {
    for (const [scenario, expected] of [
      ["healthy", 0],
      ["unlinked", 1],
    ] as const) {
      const clock = new VirtualClock();
      let reports = 0;
      const { code, stderr } = await runMc(["check", ...dir(scenario), "--watch=1h"], {
        clock,
        isGone: () => reports === 3,
        onWrite: (stream, text) => {
          if (stream === "stdout" && text.includes("=== Cluster")) reports += 1;
        },
      });
      expect([code, reports, clock.pauses]).toEqual([expected, 3, [3_600_000, 3_600_000]]);
      expect(stderr).toBe("note: recordings stay as they are: every report will say the same\n");
    }
  });

  it("watches until Ctrl-C", async () => {
    const interruption = new AbortController();
    let reports = 0;
    const { code, stdout } = await runMc(["check", ...dir("healthy"), "--watch=5ms"], {
      isTTY: true,
      signal: interruption.signal,
      onWrite: (stream, text) => {
        if (stream === "stdout" && text.includes("=== Cluster")) reports += 1;
        if (reports === 2) interruption.abort();
      },
    });
    expect(code).toBe(130);
    expect(stdout.split("\u001B[2J")).toHaveLength(3);
  });

  it.each([
    [["check", "--check", "nope"], 'no check is called "nope"; there are connection, '],
    [["check", "--skip", "nope"], 'no check is called "nope"'],
    [["check", "--check", "foo-*"], 'no check is called "foo-*"; there are connection, '],
    [["check", "--check", "pods-*", "--skip", "pods*"], "--skip leaves none of the checks"],
    [
      ["check", "--check", "certs,links", "--skip", "links,certs"],
      "--skip leaves none of the checks",
    ],
    [["check", "-o", "nope"], 'no output format is called "nope"; there are text, json, yaml'],
    [["check", "--bogus"], "unknown option '--bogus'"],
    [["chekc"], "unknown command 'chekc' (Did you mean check?)"],
    [["check", "stray"], "check takes no arguments: did you mean --contexts stray?"],
    [["check", "--fail-on", "always"], "It is fail or warn or new or never."],
    [["check", "--timeout", "fast"], "Give a duration such as 30s or 5m."],
    [["check", "--timeout", "0s"], "Give a duration"],
    [["check", "--wait=soon"], "Give a duration"],
    [["check", "--directory", ""], "--directory needs the path of a directory or an archive"],
    [["check", "--wait", "--watch"], "'--watch [duration]' cannot be used with option '--wait"],
    [["check", "--concurrency", "0"], "Give a whole number, 1 or more."],
    [["check", "--contexts", ","], "It needs at least one value."],
    [["check", "--directory", "/nowhere"], "cannot read /nowhere: "],
    [["check", "--directory", "/no,/where"], "cannot read /no: "],
    [["check", "--directory", ","], "no directory"],
    [
      ["check", ...dir("healthy"), "--output-file", "/nowhere/report"],
      "its directory does not exist",
    ],
    [["check", ...dir("healthy"), "--output-file", tmpdir()], "it is a directory"],
    [["check", ...dir("healthy"), ...dir("healthy")], "is given twice"],
    [["check", ...dir("healthy"), "--directory", `${dir("healthy")[1]}/.`], "is given twice"],
    [["check", "--context", "a", "--context", "b"], "name several clusters with --contexts a,b"],
    [["--context", "a", "check", "--context=b"], "name several clusters with --contexts a,b"],
    [["check", "--kubeconfig", "a", "-c", "b"], "It is given twice; $KUBECONFIG takes several"],
    [["check", "--contexts=a,b,a"], "--contexts names a twice"],
    [["check", "--contexts=a", "--contexts=a"], "--contexts names a twice"],
    [["check", "--contexts=a,b", "--context=b"], "--contexts with --context names b twice"],
    [["check", "--kubeconfig", "/nowhere"], "/nowhere"],
    [["check"], "no kubeconfig"],
  ] as [string[], string][])("%j is a usage error in one line", async (args, said) => {
    const { code, stdout, stderr } = await runMc(args);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain(said);
    expect(stderr).toMatch(/^mc: [^\n]+\n$/);
  });

  it("leaves nothing behind when the file cannot be written", async () => {
    const { code, stderr } = await runMc([
      "check",
      ...dir("healthy"),
      "--output-file",
      "/dev/full",
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^mc: \/dev\/full was not written: no space left on the device\n$/);
    expect(readdirSync(work).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});

describe("mc check on live clusters", () => {
  let clusters: Clusters | undefined;

  afterEach(async () => {
    await clusters?.close();
    clusters = undefined;
  });

  it("reads the current context without flags, and those that are named with", async () => {
    clusters = await startClusters("healthy");
    const current = await clusters.mc(["check", "--check", "license"]);
    expect(current.stdout).toContain("=== Cluster: cluster1 ===");
    expect(current.stdout).not.toContain("cluster2");
    const both = await clusters.mc(["check", "--contexts=cluster1,cluster2"]);
    expect(both.code).toBe(0);
    const other = await clusters.mc(["--context", "cluster2", "check", "--check", "license"]);
    expect(other.stdout).toContain("=== Cluster: cluster2 ===");
  });

  it("takes live clusters and recordings in one run", async () => {
    clusters = await startClusters("healthy");
    const mixed = await clusters.mc([
      "check",
      "--contexts=cluster1",
      ...dir("healthy", "cluster2"),
      "--check=links,certs",
    ]);
    expect(mixed.code).toBe(0);
    expect(mixed.stdout).toContain("2 links among 2 clusters");
  });

  it("names the contexts that exist for one that does not", async () => {
    clusters = await startClusters("healthy");
    const { code, stderr } = await clusters.mc(["check", "--contexts", "cluster3"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^mc: no context "cluster3".*cluster1, cluster2\n$/);
  });

  it("ends at once on Ctrl-C, though a cluster hangs", async () => {
    clusters = await startClusters("healthy", {
      server: { faults: [{ match: {}, kind: "hang" }] },
    });
    const interruption = new AbortController();
    const server = clusters.server("cluster1");
    const running = clusters.mc(["check", "--contexts=cluster1,cluster2"], {
      signal: interruption.signal,
    });
    await expect.poll(() => server.requests.length).toBeGreaterThan(0);
    interruption.abort();
    expect(await running).toEqual({ code: 130, stdout: "", stderr: "" });
  });

  describe("--wait", () => {
    const args = ["check", "--contexts=cluster1,cluster2"];

    /** Clusters of which the first refuses to list nodes and Gateways. */
    async function startRefusing(): Promise<Clusters> {
      const started = await startClusters("healthy");
      clusters = started;
      refuse(started, "gateways", "nodes");
      return started;
    }

    const refuse = (started: Clusters, ...resources: string[]): void =>
      started
        .server("cluster1")
        .setFaults(
          resources.map((resource) => ({ kind: "status", status: 403, match: { resource } })),
        );

    const looks = (started: Clusters): number =>
      started.server("cluster1").requests.filter(({ path }) => path === "/version").length;

    it("says what for, looks every five seconds, and ends when all passes", async () => {
      const started = await startRefusing();
      const clock = new VirtualClock((count) => refuse(started, ...["nodes"].slice(count - 1)));
      const { code, stderr } = await started.mc([...args, "--wait=1m"], { clock });
      expect([code, clock.pauses, looks(started)]).toEqual([0, [5000, 5000], 3]);
      const [first = "", second, ...more] = stderr.trimEnd().split("\n");
      expect(first).toMatch(
        /^note: waiting up to 1m for .*gateways \(cluster1\), .* and \d+ more$/,
      );
      expect(second).toMatch(/^note: waiting up to 55s for platform \(cluster1\)/);
      expect(more).toEqual([]);
    });

    it("looks a last time when time is up", async () => {
      for (const [wait, pauses] of [
        ["5s", [5000]],
        ["12s", [5000, 5000, 2000]],
        ["300ms", [300]],
      ] as const) {
        const started = await startRefusing();
        const clock = new VirtualClock();
        const { code, stderr } = await started.mc([...args, `--wait=${wait}`], { clock });
        expect([code, clock.pauses, looks(started)]).toEqual([1, pauses, pauses.length + 1]);
        // What has not changed is not said again.
        expect(stderr.match(/waiting up to/g)).toHaveLength(1);
        await started.close();
      }
    });

    it("redraws one line of a terminal, and takes it away on Ctrl-C", async () => {
      const started = await startRefusing();
      const interruption = new AbortController();
      const clock = new VirtualClock((count) => {
        if (count === 2) interruption.abort();
      });
      const options = { clock, isTTY: true, columns: 40, signal: interruption.signal };
      const { code, stdout, stderr } = await started.mc([...args, "--wait=1m"], options);
      expect([code, stdout]).toEqual([130, ""]);
      expect(stderr).not.toContain("\n");
      const drawn = stderr.split("\r\u001B[2K");
      expect(drawn.filter((line) => line.startsWith("waiting"))).toHaveLength(2);
      expect(Math.max(...drawn.map((line) => line.length))).toBe(39);
      expect(drawn.at(-1)).toBe("");
    });

    it("says nothing with --quiet", async () => {
      const started = await startRefusing();
      const quiet = [...args, "--wait=10s", "--quiet"];
      const { code, stderr } = await started.mc(quiet, { clock: new VirtualClock() });
      expect([code, stderr]).toEqual([1, ""]);
    });
  });

  it("leaves nothing on a terminal when it is interrupted", async () => {
    clusters = await startClusters("healthy", {
      server: { faults: [{ match: {}, kind: "hang" }] },
    });
    const interruption = new AbortController();
    const server = clusters.server("cluster1");
    const running = clusters.mc(["check", "--contexts=cluster1,cluster2"], {
      signal: interruption.signal,
      isTTY: true,
    });
    await expect.poll(() => server.requests.length).toBeGreaterThan(0);
    interruption.abort();
    const { code, stdout, stderr } = await running;
    expect([code, stdout]).toEqual([130, ""]);
    // The requests that are given up count as answered: nothing is drawn for them.
    const [empty, ...drawn] = stderr.split("\r\u001B[2K");
    expect(empty).toBe("");
    expect(drawn.slice(0, -1).every((line) => line === "Reading clusters: 0 of 2")).toBe(true);
    expect(drawn.at(-1)).toBe("");
  });

  it("is over in time when a cluster hangs, and reports the other", async () => {
    const started = await startClusters("healthy", {
      server: (context) =>
        context === "cluster2" ? { faults: [{ match: {}, kind: "hang" }] } : {},
    });
    clusters = started;
    await withTimeEnough(async (limit) => {
      const both = "--contexts=cluster1,cluster2";
      const { code, stdout } = await started.mc(["check", both, `--timeout=${limit}`]);
      expect(code).toBe(1);
      expect(stdout).toContain("✅ License Check: license is valid for multicluster");
      expect(stdout).toMatch(/❌ Connection Check: .*no answer within /);
    });
  });
});
