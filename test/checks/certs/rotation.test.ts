import { describe, expect, test } from "vitest";
import { DAY, makeIntermediate, makeRoot } from "../../support/certificates.ts";
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
import { NOW } from "../../support/facts.ts";
import type { Verdict } from "../../../src/model/check.ts";

describe("a rotation", () => {
  test("old and new root everywhere, each cluster at another stage", async () => {
    const [old, fresh] = [root, other];
    const verdict = await runCerts({
      a: { ...(await signedBy(fresh, "a")), roots: [old, fresh] },
      b: { ...(await signedBy(old, "b")), roots: [old, fresh] },
    });
    expect(messages(verdict, "fail", "info", "error")).toEqual([]);
    expect(messages(verdict, "pass")).toHaveLength(2);
    expect(verdict.data.notes.filter((note) => note.includes("SHA256 sum"))).toHaveLength(4);
  });

  test("the new root on one side only breaks one direction", async () => {
    const [old, fresh] = [root, other];
    const a: Certificates = {
      roots: [old, fresh],
      intermediate: cacerts(await makeIntermediate(fresh, "a"), fresh, {
        root: old.pem + fresh.pem,
      }),
    };
    const verdict = await runCerts({ a, b: healthyB });
    const [only, phases, ...more] = faults(verdict);
    expect(more).toEqual([]);
    expect(phases).toMatchObject({
      severity: "warn",
      blockedBy: "certs",
      remediation: { commands: ["mc certs status --contexts ctx-a,ctx-b"] },
    });
    expect(phases?.message).toMatch(
      /^clusters are more than one phase apart in a rotation to root CN=Root B.*: ctx-a switched, ctx-b stable$/,
    );
    expect(only?.message).toMatch(
      /^cluster ctx-b does not trust .* of cluster ctx-a: .*; the other way works: ctx-a trusts ctx-b$/,
    );
    expect(only?.remediation?.summary).toMatch(
      /^Add root CN=Root B.* of ctx-a to root-cert.pem in ctx-b and restart istiod there/,
    );
    expect(only?.remediation?.commands.at(-1)).toContain("--context ctx-b ");
    expect(messages(verdict, "pass")).toEqual([
      "cluster ctx-a has compatible intermediate certificates with cluster ctx-b",
    ]);
  });

  test("of recordings the roots that are there are shown", async () => {
    const [old, fresh] = [root, await makeRoot("Root B")];
    const cluster = { contextArgument: "<context>" };
    const a: Certificates = {
      cluster,
      roots: [old, fresh],
      intermediate: cacerts(await makeIntermediate(fresh, "a"), fresh, {
        root: old.pem + fresh.pem,
      }),
    };
    const verdict = await runCerts({ a, b: { ...healthyB, cluster } });
    const phases = faults(verdict).find(({ message }) => message.includes("one phase apart"));
    expect(phases?.remediation?.commands).toHaveLength(2);
    for (const command of phases?.remediation?.commands ?? []) {
      expect(command).toContain("get configmap istio-ca-root-cert");
    }
  });

  test("an old root left in the bundles is an info, one for all clusters that have it", async () => {
    const old = await makeRoot("Old", { notBefore: NOW - 3000 * DAY, notAfter: NOW - DAY });
    const bundle = { roots: [old, root] };
    const secret = { root: old.pem + root.pem };
    const [a, b] = [await makeIntermediate(root, "a"), await makeIntermediate(root, "b")];
    const verdict = await runCerts({
      a: { ...bundle, intermediate: cacerts(a, root, secret) },
      b: { ...bundle, intermediate: cacerts(b, root, secret) },
    });
    expect(statusOf(verdict)).toBe("info");
    expect(verdict.summary).toBe("all clusters have compatible intermediate certificates");
    expect(messages(verdict, "info")).toEqual([
      expect.stringMatching(
        /^clusters ctx-a, ctx-b: old root in the bundle anchors none of the chains checked: CN=Old,O=Istio \(SHA-256 \w+\), which expired 24 hours ago \(2026-01-14\)$/,
      ),
    ]);
  });

  test("several old roots in one bundle are one info", async () => {
    const old = { notBefore: NOW - 3000 * DAY };
    const roots = [await makeRoot("One", old), await makeRoot("Two", old), root];
    const verdict = await runCerts({ a: { ...(await signedBy(root, "a")), roots }, b: healthyB });
    const [finding, ...more] = verdict.findings.filter(({ severity }) => severity === "info");
    expect(more).toEqual([]);
    expect(finding?.message).toMatch(
      /^cluster ctx-a: old roots in the bundle anchor none .*One.*Two/,
    );
    expect(finding?.cluster).toBe("ctx-a");
  });

  test("a new root that is not used yet is no finding, if its age tells that it is new", async () => {
    const verdict = async (notBefore: number): Promise<Verdict> => {
      const fresh = await makeRoot("New", { notBefore });
      const a: Certificates = {
        roots: [root, fresh],
        intermediate: cacerts(await makeIntermediate(root, "a"), root, {
          root: root.pem + fresh.pem,
        }),
      };
      return runCerts({ a, b: healthyB });
    };
    expect(statusOf(await verdict(NOW - DAY))).toBe("pass");
    const made = NOW - 365 * DAY;
    expect(messages(await verdict(made + DAY), "info")[0]).toMatch(
      /^cluster ctx-a: other root in the bundle anchors none of the chains checked: CN=New/,
    );
    expect(statusOf(await verdict(made + DAY + 1000))).toBe("pass");
  });
});
