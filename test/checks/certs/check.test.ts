import { describe, expect, test } from "vitest";
import { makeIntermediate, makeRoot } from "../../support/certificates.ts";
import {
  cacerts,
  faults,
  messages,
  runCerts,
  signedBy,
  statusOf,
  type Certificates,
} from "../../support/certs-run.ts";
import { healthyB, other, root } from "../../support/certs-roots.ts";
import { clusterRef } from "../../support/facts.ts";

describe("one root for all", () => {
  test("says what the sample says", async () => {
    const verdict = await runCerts({ a: await signedBy(root, "a"), b: healthyB });
    expect(verdict.summary).toBe("all clusters have compatible intermediate certificates");
    expect(verdict.findings.map(({ severity, message }) => [severity, message])).toEqual([
      ["pass", "cluster ctx-a has compatible intermediate certificates with cluster ctx-b"],
      ["pass", "cluster ctx-b has compatible intermediate certificates with cluster ctx-a"],
    ]);
    const [first] = verdict.data.clusters;
    expect(verdict.data.notes.slice(0, 2)).toEqual([
      `cluster ctx-a root certificate SHA256 sum: ${first?.roots[0]?.sha256}`,
      `cluster ctx-b root certificate SHA256 sum: ${first?.roots[0]?.sha256}`,
    ]);
    expect(verdict.data.notes[2]).toBe(
      "cluster ctx-a intermediate certificate CN=Intermediate CA,O=Istio,L=a, issued by CN=Root A,O=Istio, expires in 3285 days (2035-01-13)",
    );
  });

  test("has data for every cluster and ordered pair", async () => {
    const { data } = await runCerts({ a: await signedBy(root, "a"), b: healthyB });
    expect(data.pairs).toEqual([
      { from: "ctx-a", to: "ctx-b", ok: true, by: "chain" },
      { from: "ctx-b", to: "ctx-a", ok: true, by: "chain" },
    ]);
    expect(data.clusters[0]).toMatchObject({
      context: "ctx-a",
      secret: "cacerts",
      roots: [{ subject: "CN=Root A,O=Istio", notAfter: "2035-01-13T12:00:00.000Z" }],
      chain: [{ subject: "CN=Intermediate CA,O=Istio,L=a", expiresInDays: 3285, key: "EC P-256" }],
    });
  });

  test("in the form of a TLS Secret, the whole chain in tls.crt", async () => {
    const upper = await makeIntermediate(root, "all", { pathLength: 1 });
    const signing = await makeIntermediate(upper);
    const tls = signing.pem + upper.pem;
    const a: Certificates = {
      roots: [root],
      intermediate: {
        secret: "cacerts",
        certificate: tls,
        chain: tls + root.pem,
        root: root.pem,
        keys: ["ca.crt", "tls.crt", "tls.key"],
      },
    };
    const verdict = await runCerts({ a, b: healthyB });
    expect(statusOf(verdict)).toBe("pass");
    expect(verdict.data.clusters[0]?.chain).toHaveLength(2);
  });

  test("of a self-signed CA that clusters share", async () => {
    const a: Certificates = { roots: [root], intermediate: cacerts(root, root) };
    expect(statusOf(await runCerts({ a, b: healthyB }))).toBe("pass");
  });
});

describe("different roots", () => {
  test("are one fault of both directions, with both clusters, both roots and commands", async () => {
    const verdict = await runCerts({ a: await signedBy(root, "a"), b: await signedBy(other, "b") });
    expect(statusOf(verdict)).toBe("fail");
    const [first, ...more] = faults(verdict);
    expect(more).toEqual([]);
    expect(first?.message).toMatch(
      /^clusters ctx-a, ctx-b do not trust each other's intermediate certificates: that of ctx-a is below root CN=Root A,O=Istio \(SHA-256 [0-9a-f]{12}\), that of ctx-b below root CN=Root B,O=Istio \(SHA-256 [0-9a-f]{12}\)$/,
    );
    expect(first?.remediation?.summary).toContain("replace Secret cacerts in ctx-b and");
    expect(first?.remediation?.commands).toEqual([
      String.raw`kubectl --context ctx-a -n istio-system get configmap istio-ca-root-cert -o 'jsonpath={.data.root-cert\.pem}' | awk -v show='openssl x509 -noout -subject -dates -fingerprint -sha256' '/-BEGIN/,/-END/ { print | show } /-END/ { close(show) }'`,
      String.raw`kubectl --context ctx-b -n istio-system get secret cacerts -o 'jsonpath={.data.ca-cert\.pem}' | base64 -d | openssl x509 -noout -text`,
      "kubectl --context ctx-b -n istio-system create secret generic cacerts --from-file=ca-cert.pem --from-file=ca-key.pem --from-file=root-cert.pem --from-file=cert-chain.pem --dry-run=client -o yaml | kubectl --context ctx-b -n istio-system apply -f -",
      "kubectl --context ctx-b -n istio-system rollout restart deployment -l app=istiod",
    ]);
    expect(verdict.data.pairs.map(({ ok }) => ok)).toEqual([false, false]);
  });

  test("of the same name", async () => {
    const verdict = await runCerts({
      a: await signedBy(await makeRoot(), "a"),
      b: await signedBy(await makeRoot(), "b"),
    });
    expect(faults(verdict)).toHaveLength(1);
    expect(faults(verdict)[0]?.message).toMatch(
      /below root CN=Root CA,O=Istio \(SHA-256 \w+\), of the same name but with another key$/,
    );
  });

  test("of the same name, one cluster apart from two", async () => {
    const [many, odd] = [await makeRoot(), await makeRoot()];
    const verdict = await runCerts({
      a: await signedBy(many, "a"),
      b: await signedBy(many, "b"),
      odd: await signedBy(odd, "odd"),
    });
    expect(faults(verdict).map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/of the same name but with another key, does$/),
    );
  });

  test("one cluster apart from many makes two findings, to be mended in that one", async () => {
    const clusters: Record<string, Certificates> = { odd: await signedBy(other, "odd") };
    for (let index = 0; index < 7; index += 1) {
      clusters[`c${index}`] = await signedBy(root, `c${index}`);
    }
    const verdict = await runCerts(clusters);
    const [byOdd, ofOdd, ...more] = faults(verdict);
    expect(more).toEqual([]);
    expect(byOdd?.message).toMatch(
      /^cluster ctx-odd does not trust the intermediate certificates of clusters ctx-c0, ctx-c1, ctx-c2, ctx-c3, ctx-c4 and 2 more: root CN=Root B.* does not sign them: root CN=Root A.* does$/,
    );
    expect(byOdd).not.toHaveProperty("cluster");
    expect(ofOdd?.message).toMatch(
      /^clusters ctx-c0, .* and 2 more do not trust .* of cluster ctx-odd:/,
    );
    for (const finding of [byOdd, ofOdd]) {
      expect(finding?.remediation?.summary).toContain("replace Secret cacerts in ctx-odd and");
      expect(finding?.remediation?.commands.at(-1)).toContain("--context ctx-odd ");
    }
    expect(verdict.data.pairs.filter(({ ok }) => !ok)).toHaveLength(14);
    expect(verdict.data.pairs).toHaveLength(56);
  });
});

describe("a run of one cluster", () => {
  test("its own chain is checked, the pairs are skipped", async () => {
    const verdict = await runCerts({ a: await signedBy(root, "a") });
    expect(verdict.summary).toBe("the cluster's own certificates are valid");
    expect(statusOf(verdict)).toBe("pass");
    expect(messages(verdict, "pass", "skip")).toEqual([
      expect.stringMatching(
        /^cluster ctx-a: root CN=Root A.* verifies its intermediate certificate$/,
      ),
      expect.stringContaining("only one cluster is checked"),
    ]);
  });

  test("says so when the others could not be read", async () => {
    const verdict = await runCerts({ a: await signedBy(root, "a") }, { absent: [clusterRef("b")] });
    expect(messages(verdict, "skip")[0]).toContain("no other cluster could be read");
  });
});
