import { describe, expect, test } from "vitest";
import { missing } from "../../../src/model/gathered.ts";
import { makeIntermediate } from "../../support/certificates.ts";
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

describe("PEM", () => {
  const cases: [string, (pem: string) => string, string, string][] = [
    ["CRLF", (pem) => pem.replaceAll("\n", "\r\n"), "", "pass"],
    ["text around", (pem) => `Root of all\n${pem}\nThe end`, "", "pass"],
    ["empty", () => "", "holds no certificate", "fail"],
    ["cut off", (pem) => pem.slice(0, 200), "could not be read: block 1 has no END line", "error"],
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
    [["root-cert.pem"], "has no key ca-cert.pem (it has root-cert.pem)"],
    [[], "has no key ca-cert.pem (it is empty)"],
  ] as const)("a Secret with keys %o", async ([keys, message]) => {
    const intermediate = { secret: "cacerts" as const, keys: [...keys] };
    const verdict = await runCerts({ a: { roots: [root], intermediate }, b: healthyB });
    expect(messages(verdict, "fail")).toEqual([
      `cluster ctx-a: Secret istio-system/cacerts ${message}`,
    ]);
  });
});

describe("parts of one cluster that do not fit", () => {
  test("root of the Secret and of the ConfigMap differ", async () => {
    const signing = await makeIntermediate(root, "a");
    const intermediate = cacerts(signing, root, { root: other.pem });
    const verdict = await runCerts({ a: { roots: [root], intermediate }, b: healthyB });
    expect(messages(verdict, "warn")).toEqual([
      expect.stringMatching(
        /^cluster ctx-a: Secret istio-system\/cacerts and ConfigMap istio-ca-root-cert differ: root CN=Root B.* against root CN=Root A/,
      ),
    ]);
    expect(faults(verdict)[0]?.remediation?.commands.at(-1)).toContain("rollout restart");
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
