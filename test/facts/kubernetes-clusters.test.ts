import { describe, expect, it } from "vitest";
import { missing } from "../../src/model/gathered.ts";
import { factOf, forbid, type MemoryContents, valueOf } from "../support/source.ts";

type Json = Record<string, unknown>;

function istiod(automatic: string): Json {
  const env = [
    { name: "ENABLE_PEERING_DISCOVERY", value: "true" },
    { name: "PEERING_AUTOMATIC_LOCAL_GATEWAY", value: automatic },
  ];
  return {
    kind: "Deployment",
    metadata: { name: "istiod", namespace: "istio-system", labels: { app: "istiod" } },
    spec: { template: { spec: { containers: [{ name: "discovery", image: "pilot:1", env }] } } },
  };
}

const PLANE: Json = {
  kind: "Service",
  metadata: { name: "gloo-mesh-mgmt-server", namespace: "ops" },
};

function cluster(name: string, status?: unknown): Json {
  return {
    kind: "KubernetesCluster",
    metadata: { name, namespace: "ops" },
    ...(status === undefined ? {} : { status }),
  };
}

const accepted = { common: { State: { approval: "ACCEPTED" } } };

function contents(...objects: Json[]): MemoryContents {
  return { objects };
}

describe("kubernetesClusters", () => {
  it("are those that the management plane knows, by name, whatever they hold", async () => {
    const found = await valueOf(
      "kubernetesClusters",
      contents(
        istiod("true"),
        PLANE,
        cluster("b", accepted),
        cluster("a", { common: [] }),
        cluster("c"),
        { kind: "KubernetesCluster", metadata: {} },
      ),
    );
    expect(found).toEqual([
      { namespace: "ops", name: "a" },
      { namespace: "ops", name: "b", approval: "ACCEPTED" },
      { namespace: "ops", name: "c" },
    ]);
  });

  it.each([
    ["links are made by hand", [istiod("false"), PLANE]],
    ["there is no management plane", [istiod("true")]],
  ])("are not asked for where %s", async (_, objects) => {
    const refused = { objects, refuse: forbid("list kubernetesclusters") };
    expect(await valueOf("kubernetesClusters", refused)).toEqual([]);
  });

  it("are none without the CRD", async () => {
    const refuse = (line: string) =>
      line.includes("kubernetesclusters") ? missing("not-found", "not served") : undefined;
    const objects = [istiod("true"), PLANE];
    expect(await valueOf("kubernetesClusters", { objects, refuse })).toEqual([]);
  });

  it.each(["list kubernetesclusters", "list deployments", "list services"])(
    "are not known where mc may not %s",
    async (line) => {
      const objects = [istiod("true"), PLANE];
      const refused = { objects, refuse: forbid(line) };
      expect(await factOf("kubernetesClusters", refused)).toMatchObject({
        ok: false,
        why: "forbidden",
      });
    },
  );
});
