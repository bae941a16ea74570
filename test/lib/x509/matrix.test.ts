import { X509Certificate } from "node:crypto";
import { describe, expect, test, vi } from "vitest";
import { judgeTrust, type TrustInput } from "../../../src/lib/x509/index.ts";
import { gathered, missing } from "../../../src/model/gathered.ts";
import { DAY, makeIntermediate, makeRoot, type Authority } from "../../support/certificates.ts";
import { NOW } from "../../support/facts.ts";

function cluster(context: string, root: Authority, signing: Authority, now = NOW): TrustInput {
  const chain = signing.pem + root.pem;
  const keys = ["ca-cert.pem", "cert-chain.pem"];
  return {
    ref: { context, now },
    facts: {
      rootCertificate: gathered({ pem: root.pem }),
      intermediate: gathered({
        secret: "cacerts",
        certificate: signing.pem,
        chain,
        root: root.pem,
        keys,
      }),
      ztunnelDumps: gathered([
        { pod: "istio-system/ztunnel", rootPems: [root.pem], workloads: [] },
      ]),
    },
  };
}

describe("a mesh of thirty clusters", () => {
  test("verifies each chain once, however many clusters trust it and whatever their clocks", async () => {
    const root = await makeRoot();
    const clusters = [];
    for (let index = 0; index < 30; index += 1) {
      const signing = await makeIntermediate(root, `${index}`);
      clusters.push(cluster(`c${index}`, root, signing, NOW + index));
    }
    const verify = vi.spyOn(X509Certificate.prototype, "verify");
    const { verdicts } = await judgeTrust(clusters);
    // One a chain, and the root by its own key.
    expect(verify).toHaveBeenCalledTimes(31);
    verify.mockRestore();
    const all = [...verdicts.values()].flatMap((row) => [...row.values()]);
    expect(all).toHaveLength(900);
    expect(all.every(({ ok }) => ok)).toBe(true);
  });
});

describe("clocks", () => {
  test("the time is that of the cluster whose roots verify", async () => {
    const root = await makeRoot();
    const late = cluster("late", root, await makeIntermediate(root), NOW + 5000 * DAY);
    const { verdicts } = await judgeTrust([
      late,
      cluster("now", root, await makeIntermediate(root)),
    ]);
    expect(verdicts.get("now")?.get("late")?.ok).toBe(true);
    expect(verdicts.get("late")?.get("now")).toMatchObject({ ok: false, fault: "expired" });
  });
});

describe("after a restart of istiod", () => {
  test("the roots are those of the Secret, asked where those of the ConfigMap say no", async () => {
    const [root, old] = [await makeRoot(), await makeRoot("Old")];
    const a = cluster("a", root, await makeIntermediate(root));
    const b = cluster("b", root, await makeIntermediate(root));
    const apart = cluster("apart", old, await makeIntermediate(old));
    const { verdicts, afterRestart } = await judgeTrust([
      a,
      { ...b, facts: { ...b.facts, rootCertificate: gathered({ pem: old.pem }) } },
      apart,
    ]);
    expect(verdicts.get("b")?.get("a")?.ok).toBe(false);
    expect([...(afterRestart.get("b") ?? [])].map(([owner, { ok }]) => [owner, ok])).toEqual([
      ["a", true],
      ["b", true],
    ]);
    expect(verdicts.get("a")?.get("apart")).toEqual(afterRestart.get("a")?.get("apart"));
  });

  test("a CA that istiod made itself is its own root", async () => {
    const own = await makeRoot();
    const facts = {
      rootCertificate: gathered({ pem: (await makeRoot("Old")).pem }),
      intermediate: gathered({
        secret: "istio-ca-secret" as const,
        certificate: own.pem,
        chain: "",
        keys: ["ca-cert.pem"],
      }),
    };
    const { afterRestart } = await judgeTrust([{ ref: { context: "a", now: NOW }, facts }]);
    expect(afterRestart.get("a")?.get("a")?.ok).toBe(true);
  });
});

describe("texts", () => {
  test("are there by themselves: roots, chains, those of Secrets and of ztunnel", async () => {
    const root = await makeRoot();
    const [one, two] = [await makeRoot("One"), await makeRoot("Two")];
    const signing = await makeIntermediate(root);
    const { facts, ref } = cluster("a", root, signing);
    const { pems } = await judgeTrust([
      {
        ref,
        facts: {
          ...facts,
          intermediate: gathered({ secret: "cacerts", certificate: "", root: one.pem, keys: [] }),
          ztunnelDumps: gathered([{ pod: "z", rootPems: [two.pem], workloads: [] }]),
        },
      },
    ]);
    expect(new Set(pems.keys())).toEqual(new Set([root.pem, one.pem, two.pem, ""]));
    expect(pems.get(two.pem)?.certificates[0]?.subject).toBe("CN=Two,O=Istio");
  });

  test("a certificate twice counts once; a problem names its place", async () => {
    const root = await makeRoot();
    const bad = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
    const pem = root.pem + bad + root.pem + bad;
    const { pems } = await judgeTrust([
      { ref: { context: "a", now: NOW }, facts: { rootCertificate: gathered({ pem }) } },
    ]);
    expect(pems.get(pem)).toMatchObject({
      certificates: [{ subject: "CN=Root CA,O=Istio" }],
      problems: ["certificate 2 is not a certificate", "certificate 4 is not a certificate"],
    });
  });

  test("of more than a thousand certificates the rest is left out", async () => {
    const { pem } = await makeRoot();
    const text = pem.repeat(1001);
    const { pems } = await judgeTrust([
      { ref: { context: "a", now: NOW }, facts: { rootCertificate: gathered({ pem: text }) } },
    ]);
    expect(pems.get(text)?.problems).toEqual(["only the first 1000 certificates were read"]);
  });
});

describe("what is missing", () => {
  test("gives no verdict, and takes none from the others", async () => {
    const root = await makeRoot();
    const nothing = missing("unreachable", "no route");
    const a = cluster("a", root, await makeIntermediate(root));
    const { verdicts } = await judgeTrust([
      a,
      { ref: { context: "none", now: NOW }, facts: {} },
      {
        ref: { context: "down", now: NOW },
        facts: { rootCertificate: nothing, intermediate: nothing, ztunnelDumps: nothing },
      },
      { ref: { context: "keyless", now: NOW }, facts: { rootCertificate: gathered({}) } },
    ]);
    expect([...(verdicts.get("a")?.keys() ?? [])]).toEqual(["a"]);
    expect(verdicts.get("down")?.size).toBe(0);
    expect(verdicts.get("keyless")?.size).toBe(0);
  });

  test("a chain without its signing certificate is none", async () => {
    const root = await makeRoot();
    const a = cluster("a", root, await makeIntermediate(root));
    const b: TrustInput = {
      ref: { context: "b", now: NOW },
      facts: { intermediate: gathered({ secret: "cacerts", chain: root.pem, keys: [] }) },
    };
    const { verdicts } = await judgeTrust([a, b]);
    expect(verdicts.get("a")?.has("b")).toBe(false);
  });
});

describe("a chain made to be searched for long", () => {
  test("ends, and is not trusted", async () => {
    const shared = await makeRoot("Loop");
    const chain = [];
    for (let index = 0; index < 40; index += 1) {
      chain.push(await makeRoot("Loop", { issuer: shared, key: shared.keys }));
    }
    const signing = await makeIntermediate(shared);
    const elsewhere = await makeRoot("Elsewhere");
    const { verdicts } = await judgeTrust([
      {
        ref: { context: "a", now: NOW },
        facts: {
          rootCertificate: gathered({ pem: elsewhere.pem }),
          intermediate: gathered({
            secret: "cacerts",
            certificate: signing.pem,
            chain: chain.map(({ pem }) => pem).join(""),
            keys: [],
          }),
        },
      },
    ]);
    expect(verdicts.get("a")?.get("a")).toMatchObject({ ok: false });
  });
});
