import { describe, expect, it } from "vitest";
import { parseMesh, slimMesh } from "../../src/facts/mesh-text.ts";
import { factOf, forbid, memorySource, valueOf } from "../support/source.ts";

const parsed = (trustDomain: string, trustDomainAliases: string[] = []) => ({
  trustDomain,
  trustDomainAliases,
});

describe("parseMesh", () => {
  it.each<[string, unknown, object]>([
    ["nothing", undefined, parsed("cluster.local")],
    ["another type", { trustDomain: "x" }, parsed("cluster.local")],
    ["empty text", "", parsed("cluster.local")],
    ["only a comment", "# none\n", parsed("cluster.local")],
    ["a trust domain", "trustDomain: a.example\nfoo: bar", parsed("a.example")],
    ["an empty one", 'trustDomain: ""', parsed("cluster.local")],
    ["one of another type", "trustDomain: [a]", parsed("cluster.local")],
    ["CRLF", "trustDomain: a\r\nx: y\r\n", parsed("a")],
    ["JSON", '{"trustDomain":"a","trustDomainAliases":["b",null,{}]}', parsed("a", ["b"])],
    ["a key given twice", "trustDomain: a\ntrustDomain: b", parsed("b")],
    ["an anchor", "a: &a {trustDomain: x}\n<<: *a", parsed("x")],
    ["two documents", "trustDomain: a\n---\ntrustDomain: b", parsed("a")],
    ["a list", "- a", { unreadable: "it is not a map" }],
    ["text", "hello", { unreadable: "it is not a map" }],
  ])("reads %s", (_, text, expected) => {
    expect(parseMesh(text)).toEqual(expected);
  });

  it.each([
    ["broken YAML", "a: [", "in line"],
    ["an unknown alias", "a: *nope", "nope"],
    ["depth", "[".repeat(5000), ""],
    ["size", `a: ${"x".repeat(1_100_000)}`, "it is larger than 1 MiB"],
    ["too many aliases", `a: &a 1\nb: [${"*a,".repeat(5000)}]`, ""],
    ["an unknown tag", "a: !!js/function x", ""],
  ])("says why it cannot read %s, in one line", (_, text, why) => {
    const { unreadable } = parseMesh(text);
    expect(unreadable).toContain(why);
    expect(unreadable).not.toContain("\n");
  });

  it("is not slowed by nested aliases", () => {
    const lines = ["a0: &a0 [x, x]"];
    for (let i = 1; i < 40; i += 1) lines.push(`a${i}: &a${i} [*a${i - 1}, *a${i - 1}]`);
    expect(parseMesh(`${lines.join("\n")}\ntrustDomain: x`)).toEqual(parsed("x"));
  });

  it("reads what slimMesh leaves as the whole text", () => {
    const texts = [
      "trustDomain: a\nextensionProviders:\n- headers: {Authorization: hunter2}",
      "token: hunter2\na: [",
      "",
      "- a",
    ];
    for (const text of texts) {
      const slim = slimMesh(text);
      expect(slim).not.toContain("hunter2");
      expect(parseMesh(slim)).toEqual(parseMesh(text));
      expect(slimMesh(slim)).toBe(slim);
    }
  });
});

const istiod = (name: string, revision: string, namespace = "istio-system") => ({
  kind: "Deployment",
  metadata: { name, namespace, labels: { app: "istiod", "istio.io/rev": revision } },
});

const configMap = (name: string, mesh: string, namespace = "istio-system") => ({
  kind: "ConfigMap",
  metadata: { name, namespace },
  data: { mesh },
});

describe("meshConfigs", () => {
  it("are read for each revision where its istiod runs", async () => {
    const objects = [
      istiod("istiod", "default"),
      istiod("istiod-gloo", "gloo", "gloo"),
      istiod("istiod-none", "none"),
      istiod("istiod-bad", "bad"),
      configMap("istio", "trustDomain: a"),
      configMap("istio-gloo", "trustDomain: b", "gloo"),
      configMap("istio-bad", "trustDomain: ["),
    ];
    const found = await valueOf("meshConfigs", { objects });
    expect(found.toSorted((a, b) => (a.revision < b.revision ? -1 : 1))).toEqual([
      {
        revision: "bad",
        configMap: "istio-bad",
        trustDomain: "cluster.local",
        trustDomainAliases: [],
        unreadable: expect.stringContaining("line 1") as string,
      },
      { revision: "default", configMap: "istio", trustDomain: "a", trustDomainAliases: [] },
      { revision: "gloo", configMap: "istio-gloo", trustDomain: "b", trustDomainAliases: [] },
      {
        revision: "none",
        configMap: "istio-none",
        trustDomain: "cluster.local",
        trustDomainAliases: [],
      },
    ]);
  });

  it("say which one could not be read", async () => {
    const contents = {
      objects: [istiod("istiod", "default"), istiod("istiod-gloo", "gloo")],
      refuse: forbid("get istio-system/configmaps/istio-gloo"),
    };
    const [first, second] = await valueOf("meshConfigs", contents);
    expect(first).not.toHaveProperty("unreadable");
    expect(second).toMatchObject({
      revision: "gloo",
      configMap: "istio-gloo",
      unreadable: "get istio-system/configmaps/istio-gloo is forbidden",
    });
    const all = await factOf("meshConfigs", { ...contents, refuse: forbid("get") });
    expect(all).toMatchObject({ ok: false, why: "forbidden" });
  });

  it("are those of the settings when the Deployments cannot be read", async () => {
    const contents = {
      objects: [configMap("istio-gloo", "trustDomain: b"), configMap("istio", "trustDomain: a")],
      refuse: forbid("list deployments"),
    };
    const of = async (settings: object) =>
      (await valueOf("meshConfigs", contents, settings)).map(({ trustDomain }) => trustDomain);
    expect(await of({})).toEqual(["a"]);
    expect(await of({ revision: "gloo" })).toEqual(["b"]);
  });

  it("are none without an istiod, and one for two istiods of a revision", async () => {
    expect(await valueOf("meshConfigs", {})).toEqual([]);
    const { source, reader } = memorySource({ objects: [istiod("a", "x"), istiod("b", "x")] });
    await source.fact("meshConfigs");
    expect(reader.requests.filter((line) => line.endsWith("/istio-x"))).toHaveLength(1);
  });
});
