import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { load } from "js-yaml";
import { describe, expect, it } from "vitest";
import { check } from "../src/engine/check.ts";
import type { RawObject } from "../src/model/reader.ts";
import type { Finding } from "../src/model/report.ts";
import { mesh } from "./support/hostile.ts";
import { brokenRules, type ClusterInput } from "./support/report-rules.ts";
import { clusterDirectories, recordedClusters, SCENARIO_NAMES } from "./support/scenario.ts";

function objectsBelow(directory: string): RawObject[] {
  return readdirSync(join(directory, "objects"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => load(readFileSync(join(parentPath, name), "utf8")) as RawObject);
}

function inputsOf(scenario: string): ClusterInput[] {
  return clusterDirectories(scenario).map((directory) => {
    const snapshot = readFileSync(join(directory, "snapshot.json"), "utf8");
    const { context } = JSON.parse(snapshot) as { context: string };
    return { context, contextArgument: context, objects: objectsBelow(directory) };
  });
}

describe.each(SCENARIO_NAMES)("the report of %s", (scenario) => {
  it.each([false, true])("keeps the rules (precheck %s)", async (precheck) => {
    const readers = await recordedClusters(scenario);
    const report = await check(readers, { precheck, concurrency: 16 });
    expect(brokenRules(report, inputsOf(scenario))).toEqual([]);
  });
});

describe("the report of whatever two clusters hold", () => {
  it("keeps the rules", async () => {
    await fc.assert(
      fc.asyncProperty(mesh, fc.boolean(), async (readers, precheck) => {
        // Names that no sentence has by chance.
        const named = readers.map((reader, index) => {
          const context = `context-${index}`;
          return Object.assign(reader, { context, contextArgument: context });
        });
        const report = await check(named, { precheck, concurrency: 4 });
        expect(brokenRules(report, named)).toEqual([]);
      }),
      { numRuns: 120, seed: 20_261_127, endOnFailure: true },
    );
  });
});

describe("the rules", async () => {
  const readers = await recordedClusters("broken");
  const report = await check(readers, { precheck: false, concurrency: 16 });
  const inputs = inputsOf("broken");

  /** What is said of the report with its first finding of a check changed. */
  function brokenBy(id: string, change: (finding: Finding) => void): string[] {
    const copy = structuredClone(report);
    const results = [...copy.clusters.flatMap(({ checks }) => checks), ...copy.mesh];
    const finding = results
      .find((result) => result.id === id && result.findings.some((one) => one.remediation))
      ?.findings.find((one) => one.remediation);
    if (!finding) throw new Error(`${id} has no finding with a remedy`);
    change(finding);
    return brokenRules(copy, inputs).map((line) => line.replace(/^.*: (?=is |has )/s, ""));
  }

  it.each<[string, string, (finding: Finding) => void, RegExp]>([
    [
      "a cluster's finding without cluster",
      "gateways",
      (finding) => delete finding.cluster,
      /^is about cluster\d and does not say so$/,
    ],
    [
      "a cluster that is not in the run",
      "certs",
      (finding) => {
        finding.cluster = "cluster9";
        delete finding.object;
      },
      /^is about cluster9, which is no cluster of the run$/,
    ],
    [
      "a finding across clusters that names one of them",
      "certs",
      (finding) => {
        finding.message = "cluster1 has no root";
        delete finding.cluster;
        delete finding.object;
      },
      /^is about cluster1 and does not say so$/,
    ],
    [
      "an object that its message names",
      "pods-istiod",
      (finding) => delete finding.object,
      /^is about istio-system\/istiod\S* of cluster\d and does not say so$/,
    ],
    [
      "an object that is not there",
      "pods-istiod",
      (finding) => (finding.object = { kind: "Pod", namespace: "istio-system", name: "gone" }),
      /^is about Pod istio-system\/gone, which is not there$/,
    ],
    [
      "an object without its namespace",
      "pods-istiod",
      (finding) => delete finding.object?.namespace,
      /with the namespace undefined$/,
    ],
    [
      "an object without kind",
      "pods-istiod",
      (finding) => finding.object && (finding.object.kind = ""),
      /^is about an object without kind or name$/,
    ],
    [
      "a fault without a remedy",
      "certs",
      (finding) => delete finding.remediation,
      /^is a fault without a remedy$/,
    ],
    [
      "a cause that is not in the report",
      "peers",
      (finding) => (finding.blockedBy = "cluster1/weather" as never),
      /^is blocked by cluster1\/weather, which is not in the report$/,
    ],
    [
      "a cause that is fine",
      "peers",
      (finding) => (finding.blockedBy = "cluster1/connection"),
      /^is blocked by cluster1\/connection, which is fine$/,
    ],
    [
      "a command that is for any cluster",
      "peers",
      (finding) => finding.remediation?.commands.push("kubectl get pods --context=cluster9"),
      /^has a command that names no context of the run/,
    ],
    [
      "a variable that may be unset",
      "peers",
      (finding) => finding.remediation?.commands.push('helm --kube-context cluster1 "$REPO"'),
      /^has a command with a variable that may be unset: helm/,
    ],
    [
      "a quote that is open",
      "peers",
      (finding) => finding.remediation?.commands.push("echo 'it"),
      /a shell cannot parse: .*in: echo 'it/s,
    ],
    [
      "a command that would run when it is parsed",
      "peers",
      (finding) => finding.remediation?.commands.push("}; touch hostile; {"),
      /a shell cannot parse: .*touch/s,
    ],
  ])("find %s", (_what, id, change, said) => {
    const lines = brokenBy(id, change);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(said);
  });

  it("take commands that name a context in any way that they do", () => {
    const commands = [
      "kubectl --context cluster1 get pods",
      "helm upgrade a b --kube-context=cluster2",
      "mc link --contexts cluster1,'<context>' -n a",
      "openssl x509 -in a.pem",
    ];
    expect(brokenBy("peers", ({ remediation }) => remediation?.commands.push(...commands))).toEqual(
      [],
    );
  });
});
