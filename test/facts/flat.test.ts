import { describe, expect, it } from "vitest";
import { parsePeeredUid } from "../../src/facts/flat-entries.ts";
import { ClusterSource } from "../../src/engine/source.ts";
import { FACTS } from "../../src/facts/index.ts";
import type { SourcePodsFact } from "../../src/model/facts.ts";
import { missing, type Gathered } from "../../src/model/gathered.ts";
import { podNames } from "../support/facts.ts";
import { factOf, forbid, MemoryReader, valueOf, type MemoryContents } from "../support/source.ts";

type Json = Record<string, unknown>;

function entry(
  uid: string,
  more: { cluster?: string; workload?: string; namespace?: string } = {},
): Json {
  const { cluster, workload = "autogenflat.x", namespace = "istio-system" } = more;
  return {
    kind: "WorkloadEntry",
    metadata: {
      name: `autogenflat.${uid.replaceAll("/", ".")}`,
      namespace,
      labels: {
        "solo.io/source-workload": workload,
        ...(cluster && { "solo.io/source-cluster": cluster }),
      },
      annotations: { "solo.io/peered-workload-uid": uid },
    },
  };
}

const pod = (namespace: string, name: string): Json => ({
  kind: "Pod",
  metadata: { name, namespace },
});

const istiod = (id?: string): Json => ({
  kind: "Deployment",
  metadata: { name: "istiod", namespace: "istio-system", labels: { app: "istiod" } },
  spec: {
    template: {
      spec: {
        containers: [{ name: "discovery", env: id ? [{ name: "CLUSTER_ID", value: id }] : [] }],
      },
    },
  },
});

describe("parsePeeredUid", () => {
  it.each([
    ["a//Pod/ns/name", { cluster: "a", pod: { namespace: "ns", name: "name" } }],
    ["x/a//Pod/ns/name", { cluster: "x/a", pod: { namespace: "ns", name: "name" } }],
    ["a/networking.istio.io/WorkloadEntry/ns/name", { cluster: "a" }],
    ["a/apps/Pod/ns/name", { cluster: "a" }],
    ["a//Pod//name", { cluster: "a" }],
    ["a//Pod/ns/", { cluster: "a" }],
    ["//Pod/ns/name", { cluster: "" }],
    ["", { cluster: "" }],
    ["a/b", { cluster: "" }],
  ])("%j", (uid, expected) => {
    expect(parsePeeredUid(uid)).toEqual(expected);
  });
});

describe("flatEntries", () => {
  it("are the flat ones of the istio namespace", async () => {
    const objects = [
      entry("b//Pod/ns/two", { cluster: "b" }),
      entry("b//Pod/ns/one"),
      entry("b//Pod/ns/three", { workload: "autogen.b.ns.svc" }),
      entry("b//Pod/ns/four", { namespace: "other" }),
      entry("", { cluster: "c" }),
      { kind: "WorkloadEntry", metadata: { name: "plain", namespace: "istio-system" } },
      {
        kind: "WorkloadEntry",
        metadata: {
          name: "autogenflat.none",
          namespace: "istio-system",
          labels: { "solo.io/source-workload": "autogenflat.y" },
        },
      },
    ];
    const found = await valueOf("flatEntries", { objects });
    expect(found).toEqual([
      { namespace: "istio-system", name: "autogenflat.", sourceCluster: "c", uid: "" },
      {
        namespace: "istio-system",
        name: "autogenflat.b..Pod.ns.one",
        sourceCluster: "b",
        uid: "b//Pod/ns/one",
        pod: { namespace: "ns", name: "one" },
      },
      expect.objectContaining({ sourceCluster: "b", pod: { namespace: "ns", name: "two" } }),
      { namespace: "istio-system", name: "autogenflat.none", sourceCluster: "", uid: "" },
    ]);
    const elsewhere = await valueOf("flatEntries", { objects }, { istioNamespace: "other" });
    expect(elsewhere).toHaveLength(1);
  });

  it("are none without the CRD", async () => {
    expect(await valueOf("flatEntries", { refuse: () => missing("not-found", "no") })).toEqual([]);
    const refused = await factOf("flatEntries", { refuse: forbid("list workloadentries") });
    expect(refused).toMatchObject({ ok: false, why: "forbidden" });
  });
});

interface Run {
  fact: Gathered<SourcePodsFact>;
  /** Lists of pods, in order. */
  lists: string[];
}

/** `sourcePods` of cluster `a` while other clusters hold these entries. */
async function run(
  here: MemoryContents,
  elsewhere: MemoryContents[],
  prepare: (reader: MemoryReader) => void = () => {},
): Promise<Run> {
  const reader = new MemoryReader(here);
  prepare(reader);
  const source = new ClusterSource(reader, {}, FACTS);
  source.peers = elsewhere.map((other) => new ClusterSource(new MemoryReader(other), {}, FACTS));
  const fact = await source.fact("sourcePods");
  return { fact, lists: reader.requests.filter((line) => line.startsWith("list pods")) };
}

function countOf({ existing }: SourcePodsFact): number {
  return [...existing.values()].reduce((sum, { size }) => sum + size, 0);
}

const found = (existing: string[], namespaces: string[]) => ({
  ok: true,
  value: { existing: podNames(existing), namespaces: new Set(namespaces) },
});

describe("sourcePods", () => {
  it("ask nothing when no entry names a pod here", async () => {
    const none = await run({ objects: [istiod("a")] }, [{}, { refuse: forbid("list") }]);
    expect(none).toEqual({ fact: found([], []), lists: [] });
    const others = await run({ objects: [istiod("a")] }, [
      { objects: [entry("b//Pod/ns/one"), entry("a/apps/Deployment/ns/one", { cluster: "a" })] },
    ]);
    expect(others).toEqual({ fact: found([], []), lists: [] });
  });

  it("read pods of the named namespaces only, by metadata", async () => {
    const objects = [
      istiod("a"),
      pod("x", "one"),
      pod("y", "two"),
      pod("y", "unnamed"),
      pod("z", "z"),
    ];
    const entries = [entry("a//Pod/x/one"), entry("a//Pod/y/two"), entry("b//Pod/z/z")];
    const { fact, lists } = await run({ objects }, [{ objects: entries }, { objects: entries }]);
    expect(fact).toEqual(found(["x/one", "y/two"], ["x", "y"]));
    expect(lists.toSorted()).toEqual(["list pods in x (metadata)", "list pods in y (metadata)"]);
  });

  it("are looked for too where the cluster itself holds the entry", async () => {
    const objects = [istiod("a"), pod("x", "one"), entry("a//Pod/x/one"), entry("a//Pod/x/gone")];
    expect((await run({ objects }, [])).fact).toEqual(found(["x/one"], ["x"]));
  });

  it("look again for what is missing, in its namespace only", async () => {
    const objects = [istiod("a"), pod("x", "one")];
    const entries = [entry("a//Pod/x/one"), entry("a//Pod/y/late"), entry("a//Pod/y/gone")];
    const { fact, lists } = await run({ objects }, [{ objects: entries }], (reader) => {
      const list = reader.list.bind(reader);
      reader.list = async (resource, options) => {
        const answer = await list(resource, options);
        // Comes right after the first list.
        if (options?.namespace === "y") reader.objects = [...objects, pod("y", "late")];
        return answer;
      };
    });
    expect(fact).toEqual(found(["x/one", "y/late"], ["x", "y"]));
    expect(lists).toEqual([
      "list pods in x (metadata)",
      "list pods in y (metadata)",
      "list pods in y (metadata)",
    ]);
  });

  it("list the whole cluster once where entries name many namespaces", async () => {
    const names = Array.from({ length: 11 }, (_, index) => `ns-${index}`);
    const entries = names.map((name) => entry(`a//Pod/${name}/one`));
    const objects = [istiod("a"), ...names.map((name) => pod(name, "one"))];
    const { fact, lists } = await run({ objects }, [{ objects: entries }]);
    expect(lists).toEqual(["list pods (metadata)"]);
    expect(fact.ok && countOf(fact.value)).toBe(11);
    expect(fact.ok && fact.value.namespaces).toEqual(new Set(names));
  });

  it("list those namespaces by themselves where the whole cluster may not be listed", async () => {
    const names = Array.from({ length: 11 }, (_, index) => `ns-${index}`);
    const entries = names.map((name) => entry(`a//Pod/${name}/one`));
    const objects = [istiod("a"), ...names.map((name) => pod(name, "one"))];
    const refuse = forbid("list pods (metadata)");
    const { fact, lists } = await run({ objects, refuse }, [{ objects: entries }]);
    expect(lists).toHaveLength(12);
    expect(fact).toEqual(
      found(
        names.map((name) => `${name}/one`),
        names,
      ),
    );
  });

  it("leave out the namespaces that could not be read", async () => {
    const objects = [istiod("a"), pod("x", "one"), pod("y", "two")];
    const entries = [{ objects: [entry("a//Pod/x/one"), entry("a//Pod/y/two")] }];
    const some = await run({ objects, refuse: forbid("list pods in y") }, entries);
    expect(some.fact).toEqual(found(["x/one"], ["x"]));
    const none = await run({ objects, refuse: forbid("list pods") }, entries);
    expect(none.fact).toMatchObject({ ok: false, why: "forbidden" });
  });

  it("say nothing of candidates that the second look could not confirm", async () => {
    let asked = 0;
    const refuse = (request: string) => {
      if (request.startsWith("list pods in y")) asked += 1;
      return asked > 1 ? missing("timeout", "no answer") : undefined;
    };
    const entries = [{ objects: [entry("a//Pod/x/one"), entry("a//Pod/y/gone")] }];
    const { fact } = await run({ objects: [istiod("a"), pod("x", "one")], refuse }, entries);
    expect(fact).toEqual(found(["x/one"], ["x"]));
  });

  it("cannot be told without a CLUSTER_ID", async () => {
    const entries = [{ objects: [entry("a//Pod/x/one")] }];
    const unread = await run({ refuse: forbid("list deployments") }, entries);
    expect(unread.fact).toMatchObject({ ok: false, why: "forbidden" });
    const none = await run({}, entries);
    expect(none.fact).toMatchObject({ ok: false, why: "unreadable" });
  });

  it("take 20,000 entries", async () => {
    const entries: Json[] = [];
    const objects: Json[] = [istiod("a")];
    for (let index = 0; index < 20_000; index += 1) {
      entries.push(entry(`a//Pod/ns-${index % 5}/pod-${index}`));
      if (index % 100 !== 0) objects.push(pod(`ns-${index % 5}`, `pod-${index}`));
    }
    const { fact } = await run({ objects }, [{ objects: entries }]);
    expect(fact.ok && countOf(fact.value)).toBe(19_800);
  });
});
