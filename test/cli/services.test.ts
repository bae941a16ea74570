import { afterEach, describe, expect, it, test } from "vitest";
import { type Clusters, runMc, startClusters } from "../support/cli.ts";
import { schemaProblems } from "../support/schemas.ts";

const HEALTHY = "--directory fixtures/global-services";

async function mc(line: string): Promise<{ code: number; stdout: string; stderr: string }> {
  return runMc(line.split(" "));
}

let clusters: Clusters | undefined;

afterEach(async () => {
  await clusters?.close();
  clusters = undefined;
});

describe("mc services", () => {
  it("has a row a host and a column a cluster", async () => {
    const { code, stdout, stderr } = await mc(`services ${HEALTHY} --all`);
    expect([code, stderr]).toEqual([0, ""]);
    const rows = stdout.split("\n").map((line) => line.split(/ {2,}/));
    expect(rows.slice(0, 2)).toEqual([
      ["HOST", "cluster1", "cluster2"],
      ["cart.shop.mesh.internal", "E1 I", "E1 I"],
    ]);
    expect(rows).toContainEqual(["ratings.bookinfo.mesh.internal", "I", "E1"]);
    expect(rows).toContainEqual(["standby.bookinfo.mesh.internal", "E0 I", "E1 I"]);
  });

  it("is about one namespace, or what is broken", async () => {
    const shop = await mc(`services ${HEALTHY} -n shop`);
    expect(shop.stdout.match(/^\S+internal/gm)).toEqual([
      "cart.shop.mesh.internal",
      "waypoint.shop.mesh.internal",
    ]);
    const broken = await mc(`services ${HEALTHY} --broken`);
    expect([broken.code, broken.stdout]).toEqual([0, "no globally shared services found\n"]);
    const { code, stdout } = await mc("services --directory fixtures/broken --broken");
    expect(code).toBe(1);
    expect(stdout).toContain("❌ Service bookinfo/reviews of cluster2 is not imported");
  });

  it("says nothing is shared where nothing is", async () => {
    for (const format of ["text", "markdown", "html"]) {
      const { code, stdout } = await mc(`services -o ${format} --directory fixtures/healthy`);
      expect([code, stdout]).toEqual([
        0,
        expect.stringContaining("no globally shared services found"),
      ]);
    }
  });

  it("gives machines the same as a tree", async () => {
    const { stdout } = await mc(`services -o json ${HEALTHY}`);
    const tree = JSON.parse(stdout) as { schemaVersion: string; services: { host: string }[] };
    expect(tree.schemaVersion).toBe("mc.services/v1");
    expect(tree.services).toHaveLength(8);
    expect(tree.services[0]).toEqual({
      service: "shop/cart",
      host: "cart.shop.mesh.internal",
      cells: ["cluster1", "cluster2"].map((cluster, index) => ({
        cluster,
        exists: true,
        exported: true,
        ready: 1,
        imports: [{ from: `cluster${2 - index}`, state: "imported" }],
      })),
    });
  });

  it("refuses formats that it has not", async () => {
    const { code, stdout, stderr } = await mc(`services -o junit ${HEALTHY}`);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain('no output format of mc services is called "junit"; there are text, ');
  });
});

describe("mc trace", () => {
  it.each<[string, number, string]>([
    [`trace reviews.bookinfo ${HEALTHY}`, 0, "✅ falls back to cluster2 when cluster1 has none"],
    [`trace ratings.bookinfo.mesh.internal ${HEALTHY}`, 0, "✅ reaches remote"],
    [`trace ratings -n bookinfo ${HEALTHY} --client client`, 0, "✅ reaches remote"],
    [
      `trace standby.bookinfo --from cluster2 --to cluster1 ${HEALTHY}`,
      0,
      "ℹ️ stays local (by design)",
    ],
    ["trace reviews.bookinfo --directory fixtures/broken", 1, "❌ broken at hop 3"],
    [`trace reviews.bookinfo --client shop/none ${HEALTHY}`, 1, "? cannot tell (hop 6 not read)"],
  ])("%s exits with %i", async (line, code, verdict) => {
    const found = await mc(line);
    expect([found.code, found.stderr]).toEqual([code, ""]);
    expect(found.stdout).toContain(verdict);
  });

  it("gives machines all hops", async () => {
    const { stdout } = await mc(`trace reviews.bookinfo -o json --from cluster1 ${HEALTHY}`);
    const tree = JSON.parse(stdout) as {
      schemaVersion: string;
      traces: { outcome: string; data: { hops: { number: number; state: string }[] } }[];
    };
    expect(tree.schemaVersion).toBe("mc.trace/v1");
    expect(tree.traces.map(({ outcome }) => outcome)).toEqual(["falls back"]);
    expect(tree.traces[0]?.data.hops.map(({ number }) => number)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
    ]);
  });

  it.each<[string, string]>([
    ["trace", "mc trace needs a service: SERVICE.NAMESPACE"],
    ["trace reviews", '"reviews" names no service: mc trace needs a service'],
    ["trace Reviews.x", '"Reviews.x" names no service'],
    [`trace reviews.bookinfo -o html ${HEALTHY}`, "there are text, json, yaml"],
    [
      `trace reviews.bookinfo --from x ${HEALTHY}`,
      "--from x is no cluster of this run; there are cluster1, cluster2",
    ],
    [`trace reviews.bookinfo --client a/b/c ${HEALTHY}`, "give NAMESPACE/POD, or a NAMESPACE"],
    [`trace reviews.bookinfo --client A/b ${HEALTHY}`, "give NAMESPACE/POD, or a NAMESPACE"],
    [`trace reviews.bookinfo --client a/B ${HEALTHY}`, "give NAMESPACE/POD, or a NAMESPACE"],
    [`trace reviews.bookinfo --port 70000 ${HEALTHY}`, "Ports end at 65535."],
  ])("refuses %s", async (line, said) => {
    const { code, stdout, stderr } = await mc(line);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^mc: [^\n]+\n$/);
    expect(stderr).toContain(said);
  });

  it.each<[string, string]>([
    [
      `trace none.bookinfo ${HEALTHY}`,
      "no cluster of cluster1, cluster2 has a Service bookinfo/none",
    ],
    [
      "trace a.b --directory fixtures/healthy/cluster1",
      "takes two clusters, of which only cluster1 was read",
    ],
  ])("has nothing to follow: %s", async (line, said) => {
    const { code, stdout, stderr } = await mc(line);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(said);
  });

  it("reads live clusters as it reads their recordings, and no debug endpoint unasked", async () => {
    clusters = await startClusters("global-services", { controller: false });
    const args = ["trace", "reviews.bookinfo", "--contexts", clusters.contexts.join(",")];
    const live = await clusters.mc([...args, "-o", "json"]);
    const recorded = await mc(`trace reviews.bookinfo -o json ${HEALTHY}`);
    expect(live.code).toBe(0);
    expect(live.stdout).toBe(recorded.stdout);
    const paths = (): string =>
      clusters?.contexts
        .flatMap((one) => clusters?.server(one).requests ?? [])
        .map(({ path }) => path)
        .join() ?? "";
    expect(paths()).not.toContain("portforward");
    const table = await clusters.mc(["services", "--contexts", clusters.contexts.join(",")]);
    expect(table.stdout).toBe((await mc(`services ${HEALTHY}`)).stdout);
    await clusters.mc([...args, "--deep"]);
    expect(paths()).toContain("portforward");
  });

  it("says of a cluster that cannot be read that it is not, and fails", async () => {
    clusters = await startClusters("global-services", {
      controller: false,
      server: (context) =>
        context === "cluster2" ? { users: [{ name: "admin", allowOnly: [] }] } : {},
    });
    const contexts = clusters.contexts.join(",");
    const table = await clusters.mc(["services", "--contexts", contexts]);
    expect([table.code, table.stdout]).toEqual([
      1,
      expect.stringMatching(/❌ cluster2 not read: /),
    ]);
    const to = await clusters.mc([
      "trace",
      "reviews.bookinfo",
      "--to",
      "cluster2",
      "--contexts",
      contexts,
    ]);
    expect([to.code, to.stderr]).toEqual([
      1,
      expect.stringMatching(/cluster2 could not be read: /),
    ]);
  });
});

test.each([
  "services -o json --directory fixtures/broken",
  "services -o json --directory fixtures/segments",
  `services -o json ${HEALTHY}`,
  "trace reviews.bookinfo -o json --directory fixtures/broken",
  "trace reviews.bookinfo -o json --directory fixtures/flat-network",
  `trace reviews.bookinfo -o json --client client ${HEALTHY}`,
  "certs status -o json --directory fixtures/root-rotation",
  "certs status -o json --directory fixtures/roots-differ",
])("%s is as its schema says", async (line) => {
  expect(schemaProblems((await mc(line)).stdout)).toEqual([]);
});

describe("mc rbac --with-trace", () => {
  it("allows to list policies, which is not allowed otherwise", async () => {
    const [plain, more] = [await mc("rbac -q"), await mc("rbac -q --with-trace")];
    expect(plain.stdout).not.toContain("authorizationpolicies");
    expect(more.stdout).toContain("list authorizationpolicies.security.istio.io: mc trace");
    expect(more.stdout).toContain("list networkpolicies.networking.k8s.io: mc trace");
  });
});
