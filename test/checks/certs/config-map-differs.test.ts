import { describe, expect, test } from "vitest";
import { missing } from "../../../src/model/gathered.ts";
import type { Finding } from "../../../src/model/report.ts";
import { makeIntermediate, makeRoot, type Authority } from "../../support/certificates.ts";
import {
  cacerts,
  faults,
  messages,
  runCerts,
  selfMade,
  signedBy,
  statusOf,
  type Certificates,
} from "../../support/certs-run.ts";
import { other, root } from "../../support/certs-roots.ts";

/** Its Secret is sound; its ConfigMap has these roots. */
async function withConfigMap(id: string, ...roots: Authority[]): Promise<Certificates> {
  return { ...(await signedBy(root, id)), roots };
}

const RESTART_B =
  "kubectl --context ctx-b -n istio-system rollout restart deployment -l app=istiod";

function remediesAreWhole(findings: readonly Finding[]): void {
  for (const { remediation } of findings) {
    expect(remediation?.summary).not.toMatch(/ in {2}| in and|of {2}/);
    expect(remediation?.commands.length).toBeGreaterThan(0);
  }
}

describe("a ConfigMap that istiod has not brought up to its Secret", () => {
  test.for([
    [["a", "b"], "the intermediate certificates of clusters ctx-a, ctx-b"],
    [["b", "a"], "the intermediate certificates of clusters ctx-b, ctx-a"],
    [["a", "b", "c"], "the intermediate certificates of clusters ctx-a, ctx-b, ctx-c"],
    [["b"], "its own intermediate certificate"],
  ] as const)("in b of %o is the one thing to mend", async ([ids, whose]) => {
    const clusters: Record<string, Certificates> = {};
    for (const id of ids) clusters[id] = await withConfigMap(id, id === "b" ? other : root);
    const verdict = await runCerts(clusters);
    const [apart, pairs, ...more] = faults(verdict);
    expect(more).toEqual([]);
    expect(apart).toMatchObject({
      severity: "fail",
      cluster: "ctx-b",
      object: { kind: "ConfigMap", namespace: "istio-system", name: "istio-ca-root-cert" },
    });
    expect(apart).not.toHaveProperty("blockedBy");
    expect(apart?.message).toMatch(
      /^cluster ctx-b: Secret istio-system\/cacerts and ConfigMap istio-ca-root-cert differ: root CN=Root A.* against root CN=Root B/,
    );
    expect(apart?.remediation?.summary).toMatch(/^Restart istiod, /);
    expect(apart?.remediation?.commands.at(-1)).toBe(RESTART_B);
    expect(pairs).toMatchObject({ severity: "fail", blockedBy: "certs", object: apart?.object });
    expect(pairs?.message).toContain(`cluster ctx-b does not trust ${whose}: root CN=Root B`);
    expect(pairs?.message).toMatch(/: root CN=Root A,O=Istio \(SHA-256 \w+\) does$/);
    remediesAreWhole(faults(verdict));
  });

  test("in two of three clusters: the third one's chain is among what they do not trust", async () => {
    const verdict = await runCerts({
      a: await withConfigMap("a", other),
      b: await withConfigMap("b", other),
      c: await signedBy(root, "c"),
    });
    const [ofA, ofB, pairs, ...more] = faults(verdict);
    expect(more).toEqual([]);
    expect([ofA?.cluster, ofB?.cluster]).toEqual(["ctx-a", "ctx-b"]);
    expect(pairs?.message).toContain(
      "clusters ctx-a, ctx-b do not trust the intermediate certificates of clusters ctx-a, ctx-b, ctx-c: ",
    );
    expect(pairs).toMatchObject({ blockedBy: "certs" });
    expect(pairs).not.toHaveProperty("cluster");
    remediesAreWhole(faults(verdict));
  });

  test("in all clusters: they do not trust each other", async () => {
    const verdict = await runCerts({
      a: await withConfigMap("a", other),
      b: await withConfigMap("b", other),
    });
    expect(messages(verdict, "fail")[2]).toContain(
      "clusters ctx-a, ctx-b do not trust each other's intermediate certificates: ",
    );
    expect(faults(verdict)[2]?.blockedBy).toBe("certs");
  });

  test("where the other's Secret cannot be read, its roots tell", async () => {
    const a = { roots: [root], intermediate: missing("forbidden", "secrets is forbidden") };
    const verdict = await runCerts({ a, b: await withConfigMap("b", other) });
    const pairs = faults(verdict).filter(({ blockedBy }) => blockedBy === "certs");
    expect(pairs.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^cluster ctx-b does not trust .* of cluster ctx-a: their bundles/),
      expect.stringMatching(/^cluster ctx-b does not trust its own /),
    ]);
  });

  test("beside a cluster of another root, whose own finding is not blocked", async () => {
    const verdict = await runCerts({
      a: await signedBy(root, "a"),
      b: await withConfigMap("b", other),
      c: await signedBy(other, "c"),
    });
    const [apart, aOfC, stale, cOfBoth, ...more] = faults(verdict);
    expect(more).toEqual([]);
    // What b trusts of c by its ConfigMap it would not trust by its Secret.
    expect(apart?.remediation?.summary).toMatch(/^Add root CN=Root B.* before istiod restarts/);
    expect(stale?.blockedBy).toBe("certs");
    expect([aOfC?.blockedBy, cOfBoth?.blockedBy]).toEqual([undefined, undefined]);
    expect(cOfBoth?.message).toMatch(
      /^cluster ctx-c does not trust .* of clusters ctx-a, ctx-b: root CN=Root B.* not sign them: root CN=Root A.* does$/,
    );
    remediesAreWhole(faults(verdict));
  });
});

describe("roots that neither Secret nor ConfigMap has", () => {
  async function wrong(id: string): Promise<Certificates> {
    const intermediate = cacerts(await makeIntermediate(root, id), root, { root: other.pem });
    return { roots: [other], intermediate };
  }

  test.for([
    ["a", "b"],
    ["b", "a"],
  ])("are to be put into the Secret of that cluster alone: %o", async (ids) => {
    const clusters: Record<string, Certificates> = {};
    for (const id of ids) clusters[id] = id === "b" ? await wrong(id) : await signedBy(root, id);
    const [only, ...more] = faults(await runCerts(clusters));
    expect(more).toEqual([]);
    expect(only?.message).toMatch(
      /^cluster ctx-b does not trust .* of clusters ctx-\w, ctx-\w: .* does not sign them: root CN=Root A.* does$/,
    );
    expect(only).not.toHaveProperty("blockedBy");
    expect(only?.remediation?.summary).toContain("into root-cert.pem, in cluster ctx-b, then");
    const commands = only?.remediation?.commands ?? [];
    expect(commands.every((command) => !command.includes("ctx-a"))).toBe(true);
    expect(commands.at(-1)).toBe(RESTART_B);
  });

  test("in any cluster: the message says where the chains end", async () => {
    const [only, ...more] = faults(await runCerts({ a: await wrong("a"), b: await wrong("b") }));
    expect(more).toEqual([]);
    expect(only?.message).toMatch(
      /^clusters ctx-a, ctx-b do not trust each other's .* does not sign them: the chain ends at CN=Root A,O=Istio/,
    );
    expect(only?.remediation?.summary).toContain("in clusters ctx-a, ctx-b, then restart");
  });
});

describe("a root that only the ConfigMap has", () => {
  /** Signs under the new root, and its Secret has no other. */
  async function ahead(changes = {}): Promise<Certificates> {
    const signing = await makeIntermediate(other, "b");
    return { roots: [root, other], intermediate: cacerts(signing, other, changes) };
  }

  async function behind(): Promise<Certificates> {
    const secret = { root: root.pem + other.pem };
    const intermediate = cacerts(await makeIntermediate(root, "a"), root, secret);
    return { roots: [root, other], intermediate };
  }

  test("and that another cluster signs under is to be kept before istiod restarts", async () => {
    const verdict = await runCerts({ a: await behind(), b: await ahead() });
    expect(statusOf(verdict)).toBe("warn");
    expect(messages(verdict, "pass")).toHaveLength(2);
    const [only, phases, ...more] = faults(verdict);
    expect(more).toEqual([]);
    expect(phases?.message).toMatch(/: ctx-a both trusted, ctx-b dropping$/);
    expect(phases?.blockedBy).toBe("certs");
    expect(only).toMatchObject({ object: { kind: "Secret", name: "cacerts" } });
    expect(only?.remediation?.summary).toMatch(
      /^Add root CN=Root A,O=Istio \(SHA-256 \w+\) to root-cert.pem of Secret cacerts before istiod restarts and takes it out/,
    );
    const [show, write, restart] = only?.remediation?.commands ?? [];
    expect(show).toContain("get configmap istio-ca-root-cert");
    expect(write).toContain("create secret generic cacerts");
    expect(restart).toBe(RESTART_B);
  });

  test("in a TLS Secret belongs into ca.crt", async () => {
    const b = await ahead({ keys: ["ca.crt", "tls.crt", "tls.key"] });
    const [only] = faults(await runCerts({ a: await behind(), b }));
    expect(only?.remediation?.summary).toContain("to ca.crt of Secret cacerts before");
  });

  test("is kept for a cluster whose chain could not be read", async () => {
    const a = { roots: [root, other], intermediate: missing("forbidden", "secrets is forbidden") };
    const [, ofB] = faults(await runCerts({ a, b: await ahead() }));
    expect(ofB?.remediation?.summary).toMatch(/^Add root CN=Root A/);
  });

  test("and that no chain leads to goes with a restart", async () => {
    const verdict = await runCerts({ b: await ahead() });
    expect(faults(verdict)[0]?.remediation?.summary).toMatch(/^Restart istiod, /);
    expect(faults(verdict)[0]?.remediation?.commands.at(-1)).toBe(RESTART_B);
  });

  test("several of them, where istiod made itself a CA", async () => {
    const third = await makeRoot("Root C");
    const own = await makeRoot("cluster.local");
    const verdict = await runCerts({
      a: await signedBy(root, "a"),
      b: { roots: [root, third], intermediate: selfMade(own) },
      c: await signedBy(third, "c"),
    });
    const [apart] = faults(verdict);
    expect(apart?.remediation?.summary).toMatch(
      /^Write Secret cacerts, with roots CN=Root A.*, CN=Root C.* in root-cert.pem, before istiod restarts and takes them out/,
    );
    expect(messages(verdict, "fail").filter((message) => message.includes("its own"))).toHaveLength(
      1,
    );
    remediesAreWhole(faults(verdict));
  });
});

describe("CAs that istiods made for themselves", () => {
  test("of clusters with a root in common: the remedy names clusters", async () => {
    const [ownA, ownB] = [await makeRoot("A"), await makeRoot("B")];
    const intermediate = (own: Authority): Certificates => ({
      roots: [own, root],
      intermediate: { ...selfMade(own), root: own.pem + root.pem },
    });
    const verdict = await runCerts({ a: intermediate(ownA), b: intermediate(ownB) });
    expect(faults(verdict)[0]?.remediation?.summary).toContain("cacerts in ctx-a, ctx-b and");
    remediesAreWhole(faults(verdict).filter(({ severity }) => severity === "fail"));
  });
});
