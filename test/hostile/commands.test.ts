import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadAll } from "js-yaml";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Clusters, type RunResult, runMc, startClusters } from "../support/cli.ts";
import { TEXTS } from "../support/hostile.ts";

/** Lines, and nothing in them that a terminal acts upon. */
function expectPrintable({ stdout, stderr }: RunResult): void {
  for (const output of [stdout, stderr]) {
    expect(output).not.toMatch(/[^\P{Cc}\n]|\p{Cs}|\p{Zl}|\p{Zp}|[\u200B-\u200F\u202A-\u202E]/u);
  }
}

/** It comes to an end that it means to come to. */
function expectOrderly(result: RunResult): void {
  expect([0, 1]).toContain(result.code);
  expect(result.stderr).not.toMatch(/internal error|    at /);
  expectPrintable(result);
}

let clusters: Clusters;

beforeAll(async () => {
  clusters = await startClusters("unlinked", { controller: false });
});

afterAll(async () => {
  await clusters.close();
});

/** The second cluster says this of itself wherever links are made from. */
function disguise(text: string): void {
  for (const kind of ["Namespace istio-system", "Gateway istio-eastwest/istio-eastwest"]) {
    const [type = "", name = ""] = kind.split(" ");
    clusters.edit("cluster2", type, name, ({ metadata }) => {
      metadata["labels"] = {
        ...Object(metadata["labels"]),
        "topology.istio.io/network": text,
        "topology.istio.io/cluster": text,
        "topology.kubernetes.io/region": text,
      };
    });
  }
  clusters.edit("cluster2", "ConfigMap", "istio-system/istio", (map) => {
    map["data"] = { mesh: JSON.stringify({ trustDomain: text }) };
  });
}

describe.each(TEXTS.map((text) => [text]))("a cluster that calls itself %j", (text) => {
  it("makes no other YAML of it, and no other words", async () => {
    disguise(text);
    const pair = "--contexts=cluster1,cluster2";
    for (const args of [["-n", "istio-eastwest"], ["--format=helm-values"]]) {
      const generated = await clusters.mc(["link", pair, "--generate", ...args]);
      expectOrderly(generated);
      expect(loadAll(generated.stdout).filter(Boolean).length).toBeLessThanOrEqual(2);
    }
    const ends = ["--from=cluster1", "--to=cluster2", "-n", "istio-eastwest"];
    expectOrderly(await clusters.mc(["link", ...ends, "--dry-run"]));
    expectOrderly(await clusters.mc(["unlink", ...ends, "--generate"]));
  });
});

describe("files", () => {
  const directory = mkdtempSync(join(tmpdir(), "mc-hostile-"));

  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  it("with invalid UTF-8, and labels of a megabyte", async () => {
    const objects = join(directory, "bytes", "objects");
    mkdirSync(objects, { recursive: true });
    const long = "x".repeat(1024 * 1024);
    const head = "apiVersion: v1\nkind: Service\nmetadata:\n  namespace: a\n";
    writeFileSync(
      join(objects, "service.yaml"),
      Buffer.concat([
        Buffer.from(`${head}  name: "`),
        Buffer.from([0xff, 0xfe, 0xc3, 0x28]),
        Buffer.from(`"\n  labels: {solo.io/service-scope: global, x: ${long}}\n`),
      ]),
    );
    writeFileSync(
      join(objects, "long.yaml"),
      `${head}  name: ${long}\n  labels: {solo.io/service-scope: "${long}", ${long}: a}\n`,
    );
    for (const format of ["text", "json", "html", "prometheus"]) {
      const args = ["check", "--directory", join(directory, "bytes"), "-o", format];
      const result = await runMc(args);
      expect([result.code, result.stderr]).toEqual([1, ""]);
      if (format !== "json") expectPrintable(result);
    }
    const { stdout } = await runMc(["check", "--directory", join(directory, "bytes")]);
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThan(5000);
  });
});
