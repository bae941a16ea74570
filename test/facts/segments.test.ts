import { describe, expect, it } from "vitest";
import { missing } from "../../src/model/gathered.ts";
import { factOf, forbid, type MemoryContents, valueOf } from "../support/source.ts";

type Json = Record<string, unknown>;

const namespace = (name: string, labels: Json = {}): Json => ({
  kind: "Namespace",
  metadata: { name, labels },
});
const IN_SEGMENT = namespace("istio-system", { "admin.solo.io/segment": "acme" });

const segment = (name: string, spec?: unknown, inNamespace = "istio-system"): Json => ({
  kind: "Segment",
  metadata: { name, namespace: inNamespace },
  ...(spec === undefined ? {} : { spec }),
});

const ALIAS = { pattern: "{service}.x", selector: { matchLabels: { app: "web" } } };

function contents(...objects: Json[]): MemoryContents {
  return { objects };
}

describe("segments", () => {
  it("are those of the istio namespace, by name, whatever they hold", async () => {
    const found = await valueOf(
      "segments",
      contents(
        IN_SEGMENT,
        {
          ...segment("b", { domain: "mesh.b" }),
          status: { conditions: [{ type: "Accepted", status: "False" }, { status: "True" }] },
        },
        segment("acme", { domain: "mesh.acme", aliases: [ALIAS] }),
        segment("acme", { domain: "mesh.elsewhere" }, "gloo-mesh"),
        segment("c", { domain: ["mesh.c"], aliases: [{ pattern: 1 }, "x", {}] }),
        segment("d"),
        { kind: "Segment", metadata: { namespace: "istio-system" } },
      ),
    );
    expect(found).toEqual([
      {
        namespace: "istio-system",
        name: "acme",
        domain: "mesh.acme",
        aliases: [{ pattern: "{service}.x", matchLabels: new Map([["app", "web"]]) }],
      },
      {
        namespace: "istio-system",
        name: "b",
        domain: "mesh.b",
        conditions: [{ type: "Accepted", status: "False", reason: "", message: "" }],
      },
      {
        namespace: "istio-system",
        name: "c",
        aliases: [{ pattern: "1", matchLabels: new Map() }],
      },
      { namespace: "istio-system", name: "d" },
    ]);
  });

  it.each([
    ["the label is on another namespace", namespace("other", { "admin.solo.io/segment": "acme" })],
    ["the label is empty", namespace("istio-system", { "admin.solo.io/segment": "" })],
    ["there is no label", namespace("istio-system")],
  ])("are not asked for where %s", async (_, one) => {
    const refused = { ...contents(one), refuse: forbid("list segments") };
    expect(await valueOf("segments", refused)).toEqual([]);
  });

  it("are none without the CRD", async () => {
    const refuse = (line: string) =>
      line.includes("segments") ? missing("not-found", "segments is not served") : undefined;
    expect(await valueOf("segments", { ...contents(IN_SEGMENT), refuse })).toEqual([]);
  });

  it("are not known where they or the label may not be read", async () => {
    for (const lines of [["list segments in istio-system"], ["list namespaces", "get "]]) {
      const refused = { ...contents(IN_SEGMENT), refuse: forbid(...lines) };
      expect(await factOf("segments", refused)).toMatchObject({ ok: false, why: "forbidden" });
    }
  });
});
