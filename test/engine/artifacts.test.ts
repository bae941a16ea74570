import { describe, expect, it } from "vitest";
import { ClusterSource } from "../../src/engine/source.ts";
import { ARTIFACTS } from "../../src/engine/artifacts/index.ts";
import { RunArtifacts } from "../../src/engine/artifacts.ts";
import { FACTS } from "../../src/facts/index.ts";
import type { RawObject, ListOptions } from "../../src/model/reader.ts";
import type { Resource } from "../../src/model/resource.ts";
import { judgeTrust } from "../../src/lib/x509/index.ts";
import type { FactKey } from "../../src/model/facts.ts";
import type { Gathered } from "../../src/model/gathered.ts";
import { clusterRef } from "../support/facts.ts";
import { MemoryReader } from "../support/source.ts";

/** Its pods of istiod, which the debug questions wait for, come when they are let go. */
class HeldReader extends MemoryReader {
  letGo = (): void => undefined;
  readonly #held = new Promise<void>((resolve) => (this.letGo = resolve));

  override async list(
    resource: Resource,
    options: ListOptions = {},
  ): Promise<Gathered<RawObject[]>> {
    if (options.labelSelector === "app in (istiod,ztunnel)") await this.#held;
    return super.list(resource, options);
  }
}

/** The certificates of one cluster, begun as the engine does it while facts are being read. */
async function judged(source: ClusterSource, facts: readonly FactKey[]): Promise<number> {
  const artifacts = new RunArtifacts(ARTIFACTS);
  artifacts.begin([source], new Set(facts));
  await artifacts.finish([], []);
  return artifacts.for(["trust"]).trust.verdicts.size;
}

it("certificates wait for the requests that the others' answers lead to", async () => {
  const reader = new HeldReader();
  const source = new ClusterSource(reader, {}, FACTS);
  let done = false;
  const early = judged(source, ["istiodPods", "licenses"]).then((count) => {
    done = true;
    return count;
  });
  await Promise.all([source.fact("rootCertificate"), source.fact("intermediate")]);
  // As long as the same work takes.
  for (let turn = 0; turn < 5; turn += 1) await judgeTrust([]);
  expect(done).toBe(false);
  reader.letGo();
  expect(await early).toBe(1);
});

it("certificates wait for nothing else", async () => {
  const source = new ClusterSource(new HeldReader(), {}, FACTS);
  expect(await judged(source, ["rootCertificate"])).toBe(1);
});

describe("an artifact", () => {
  const cluster = { ref: clusterRef("a"), facts: {} };

  it("is computed once, whoever asks", async () => {
    let times = 0;
    const artifacts = new RunArtifacts([
      {
        key: "links",
        uses: [],
        derive: () => {
          times += 1;
          return [];
        },
      },
    ]);
    await artifacts.finish([cluster], [cluster]);
    expect(artifacts.for(["links"]).links).toEqual([]);
    expect(artifacts.for(["links"]).links).toEqual([]);
    expect(times).toBe(1);
  });

  it("that cannot be computed throws at those who ask, and at nobody else", async () => {
    const fail = (): never => {
      throw new Error("no way");
    };
    const artifacts = new RunArtifacts([
      { key: "trust", uses: [], prepare: async () => fail() },
      { key: "links", uses: [], derive: fail },
    ]);
    await artifacts.finish([cluster], [cluster]);
    const asked = artifacts.for(["trust", "links"]);
    expect(() => asked.trust).toThrow("no way");
    expect(() => asked.links).toThrow("no way");
  });

  it("that nobody defines throws as well", () => {
    expect(() => new RunArtifacts([]).for(["links"]).links).toThrow("links was not computed");
  });
});
