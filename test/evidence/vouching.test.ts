import { describe, expect, test } from "vitest";
import { VIEWS } from "../../src/checks/index.ts";
import { check } from "../../src/engine/check.ts";
import { at } from "../../src/lib/json.ts";
import { missing } from "../../src/model/gathered.ts";
import type { ClusterReader, RawObject } from "../../src/model/reader.ts";
import type { Report, Result } from "../../src/model/report.ts";
import { prometheus } from "../../src/reporters/prometheus.ts";
import { text } from "../../src/reporters/text.ts";
import { type Alter, altered, isCalled } from "../support/altered.ts";
import { recordedClusters } from "../support/scenario.ts";

/*
 * What conditions say counts while somebody vouches for it: an istiod of their cluster that runs, and
 * has seen the object as it is now.
 */

const isIstiodPod = (object: RawObject): boolean => isCalled(object, "Pod", /^istiod-/);
const isIstiod = (object: RawObject): boolean => isCalled(object, "Deployment", /^istiod$/);

const scaledToZero: Alter = (object) => {
  if (isIstiodPod(object)) return undefined;
  if (!isIstiod(object)) return object;
  return { ...object, spec: { ...(object["spec"] as object), replicas: 0 }, status: {} };
};

/** As of a control plane that runs in another cluster. */
const elsewhere: Alter = (object) => (isIstiodPod(object) || isIstiod(object) ? undefined : object);

const crashing: Alter = (object) =>
  isIstiodPod(object) ? { ...object, status: { phase: "Running" } } : object;

/** The healthy mesh, its second cluster changed. */
async function reportOf(
  change: (reader: ClusterReader) => ClusterReader,
  scenario = "healthy",
): Promise<Report> {
  const [first, second] = await recordedClusters(scenario);
  if (!first || !second) throw new Error("the scenario has two clusters");
  return check([first, change(second)], { precheck: false, concurrency: 2 });
}

function resultOf({ clusters, mesh }: Report, id: string, context = "cluster2"): Result {
  const checks = clusters.find((cluster) => cluster.context === context)?.checks ?? [];
  const found = [...checks, ...mesh].find((result) => result.id === id);
  if (!found) throw new Error(`no ${id}`);
  return found;
}

const statuses = (report: Report, ...ids: string[]): string[] =>
  ids.map((id) => resultOf(report, id).status);

const UNKNOWN = /: no istiod of its cluster runs, so nobody has reconciled it since$/;

describe("an istiod that was scaled to zero", async () => {
  const report = await reportOf((reader) => altered(reader, scaledToZero));

  test("leaves conditions that say nothing, and one fault", () => {
    for (const id of ["peers", "gateways"]) {
      const { status, findings } = resultOf(report, id);
      expect({ id, status }).toEqual({ id, status: "error" });
      expect(findings).toHaveLength(1);
      expect(findings[0]).toMatchObject({ severity: "error", blockedBy: "pods-istiod" });
      expect(findings[0]?.message).toMatch(UNKNOWN);
    }
    expect(resultOf(report, "pods-istiod").status).toBe("fail");
    const results = [...report.clusters.flatMap(({ checks }) => checks), ...report.mesh];
    expect(results.filter(({ status }) => status === "fail").map(({ id }) => id)).toEqual([
      "pods-istiod",
    ]);
  });

  test("shows no link of its cluster as connected, and those of others as they say", () => {
    const { status, findings, data } = resultOf(report, "links");
    expect(status).toBe("error");
    expect(findings.map(({ severity, blockedBy }) => [severity, blockedBy])).toEqual([
      ["pass", undefined],
      ["error", "cluster2/pods-istiod"],
    ]);
    expect(findings[1]?.message).toMatch(UNKNOWN);
    expect(data).toMatchObject({ edges: [{ from: "cluster1" }, { unvouched: true }] });
    const printed = text(report, { color: false, width: 200, verbose: false, views: VIEWS });
    expect(printed).toContain(
      "  cluster1   ·         ✅\n  cluster2   ?         ·\n  key: ? not known\n",
    );
    expect(printed).toContain(
      "=== 1 fault ===\n 1. ❌ cluster2/pods-istiod: Deployment istio-system/istiod is scaled to zero\n",
    );
    const metrics = prometheus(report, { color: false, width: 200, verbose: false, views: VIEWS });
    expect(metrics).toContain(
      'mc_link_connected{from="cluster1",to="cluster2",cluster="cluster1"} 1\n',
    );
    expect(metrics).not.toContain('mc_link_connected{from="cluster2"');
  });

  test("does not make a fault of an address that may be one of NAT", async () => {
    const moved = await reportOf((reader) =>
      altered(reader, (object, resource) => {
        const kept = scaledToZero(object, resource);
        return kept && isCalled(kept, "Gateway", /remote/)
          ? {
              ...kept,
              spec: { ...(kept["spec"] as object), addresses: [{ value: "198.51.100.9" }] },
            }
          : kept;
      }),
    );
    const [finding] = resultOf(moved, "peer-addresses").findings.filter(
      ({ severity }) => severity !== "pass",
    );
    expect(finding).toMatchObject({ severity: "error", blockedBy: "cluster2/pods-istiod" });
    expect(finding?.message).toMatch(/not known whether the peer is connected/);
  });
});

test("an istiod whose only pod is not ready vouches for nothing either", async () => {
  const report = await reportOf((reader) => altered(reader, crashing));
  expect(statuses(report, "pods-istiod", "peers", "gateways", "links")).toEqual([
    "fail",
    "error",
    "error",
    "error",
  ]);
});

test("many links of one cluster are one finding", async () => {
  const [source] = await recordedClusters("healthy");
  if (!source) throw new Error("the scenario has clusters");
  const reader = altered(source, scaledToZero);
  const many: ClusterReader = {
    ...reader,
    list: async (resource, options) => {
      const answer = await reader.list(resource, options);
      if (!answer.ok || resource.plural !== "gateways") return answer;
      const remote = answer.value.filter((object) => isCalled(object, "Gateway", /remote/));
      const copies = Array.from({ length: 8 }, (_, index) =>
        remote.map((object) => ({
          ...object,
          metadata: {
            ...(object["metadata"] as object),
            name: `remote-${index}`,
            labels: { "topology.istio.io/cluster": `far${index}` },
          },
        })),
      );
      return { ok: true, value: copies.flat() };
    },
  };
  const report = await check([many], { precheck: false, concurrency: 1 });
  const errors = resultOf(report, "links").findings.filter(({ severity }) => severity === "error");
  expect(errors.map(({ message }) => message)).toEqual([
    "8 links of cluster1 are not known to work: no istiod of its cluster runs, so nobody has reconciled it since",
  ]);
});

describe("where it is not known whether an istiod runs, it is said, and no fault", () => {
  test("as its control plane is external", async () => {
    const report = await reportOf((reader) => altered(reader, elsewhere));
    const { status, findings } = resultOf(report, "peers");
    expect(status).toBe("info");
    expect(findings.map(({ message }) => message)).toEqual([
      "Connected to cluster1 via 192.0.2.10",
      "whether an istiod vouches for the conditions is not known: none was found in this cluster, as where its control plane is external",
    ]);
    expect(statuses(report, "gateways", "links")).toEqual(["pass", "pass"]);
  });

  test("as its pods may not be read", async () => {
    const report = await reportOf((reader) => ({
      ...altered(reader, (object) => object),
      list: (resource, options) =>
        resource.plural === "pods"
          ? Promise.resolve(missing("forbidden", "pods is forbidden"))
          : reader.list(resource, options),
    }));
    const { status, findings } = resultOf(report, "peers");
    expect(status).toBe("info");
    expect(findings.map(({ message }) => message)).toEqual([
      "Connected to cluster1 via 192.0.2.10",
      "whether an istiod runs that vouches for the conditions not checked: pods is forbidden",
    ]);
  });
});

describe("conditions of an earlier generation", () => {
  const edited =
    (kind: string, name: RegExp): Alter =>
    (object) =>
      isCalled(object, kind, name)
        ? { ...object, metadata: { ...(object["metadata"] as object), generation: 7 } }
        : object;

  test("are none, though an istiod runs", async () => {
    const report = await reportOf((reader) => altered(reader, edited("Gateway", /./)));
    expect(statuses(report, "peers", "gateways", "links")).toEqual(["fail", "fail", "fail"]);
    for (const id of ["peers", "gateways"]) {
      expect(resultOf(report, id).summary).toContain("it was written of an earlier state");
    }
  });

  test("count where they do not say of which they were written", async () => {
    const report = await reportOf((reader) =>
      altered(reader, (object, resource) => {
        const changed = edited("Gateway", /./)(object, resource) ?? object;
        const conditions = at(changed, "status", "conditions");
        if (!Array.isArray(conditions)) return changed;
        const silent = conditions.map((one: object) => ({ ...one, observedGeneration: undefined }));
        return { ...changed, status: { ...(changed["status"] as object), conditions: silent } };
      }),
    );
    expect(statuses(report, "peers", "gateways", "links")).toEqual(["pass", "pass", "pass"]);
  });

  test("of a class are no acceptance", async () => {
    const report = await reportOf((reader) =>
      altered(reader, (object, resource) => {
        if (isCalled(object, "Gateway", /./)) return { ...object, status: {} };
        return edited("GatewayClass", /./)(object, resource);
      }),
    );
    expect(resultOf(report, "gateways").summary).toMatch(
      /GatewayClass istio-eastwest: Accepted is not known: it was written of an earlier state/,
    );
  });
});
