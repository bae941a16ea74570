import { expect, it } from "vitest";
import { ClusterSource } from "../../src/engine/source.ts";
import { judgeCertificates, judgeEarly } from "../../src/engine/trust.ts";
import { FACTS } from "../../src/facts/index.ts";
import type { RawObject, ListOptions } from "../../src/model/reader.ts";
import type { Resource } from "../../src/model/resource.ts";
import type { Gathered } from "../../src/model/gathered.ts";
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

it("certificates wait for the requests that the others' answers lead to", async () => {
  const reader = new HeldReader();
  const source = new ClusterSource(reader, {}, FACTS);
  let judged = false;
  const early = judgeEarly([source], new Set(["istiodPods", "licenses"] as const)).then((trust) => {
    judged = true;
    return trust;
  });
  await Promise.all([source.fact("rootCertificate"), source.fact("intermediate")]);
  // As long as the same work takes.
  for (let turn = 0; turn < 5; turn += 1) await judgeCertificates([]);
  expect(judged).toBe(false);
  reader.letGo();
  expect((await early).verdicts.size).toBe(1);
});

it("certificates wait for nothing else", async () => {
  const source = new ClusterSource(new HeldReader(), {}, FACTS);
  expect((await judgeEarly([source], new Set(["rootCertificate"] as const))).verdicts.size).toBe(1);
});
