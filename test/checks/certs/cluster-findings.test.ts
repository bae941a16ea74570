import { describe, expect, test } from "vitest";
import { missing } from "../../../src/model/gathered.ts";
import {
  makeIntermediate,
  makeRevocationList,
  makeRoot,
  SERVER,
} from "../../support/certificates.ts";
import { NOW } from "../../support/facts.ts";
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
import { healthyB, other, root } from "../../support/certs-roots.ts";

describe("PEM", () => {
  const cases: [string, (pem: string) => string, string, string][] = [
    ["CRLF", (pem) => pem.replaceAll("\n", "\r\n"), "", "pass"],
    ["text around", (pem) => `Root of all\n${pem}\nThe end`, "", "pass"],
    ["empty", () => "", "holds no certificate", "fail"],
    [
      "cut off",
      (pem) => pem.slice(0, 200),
      "holds no certificate that istiod can read: block 1 has no END line",
      "fail",
    ],
    [
      "indented",
      (pem) => pem.replaceAll(/^(?=.)/gm, "  "),
      "holds no certificate that istiod can read: the BEGIN line of block 1 is indented",
      "fail",
    ],
    [
      "the characters backslash and n",
      (pem) => pem.replaceAll("\n", String.raw`\n`),
      String.raw`holds no certificate that istiod can read: block 1 has the characters \n in place of line breaks`,
      "fail",
    ],
    [
      "garbage",
      () => "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
      "could not be read: certificate 1 is",
      "error",
    ],
    [
      "half good",
      (pem) => `${pem}-----BEGIN CERTIFICATE-----\n`,
      "could be read only in part: block 2 has no END line",
      "warn",
    ],
  ];

  test.for(cases)("roots: %s", async ([, change, message, status]) => {
    const verdict = await runCerts({
      a: { ...(await signedBy(root, "a")), roots: change(root.pem) },
      b: healthyB,
    });
    expect(statusOf(verdict)).toBe(status);
    const lead =
      message && "cluster ctx-a: root-cert.pem of ConfigMap istio-system/istio-ca-root-cert ";
    expect(verdict.summary).toContain(lead + message);
    expect(faults(verdict)).toHaveLength(message ? 1 : 0);
  });

  test("roots: no ConfigMap at all, the intermediate is judged all the same", async () => {
    const a = { ...(await signedBy(root, "a")), roots: null, rootless: true } as const;
    const verdict = await runCerts({ a, b: healthyB });
    const [only, ...more] = faults(verdict);
    expect(more).toEqual([]);
    expect(only).toMatchObject({
      severity: "fail",
      message:
        "cluster ctx-a: there is no ConfigMap istio-system/istio-ca-root-cert, which istiod writes into every namespace",
      cluster: "ctx-a",
      blockedBy: "ctx-a/pods-istiod",
    });
    expect(only).not.toHaveProperty("object");
    expect(only?.remediation?.commands).toEqual([
      "kubectl --context ctx-a get pods -A -l app=istiod",
      "kubectl --context ctx-a -n istio-system rollout restart deployment -l app=istiod",
    ]);
    expect(verdict.data.pairs).toEqual([{ from: "ctx-b", to: "ctx-a", ok: true, by: "chain" }]);
  });

  test("roots: no ConfigMap and no Secret is no external CA", async () => {
    const a: Certificates = {
      roots: null,
      rootless: true,
      intermediate: { secret: "none", keys: [] },
    };
    const verdict = await runCerts({ a, b: healthyB });
    expect(faults(verdict)).toHaveLength(1);
    const forbidden = { ...a, intermediate: missing("forbidden", "secrets is forbidden") };
    expect(faults(await runCerts({ a: forbidden, b: healthyB }))).toHaveLength(2);
  });

  test.for(cases)("signing certificate: %s", async ([, change, message, status]) => {
    const signing = await makeIntermediate(root, "a");
    const certificate = change(signing.pem);
    const a = { roots: [root], intermediate: cacerts(signing, root, { certificate }) };
    const verdict = await runCerts({ a, b: healthyB });
    expect(statusOf(verdict)).toBe(status);
    const lead = message && "cluster ctx-a: ca-cert.pem of Secret istio-system/cacerts ";
    expect(verdict.summary).toContain(lead + message);
    expect(faults(verdict)).toHaveLength(message ? 1 : 0);
  });

  test("a chain that is cut off is a warning when it is not needed", async () => {
    const signing = await makeIntermediate(root, "a");
    const chain = signing.pem + root.pem.slice(0, 100);
    const a = { roots: [root], intermediate: cacerts(signing, root, { chain }) };
    const verdict = await runCerts({ a, b: healthyB });
    expect(faults(verdict).map(({ message }) => message)).toEqual([
      "cluster ctx-a: cert-chain.pem of Secret istio-system/cacerts could be read only in part: block 2 has no END line",
    ]);
  });

  test("a chain in a TLS Secret", async () => {
    const { pem } = await makeIntermediate(root, "a");
    const intermediate = {
      secret: "cacerts" as const,
      certificate: pem,
      chain: `${pem}-----BEGIN CERTIFICATE-----\n`,
      keys: ["tls.crt"],
    };
    const verdict = await runCerts({ a: { roots: [root], intermediate }, b: healthyB });
    expect(verdict.summary).toContain(
      "ca.crt of Secret istio-system/cacerts could be read only in",
    );
    const commands = faults(verdict)[0]?.remediation?.commands ?? [];
    expect(commands[0]).toContain(String.raw`'jsonpath={.data.tls\.crt}'`);
    expect(commands[1]).toContain(
      "--type=kubernetes.io/tls --from-file=tls.crt --from-file=tls.key --from-file=ca.crt",
    );
  });

  test.for([
    [["root-cert.pem"], ["ca-cert.pem"], "has no key ca-cert.pem (it has root-cert.pem)"],
    [[], ["ca-cert.pem", "ca-key.pem"], "has no key ca-cert.pem, ca-key.pem (it is empty)"],
  ] as const)("a Secret with keys %o", async ([keys, lacks, message]) => {
    const intermediate = { secret: "cacerts" as const, keys: [...keys], lacks: [...lacks] };
    const verdict = await runCerts({ a: { roots: [root], intermediate }, b: healthyB });
    expect(messages(verdict, "fail")).toEqual([
      `cluster ctx-a: Secret istio-system/cacerts ${message}: istiod does not start with it`,
    ]);
  });

  test("a Secret that lacks its root: the rest is judged all the same", async () => {
    const { root: _, ...intermediate } = cacerts(await makeIntermediate(root, "a"), root, {
      lacks: ["root-cert.pem"],
      keys: ["ca-cert.pem", "ca-key.pem", "cert-chain.pem"],
    });
    const verdict = await runCerts({ a: { roots: [root], intermediate }, b: healthyB });
    expect(messages(verdict, "fail")).toEqual([
      "cluster ctx-a: Secret istio-system/cacerts has no key root-cert.pem (it has ca-cert.pem, ca-key.pem, cert-chain.pem): istiod does not start with it",
    ]);
    expect(messages(verdict, "pass")).toHaveLength(2);
  });

  test("a Secret that istiod passes over", async () => {
    const made = await makeRoot("cluster.local");
    const intermediate = { ...selfMade(made), passedOver: ["ca-key.pem"] };
    const verdict = await runCerts({ a: { roots: [made], intermediate } });
    expect(messages(verdict, "warn")).toContain(
      "cluster ctx-a: istiod passes over Secret istio-system/cacerts, which has no key ca-key.pem, and signs with a CA that it made for itself (Secret istio-system/istio-ca-secret)",
    );
  });

  test("roots of the Secret that no restart would survive are no reason to restart", async () => {
    const signing = await makeIntermediate(root, "a");
    const escaped = root.pem.replaceAll("\n", String.raw`\n`);
    const intermediate = cacerts(signing, root, { root: escaped });
    const verdict = await runCerts({ a: { roots: [root], intermediate }, b: healthyB });
    expect(messages(verdict, "fail", "warn")).toEqual([
      String.raw`cluster ctx-a: root-cert.pem of Secret istio-system/cacerts holds no certificate that istiod can read: block 1 has the characters \n in place of line breaks`,
    ]);
  });

  test("a signing certificate behind another block", async () => {
    const signing = await makeIntermediate(root, "a");
    const certificate = `-----BEGIN OTHER-----\n-----END OTHER-----\n${signing.pem}`;
    const a = { roots: [root], intermediate: cacerts(signing, root, { certificate }) };
    const verdict = await runCerts({ a, b: healthyB });
    expect(messages(verdict, "fail")).toEqual([
      "cluster ctx-a: ca-cert.pem of Secret istio-system/cacerts begins with a block that is no certificate, and istiod reads only the first",
    ]);
  });
});

describe("what workloads present", () => {
  test.for([
    [
      "glued files",
      (signing: string, top: string) => signing.trimEnd() + top,
      / that can be read: the END line of block 1 has other text after it, block 2 begins on the line that ends another/,
    ],
    ["nothing", () => "", /L=a; workloads present/],
    ["the root alone", (_: string, top: string) => top, /L=a; workloads present/],
  ] as const)("%s", async ([, chainOf, why]) => {
    const signing = await makeIntermediate(root, "a");
    const intermediate = cacerts(signing, root, { chain: chainOf(signing.pem, root.pem) });
    const verdict = await runCerts({ a: { roots: [root], intermediate }, b: healthyB });
    const [message, ...more] = messages(verdict, "fail");
    expect(more).toEqual([]);
    expect(message).toMatch(
      /^cluster ctx-a: cert-chain.pem of Secret istio-system\/cacerts holds no CN=Intermediate CA,O=Istio,L=a/,
    );
    expect(message).toMatch(why);
  });

  test("nothing above a signing certificate that is trusted itself", async () => {
    const signing = await makeIntermediate(root, "a");
    const intermediate = cacerts(signing, root, { chain: "", root: signing.pem + root.pem });
    const verdict = await runCerts({ a: { roots: [signing, root], intermediate }, b: healthyB });
    expect(messages(verdict, "fail", "warn")).toEqual([]);
  });

  test.for([["istio-ca-secret"], ["cacerts"]] as const)(
    "nothing where istiod made the CA: %s",
    async ([secret]) => {
      const made = await makeRoot("cluster.local");
      const keys = [
        "ca-cert.pem",
        "ca-key.pem",
        "cert-chain.pem",
        "istio-generated",
        "root-cert.pem",
      ];
      const intermediate = { ...selfMade(made), secret, root: "", keys };
      const verdict = await runCerts({ a: { roots: [made], intermediate } });
      expect(messages(verdict, "fail")).toEqual([]);
    },
  );

  test("no chain file at all is told once, as a missing one", async () => {
    const { chain: _, ...intermediate } = cacerts(await makeIntermediate(root, "a"), root, {
      lacks: ["cert-chain.pem"],
    });
    const verdict = await runCerts({ a: { roots: [root], intermediate }, b: healthyB });
    expect(messages(verdict, "fail")).toHaveLength(1);
  });
});

describe("revocation lists of the Secret", () => {
  const mayRevoke = { keyUsage: ["keyCertSign" as const, "cRLSign" as const] };

  test("that lack one of a certificate", async () => {
    const signing = await makeIntermediate(root, "a");
    const crl = await makeRevocationList(root, []);
    const intermediate = cacerts(signing, root, { crl });
    const verdict = await runCerts({ a: { roots: [root], intermediate } });
    expect(messages(verdict, "fail")).toEqual([
      "cluster ctx-a: ca-crl.pem of Secret istio-system/cacerts has no list signed by CN=Intermediate CA,O=Istio,L=a (whose key usage lacks cRLSign), CN=Root A,O=Istio (whose key usage lacks cRLSign): istiod does not start with it",
    ]);
  });

  test("that cannot be read", async () => {
    const [top, cut] = [await makeRoot("Root R", mayRevoke), "-----BEGIN X509 CRL-----\n"];
    const intermediate = cacerts(await makeIntermediate(top, "a"), top, { crl: cut });
    const verdict = await runCerts({ a: { roots: [top], intermediate } });
    expect(messages(verdict, "fail")).toEqual([
      expect.stringContaining("CN=Root R,O=Istio (block 1 has no END line): istiod"),
    ]);
  });

  test("that are out of date", async () => {
    const top = await makeRoot("Root R", mayRevoke);
    const signing = await makeIntermediate(top, "a", mayRevoke);
    const crl =
      (await makeRevocationList(top, [], NOW - 1)) + (await makeRevocationList(signing, []));
    const verdict = await runCerts({
      a: { roots: [top], intermediate: cacerts(signing, top, { crl }) },
    });
    expect(messages(verdict, "fail", "warn")).toEqual([
      "cluster ctx-a: ca-crl.pem of Secret istio-system/cacerts: the list of CN=Root R,O=Istio is out of date, and Envoy refuses certificates below it",
    ]);
  });

  test("that revoke the intermediate of another cluster", async () => {
    const top = await makeRoot("Root R", mayRevoke);
    const [a, b] = [await makeIntermediate(top, "a", mayRevoke), await makeIntermediate(top, "b")];
    const crl = (await makeRevocationList(top, [b])) + (await makeRevocationList(a, []));
    const verdict = await runCerts({
      a: { roots: [top], intermediate: cacerts(a, top, { crl }) },
      b: { roots: [top], intermediate: cacerts(b, top) },
    });
    expect(messages(verdict, "fail")).toEqual([
      "cluster ctx-a does not trust the intermediate certificate of cluster ctx-b: CN=Intermediate CA,O=Istio,L=b is revoked by a list of CN=Root R,O=Istio; the other way works: ctx-b trusts ctx-a",
    ]);
    expect(faults(verdict)[0]?.remediation?.summary).toMatch(
      /^Issue the intermediate certificate anew in cluster ctx-b/,
    );
  });
});

test("an intermediate for TLS servers alone", async () => {
  const verdict = await runCerts({
    a: await signedBy(root, "a", { purposes: [SERVER] }),
    b: healthyB,
  });
  expect(messages(verdict, "fail")).toEqual([
    "cluster ctx-b does not trust the intermediate certificate of cluster ctx-a, nor does that cluster itself: CN=Intermediate CA,O=Istio,L=a allows no TLS clients below it (its extended key usage lacks clientAuth), and every workload is both client and server",
  ]);
  expect(faults(verdict)[0]?.remediation?.summary).toContain(
    "with both clientAuth and serverAuth, in cluster ctx-a",
  );
});

describe("parts of one cluster that do not fit", () => {
  test("root of the Secret and of the ConfigMap differ", async () => {
    const signing = await makeIntermediate(root, "a");
    const intermediate = cacerts(signing, root, { root: root.pem + other.pem });
    const verdict = await runCerts({ a: { roots: [root], intermediate }, b: healthyB });
    expect(messages(verdict, "warn")).toEqual([
      expect.stringMatching(
        /^cluster ctx-a: Secret istio-system\/cacerts and ConfigMap istio-ca-root-cert differ: roots CN=Root A.*, CN=Root B.* against root CN=Root A/,
      ),
    ]);
    expect(faults(verdict)[0]?.remediation?.commands.at(-1)).toContain("rollout restart");
  });

  test("the root of the Secret does not verify its own certificate", async () => {
    const signing = await makeIntermediate(root, "a");
    const intermediate = cacerts(signing, root, { root: other.pem });
    const verdict = await runCerts({ a: { roots: [root], intermediate }, b: healthyB });
    expect(messages(verdict, "fail", "warn")).toEqual([
      "cluster ctx-a: root-cert.pem of Secret istio-system/cacerts does not verify its certificate: the chain ends at CN=Root A,O=Istio, which is not among the roots; istiod does not start with it",
    ]);
  });

  test("the chain holds the signing certificate of before", async () => {
    const [old, signing] = [await makeIntermediate(root, "a"), await makeIntermediate(root, "a")];
    const intermediate = cacerts(signing, root, { chain: old.pem + root.pem });
    const verdict = await runCerts({ a: { roots: [root], intermediate }, b: healthyB });
    expect(verdict.summary).toBe(
      "cluster ctx-a: cert-chain.pem of Secret istio-system/cacerts holds another CN=Intermediate CA,O=Istio,L=a than ca-cert.pem, and workloads present that one",
    );
  });

  test("ztunnel does not know the root of the ConfigMap", async () => {
    const dumps = [
      { pod: "kube-system/ztunnel-1", rootPems: [other.pem], workloads: [] },
      { pod: "kube-system/ztunnel-2", rootPems: [], workloads: [] },
    ];
    const a = { ...(await signedBy(root, "a")), dumps };
    const verdict = await runCerts({ a, b: healthyB });
    expect(messages(verdict, "warn")).toEqual([
      expect.stringMatching(
        /^cluster ctx-a: workloads of ztunnel kube-system\/ztunnel-1 do not trust root CN=Root A/,
      ),
    ]);
    expect(faults(verdict)[0]?.remediation?.commands).toEqual([
      "kubectl --context ctx-a -n kube-system rollout restart daemonset -l app=ztunnel",
    ]);
  });

  test("a ztunnel pod without a namespace", async () => {
    const a = {
      ...(await signedBy(root, "a")),
      dumps: [{ pod: "z", rootPems: [other.pem], workloads: [] }],
    };
    const verdict = await runCerts({ a });
    expect(faults(verdict)[0]?.remediation?.commands[0]).toContain("-n istio-system rollout");
  });

  test("ztunnel knows more roots, or the same", async () => {
    const dumps = [
      { pod: "istio-system/ztunnel-1", rootPems: [root.pem + other.pem], workloads: [] },
    ];
    const verdict = await runCerts({ a: { ...(await signedBy(root, "a")), dumps }, b: healthyB });
    expect(messages(verdict, "info")).toEqual([
      expect.stringContaining("cluster ctx-a: workloads of ztunnel also trust root CN=Root B"),
    ]);
    const same = [{ pod: "istio-system/ztunnel-1", rootPems: [root.pem], workloads: [] }];
    const fine = await runCerts({
      a: { ...(await signedBy(root, "a")), dumps: same },
      b: healthyB,
    });
    expect(statusOf(fine)).toBe("pass");
  });

  test("what ztunnel says could not be read", async () => {
    const dumps = missing("not-recorded", "pods are not in this recording");
    const verdict = await runCerts({ a: { ...(await signedBy(root, "a")), dumps }, b: healthyB });
    expect(messages(verdict, "info")).toEqual([
      "cluster ctx-a: roots of ztunnel not checked: pods are not in this recording",
    ]);
  });
});
