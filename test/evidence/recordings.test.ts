import { describe, expect, test } from "vitest";
import { VIEWS } from "../../src/checks/index.ts";
import { check } from "../../src/engine/check.ts";
import { at, string } from "../../src/lib/json.ts";
import type { RawObject } from "../../src/model/reader.ts";
import type { Report, Result, Status } from "../../src/model/report.ts";
import { fail, remedy } from "../../src/model/finding.ts";
import { RESOURCES } from "../../src/model/resource.ts";
import { causesOf } from "../../src/reporters/causes.ts";
import { openRecordings } from "../../src/readers/recordings.ts";
import { directory } from "../readers/temp.ts";
import { recordedClusters } from "../support/scenario.ts";

/*
 * Recordings of other tools hold what those look at: what they leave out is not known to be missing.
 */

/** The files that a tool would write of a cluster, by their paths. */
type Layout = (object: RawObject) => string | undefined;

const plural = (object: RawObject): string | undefined =>
  Object.values(RESOURCES).find(({ kind }) => kind === object["kind"])?.plural;

/** `kubectl cluster-info dump`: built-in types only, a file a type and namespace. */
const clusterInfoDump: Layout = (object) => {
  const type = plural(object);
  if (type === "nodes") return "nodes.json";
  const namespace = string(at(object, "metadata", "namespace"));
  const types = ["pods", "services", "deployments", "daemonsets"];
  return type !== undefined && types.includes(type) ? `${namespace}/${type}.json` : undefined;
};

async function dumped(layout: Layout): Promise<Report> {
  const readers = await recordedClusters("healthy");
  const recordings = await Promise.all(
    readers.map(async (reader) => {
      const files = new Map<string, RawObject[]>();
      for (const resource of Object.values(RESOURCES)) {
        const list = await reader.list(resource);
        for (const object of list.ok ? list.value : []) {
          const file = layout(object);
          if (file !== undefined) files.set(file, [...(files.get(file) ?? []), object]);
        }
      }
      const lists = [...files].map(
        ([file, items]) => [file, { kind: "List", apiVersion: "v1", items }] as const,
      );
      return openRecordings(directory(Object.fromEntries(lists)));
    }),
  );
  return check(recordings.flat(), { precheck: false, concurrency: 2 });
}

function statuses({ clusters, mesh }: Report): Record<string, Status> {
  const results: Result[] = [...(clusters[0]?.checks ?? []), ...mesh];
  return Object.fromEntries(results.map(({ id, status }) => [id, status]));
}

describe("kubectl cluster-info dump of a healthy mesh", async () => {
  const report = await dumped(clusterInfoDump);

  test("has no fault, and what it does not hold could not be checked", () => {
    const found = statuses(report);
    expect(Object.values(found)).not.toContain("fail");
    expect(found).toMatchObject({
      "pods-istiod": "pass",
      "pods-ztunnel": "pass",
      gateways: "error",
      peers: "error",
      links: "error",
      certs: "error",
    });
    const gateways = report.clusters[0]?.checks.find(({ id }) => id === "gateways");
    expect(gateways?.summary).toMatch(
      /^could not be checked: not recorded: .* has no Gateway objects$/,
    );
    const commands = [...report.clusters.flatMap(({ checks }) => checks), ...report.mesh].flatMap(
      ({ findings }) => findings.flatMap(({ remediation }) => remediation?.commands ?? []),
    );
    expect(commands.filter((line) => !line.startsWith("mc snapshot "))).toEqual([]);
  });
});

describe("a dump of a namespace list and of what only some namespaces hold", async () => {
  const only =
    (...namespaces: string[]): Layout =>
    (object) => {
      const type = plural(object);
      if (type === undefined) return undefined;
      const namespace = string(at(object, "metadata", "namespace"));
      return namespace === undefined || namespaces.includes(namespace) ? `${type}.json` : undefined;
    };

  test.each([["istio-system"], ["istio-eastwest"]])("of %s finds no fault", async (namespace) => {
    const report = await dumped(only(namespace));
    expect(Object.entries(statuses(report)).filter(([, status]) => status === "fail")).toEqual([]);
    const commands = [...report.clusters.flatMap(({ checks }) => checks), ...report.mesh].flatMap(
      ({ findings }) => findings.flatMap(({ remediation }) => remediation?.commands ?? []),
    );
    expect(commands.filter((line) => !line.startsWith("mc snapshot "))).toEqual([]);
  });

  test("names a fault before what is not recorded, and says once what it is made of", async () => {
    const report = await dumped((object) =>
      object["kind"] === "DaemonSet" ? undefined : only("istio-system", "istio-eastwest")(object),
    );
    const broken = {
      ...report,
      mesh: report.mesh.map((result) =>
        result.id === "versions"
          ? {
              ...result,
              status: "fail" as const,
              findings: [fail("skew", { remediation: remedy("Upgrade.") })],
            }
          : result,
      ),
    };
    const ids = causesOf(broken, VIEWS).causes.map(({ id }) => id);
    expect(ids[0]).toBe("versions");
    expect(ids).toContain("license");
    const connection = report.clusters[0]?.checks.find(({ id }) => id === "connection");
    expect(connection).toMatchObject({
      status: "info",
      summary: expect.stringMatching(/^no API server was asked, files of \S+ were read/),
    });
  });
});
