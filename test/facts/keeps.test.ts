import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FACTS } from "../../src/facts/index.ts";
import { MESH, readMesh } from "../../src/facts/mesh-text.ts";
import { at } from "../../src/lib/json.ts";
import { mapGathered } from "../../src/model/gathered.ts";
import { RESOURCES } from "../../src/model/resource.ts";
import type { FactReader } from "../../src/model/source.ts";
import { ClusterSource } from "../../src/engine/source.ts";
import { allFacts, contents, debugOf } from "../support/all-facts.ts";
import { guarded, GUARDED_FACTS, guardedFact, UndeclaredRead } from "../support/guard.ts";
import { recordedClusters, SCENARIO_NAMES } from "../support/scenario.ts";
import { MemoryReader } from "../support/source.ts";

describe("facts read nothing but what they declare", () => {
  it.each(SCENARIO_NAMES)("in scenario %s", async (name) => {
    const [first, ...others] = await recordedClusters(name);
    if (!first) throw new Error("no cluster");
    const all = [first, ...others] as const;
    expect(await allFacts(all, GUARDED_FACTS)).toEqual(await allFacts(all));
  });

  it("whatever a cluster holds", async () => {
    await fc.assert(
      fc.asyncProperty(contents, async (one) => {
        const reader = () => new MemoryReader({ objects: one.objects, debug: debugOf(one) });
        expect(await allFacts([reader(), reader()], GUARDED_FACTS)).toEqual(
          await allFacts([reader(), reader()]),
        );
      }),
      { numRuns: 150, seed: 20_260_115 },
    );
  });

  it("the mesh configuration's fields among them", () => {
    expect(() => readMesh(guarded({}, MESH, "mesh"))).not.toThrow();
  });
});

describe("a fact that reads one more path", () => {
  const cluster = () =>
    new MemoryReader({
      objects: [
        { kind: "Node", metadata: { name: "n", uid: "u" }, spec: { podCIDR: "x" }, status: {} },
      ],
      debug: { "a/b:1/debug/license": { State: "OK", Key: "k" } },
    });

  const guardedNodes = (read: FactReader<"nodes">) =>
    new ClusterSource(
      cluster(),
      {},
      { ...GUARDED_FACTS, nodes: guardedFact(read, FACTS.nodes.keeps) },
    ).fact("nodes");

  const reading = (look: (object: unknown) => unknown): FactReader<"nodes"> => {
    return async (source) =>
      mapGathered(await source.list(RESOURCES.nodes), (objects) => {
        for (const object of objects) look(object);
        return [];
      });
  };

  it.each<[string, (node: unknown) => unknown, string]>([
    ["that is there", (node) => at(node, "spec", "providerID"), "nodes.spec"],
    ["that is not there", (node) => at(node, "status", "images"), "nodes.status"],
    ["of the metadata", (node) => at(node, "metadata", "uid"), "nodes.metadata.uid"],
  ])("fails: one %s", async (_, look, path) => {
    expect(await guardedNodes(reading(look))).toMatchObject({
      ok: false,
      detail: expect.stringContaining(path) as string,
    });
  });

  it("fails in the items of a list, in what is cut, and in an annotation", () => {
    const node = { status: { addresses: [{}] } };
    const [address] = at(
      guarded(node, FACTS.nodes.keeps.nodes ?? {}, "n"),
      "status",
      "addresses",
    ) as [unknown];
    expect(() => at(address, "zone")).toThrow(UndeclaredRead);
    const pod = {
      metadata: { annotations: { other: "x" } },
      spec: { containers: [{ env: [{ name: "CLUSTER_ID", value: "a" }] }] },
    };
    const read = guarded(pod, FACTS.istiodPods.keeps.pods ?? {}, "pod");
    const [container] = at(read, "spec", "containers") as [unknown];
    const [variable] = at(container, "env") as [unknown];
    expect(at(variable, "value")).toBe("a");
    expect(() => at(variable, "note")).toThrow(UndeclaredRead);
    expect(() => at(container, "resources")).toThrow(UndeclaredRead);
    expect(() => at(read, "metadata", "annotations", "other")).toThrow(UndeclaredRead);
  });

  it("fails for a resource and for a debug answer that it does not declare", async () => {
    const services: FactReader<"nodes"> = async (source) =>
      mapGathered(await source.list(RESOURCES.services), () => []);
    expect(await guardedNodes(services)).toMatchObject({
      detail: expect.stringContaining("services") as string,
    });
    const asking: FactReader<"nodes"> = async (source) =>
      mapGathered(
        await source.debug({ namespace: "a", pod: "b", port: 1 }, "/debug/license"),
        () => [],
      );
    expect(await guardedNodes(asking)).toMatchObject({
      detail: expect.stringContaining("/debug/license") as string,
    });
  });

  it("fails for a field of the mesh configuration", () => {
    const field = (mesh: unknown) => ({ ...readMesh(mesh), log: at(mesh, "accessLogFile") });
    expect(() => field(guarded({}, MESH, "mesh"))).toThrow("mesh.accessLogFile");
  });
});
