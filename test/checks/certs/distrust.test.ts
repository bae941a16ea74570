import { describe, expect, test } from "vitest";
import {
  DAY,
  makeIntermediate,
  makeRoot,
  unknownExtension,
  type CertificateOptions,
} from "../../support/certificates.ts";
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
import { healthyB, root } from "../../support/certs-roots.ts";
import { NOW } from "../../support/facts.ts";

describe("a CA that istiod made for itself", () => {
  test("can match no other cluster", async () => {
    const own = await makeRoot("cluster.local");
    const a: Certificates = { roots: [own], intermediate: selfMade(own) };
    const verdict = await runCerts({ a, b: healthyB });
    expect(messages(verdict, "fail")).toEqual([
      expect.stringMatching(/^cluster ctx-a does not trust .* of cluster ctx-b: root CN=cluster/),
      "cluster ctx-b does not trust the intermediate certificate of cluster ctx-a: it signs with a CA that istiod made for itself (self-signed, Secret istio-ca-secret), which can match no other cluster",
    ]);
    const commands = faults(verdict)[1]?.remediation?.commands ?? [];
    expect(commands[1]).toContain("--context ctx-a -n istio-system get secret istio-ca-secret");
    expect(commands.at(-1)).toContain("--context ctx-a ");
  });

  test("in every cluster is one finding", async () => {
    const clusters: Record<string, Certificates> = {};
    for (const id of ["a", "b", "c", "d"]) {
      const own = await makeRoot("cluster.local");
      const generated = { root: own.pem, secret: "cacerts", keys: ["istio-generated"] } as const;
      const fact = selfMade(own);
      clusters[id] = {
        roots: [own],
        intermediate: id === "a" ? { ...fact, ...generated, keys: [...generated.keys] } : fact,
      };
    }
    const verdict = await runCerts(clusters);
    expect(messages(verdict, "fail")).toEqual([
      "clusters ctx-a, ctx-b, ctx-c, ctx-d do not trust each other's intermediate certificates: each signs with a CA that istiod made for itself (self-signed), which can match no other cluster",
    ]);
    expect(faults(verdict)[0]?.remediation?.summary).toContain("in ctx-a, ctx-b, ctx-c, ctx-d and");
  });

  test("warns in a run of one cluster", async () => {
    const own = await makeRoot("cluster.local");
    const verdict = await runCerts({ a: { roots: [own], intermediate: selfMade(own) } });
    expect(statusOf(verdict)).toBe("warn");
    expect(verdict.summary).toContain("which can match no other cluster");
  });
});

describe("a chain that no roots can trust", () => {
  const expired = { notBefore: NOW - 90 * DAY, notAfter: NOW - 3 * DAY };
  test.for<[string, CertificateOptions, string, string]>([
    ["expired", expired, "expired on 2026-01-12", "Issue the intermediate certificate anew in"],
    [
      "not yet valid",
      { notBefore: NOW + DAY },
      "is not valid before 2026-01-16 12:00 UTC",
      "See whether the issuer's clock was right",
    ],
    ["no CA", { ca: false }, "is not a CA (CA:true is missing)", "anew as a CA (CA:true"],
    ["no keyCertSign", { keyUsage: ["cRLSign"] }, "lacks keyCertSign", "anew as a CA (CA:true"],
    [
      "unknown critical extension",
      { extensions: [unknownExtension(true)] },
      "has critical extension 1.3.6.1.4.1.55555.1",
      "Issue the intermediate certificate anew in cluster ctx-a",
    ],
  ])("%s: one finding, for the other clusters and its own", async ([, options, reason, fix]) => {
    const verdict = await runCerts({ a: await signedBy(root, "a", options), b: healthyB });
    const [only, ...more] = faults(verdict);
    expect(more).toEqual([]);
    expect(only?.severity).toBe("fail");
    expect(only?.message).toContain(
      "cluster ctx-b does not trust the intermediate certificate of cluster ctx-a, nor does that cluster itself: CN=Intermediate CA,O=Istio,L=a ",
    );
    expect(only?.message).toContain(reason);
    expect(only?.remediation?.summary).toContain(fix);
    expect(only?.remediation?.commands.at(-1)).toContain("--context ctx-a ");
  });

  test("a root that has expired, shared by all", async () => {
    const old = await makeRoot("Old", expired);
    const verdict = await runCerts({ a: await signedBy(old, "a"), b: await signedBy(old, "b") });
    expect(messages(verdict, "fail")).toEqual([
      "clusters ctx-a, ctx-b do not trust each other's intermediate certificates: CN=Old,O=Istio expired on 2026-01-12",
    ]);
    expect(faults(verdict)[0]?.remediation?.summary).toContain(
      "Issue root CN=Old,O=Istio and the intermediate certificates below it anew in clusters ctx-a, ctx-b and",
    );
  });

  test("a certificate between that has expired is named", async () => {
    const upper = await makeIntermediate(root, "all", { pathLength: 1, ...expired });
    const signing = await makeIntermediate(upper);
    const a: Certificates = {
      roots: [root],
      intermediate: cacerts(signing, root, { chain: signing.pem + upper.pem + root.pem }),
    };
    const [only, ...more] = faults(await runCerts({ a, b: healthyB }));
    expect(more).toEqual([]);
    expect(only?.remediation?.summary).toBe(
      "Issue certificate CN=Intermediate CA,O=Istio,L=all and the intermediate certificate below it anew in cluster ctx-a and restart istiod.",
    );
  });

  test("a path length that leaves no room", async () => {
    const narrow = await makeRoot("Narrow", { pathLength: 0 });
    const verdict = await runCerts({ a: await signedBy(narrow, "a") });
    expect(messages(verdict, "fail")).toEqual([
      "cluster ctx-a does not trust its own intermediate certificate: CN=Narrow,O=Istio allows no intermediate below it (pathlen:0), the chain has 1",
    ]);
  });

  test("an upper intermediate that is in no chain", async () => {
    const upper = await makeIntermediate(root, "all", { pathLength: 1 });
    const a: Certificates = {
      roots: [root],
      intermediate: cacerts(await makeIntermediate(upper), root),
    };
    const verdict = await runCerts({ a });
    expect(messages(verdict, "fail")[0]).toMatch(
      /^cluster ctx-a does not trust its own .* does not sign it: CN=Intermediate CA,O=Istio,L=a is issued by CN=Intermediate CA,O=Istio,L=all, which is neither among the roots nor in the chain$/,
    );
    expect(faults(verdict)[0]?.remediation?.summary).toContain("into cert-chain.pem");
    // What not even its own roots trust is to be mended there, whoever else does not trust it.
    const [both] = faults(await runCerts({ a, b: healthyB }));
    expect(both?.message).toContain("ctx-a, nor does that cluster itself: ");
    expect(both?.remediation?.summary).toMatch(/into cert-chain.pem, .* in cluster ctx-a, then/);
    expect(both?.remediation?.commands.at(-1)).toContain("--context ctx-a ");
  });
});
