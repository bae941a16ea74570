import { beforeAll, describe, expect, it } from "vitest";
import { judgePresented } from "../../../src/lib/x509/presented.ts";
import {
  type Authority,
  DAY,
  makeIntermediate,
  makeLeaf,
  makeRoot,
} from "../../support/certificates.ts";
import { NOW } from "../../support/facts.ts";

const IDENTITY = "spiffe://cluster.local/ns/istio-eastwest/sa/istio-eastwest";

let root: Authority;
let other: Authority;
let namesake: Authority;
let intermediate: Authority;
let leaf: Authority;

beforeAll(async () => {
  [root, other, namesake] = await Promise.all([makeRoot(), makeRoot("Other CA"), makeRoot()]);
  intermediate = await makeIntermediate(root);
  leaf = await makeLeaf(intermediate, {
    dnsNames: ["istiod.istio-system.svc"],
    uris: [IDENTITY],
  });
});

async function judged(
  chain: readonly Authority[],
  roots: Record<string, string>,
): Promise<Record<string, string>> {
  const ders = chain.map(({ der }) => der);
  const presented = await judgePresented(ders, new Map(Object.entries(roots)), NOW);
  return Object.fromEntries(
    [...(presented?.verdicts ?? [])].map(([key, verdict]) => [
      key,
      verdict.ok ? `path of ${verdict.path.length}` : `${verdict.fault}: ${verdict.reason}`,
    ]),
  );
}

describe("a chain that a server presents", () => {
  it("is judged by the roots of each cluster", async () => {
    const roots = { a: root.pem, b: `${other.pem}${root.pem}`, c: other.pem, d: namesake.pem };
    expect(await judged([leaf, intermediate, root], roots)).toEqual({
      a: "path of 3",
      b: "path of 3",
      c: "unknown-issuer: the chain ends at CN=Root CA,O=Istio, which is not among the roots",
      d: "other-key: the chain ends at CN=Root CA,O=Istio, and the root of that name has another key",
    });
  });

  it("need not hold the root, and may be signed by it directly", async () => {
    const direct = await makeLeaf(root);
    expect(await judged([leaf, intermediate], { a: root.pem })).toEqual({ a: "path of 3" });
    expect(await judged([direct], { a: root.pem })).toEqual({ a: "path of 2" });
  });

  it("is not trusted without its intermediate", async () => {
    expect(await judged([leaf], { a: root.pem })).toEqual({
      a: "unknown-issuer: CN=workload is issued by CN=Intermediate CA,O=Istio,L=a, which is neither among the roots nor in the chain",
    });
  });

  it("is not trusted out of its time, of itself or of what signed it", async () => {
    const past = { notBefore: NOW - 3 * DAY, notAfter: NOW - DAY };
    const old = await makeLeaf(intermediate, past);
    const early = await makeLeaf(intermediate, { notBefore: NOW + DAY, notAfter: NOW + 2 * DAY });
    const lapsed = await makeIntermediate(root, "b", past);
    const below = await makeLeaf(lapsed);
    const roots = { a: root.pem };
    expect(await judged([old, intermediate], roots)).toEqual({
      a: "expired: CN=workload expired on 2026-01-14",
    });
    expect(await judged([early, intermediate], roots)).toEqual({
      a: "not-yet-valid: CN=workload is not valid before 2026-01-16 12:00 UTC",
    });
    expect(await judged([below, lapsed], roots)).toEqual({
      a: "expired: CN=Intermediate CA,O=Istio,L=b expired on 2026-01-14",
    });
  });

  it("is not trusted where what signed it is no CA", async () => {
    const below = await makeLeaf(leaf);
    expect(await judged([below, leaf, intermediate], { a: root.pem })).toEqual({
      a: "not-a-ca: CN=workload is not a CA (CA:true is missing)",
    });
  });

  it("says who it is for", async () => {
    const presented = await judgePresented([leaf.der], new Map(), NOW);
    expect(presented?.names).toEqual(["istiod.istio-system.svc", IDENTITY]);
    expect(presented?.certificate.subject).toBe("CN=workload");
    const nameless = await judgePresented([root.der], new Map(), NOW);
    expect(nameless?.names).toEqual([]);
  });

  it("is none where there is nothing, or something else; roots that are none judge nothing", async () => {
    expect(await judgePresented([], new Map(), NOW)).toBeUndefined();
    expect(await judgePresented([new Uint8Array([1, 2, 3])], new Map(), NOW)).toBeUndefined();
    const rubbish = new Map([["a", "rubbish"]]);
    const presented = await judgePresented([leaf.der, new Uint8Array([0x30, 0x00])], rubbish, NOW);
    expect(presented?.verdicts.size).toBe(0);
  });
});
