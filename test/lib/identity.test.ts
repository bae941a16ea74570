import { describe, expect, test } from "vitest";
import { fail, objectRef } from "../../src/model/finding.ts";
import { identityOf } from "../../src/lib/identity.ts";
import { remediation } from "../reporters/reports.ts";

/** The identity of a fault of a check, with its pod. */
function identity(message: string, name?: string, kind = "Pod"): string {
  const object = name === undefined ? {} : { object: objectRef(kind, { namespace: "ns", name }) };
  return identityOf("pods-istiod", "a", fail(message, { remediation, ...object }));
}

describe("a fault is the same one", () => {
  test.each<[string, [string, string?, string?], [string, string?, string?]]>([
    [
      "after a rollout of a Deployment",
      ["ns/istiod-6d9cdf88cf-3c682: not ready", "istiod-6d9cdf88cf-3c682"],
      ["ns/istiod-7c6b8d4f9-x2kzq: not ready", "istiod-7c6b8d4f9-x2kzq"],
    ],
    [
      "after a DaemonSet has made its pod anew",
      ["ns/ztunnel-b02be: not ready", "ztunnel-b02be"],
      ["ns/ztunnel-x2kzq: not ready", "ztunnel-x2kzq"],
    ],
    [
      "of another ReplicaSet of the same Deployment",
      ["istiod-6d9cdf88cf has no pods", "istiod-6d9cdf88cf", "ReplicaSet"],
      ["istiod-6d9cdf88cf has no pods", "istiod-7c6b8d4f9", "ReplicaSet"],
    ],
    [
      "with other counts",
      ["1 pod is not ready, it restarts"],
      ["12 pods are not ready, they restarts"],
    ],
    [
      "some time later",
      ["expires in 3h20m (2026-01-15T12:00:00Z)"],
      ["expires in 45s (2026-01-16)"],
    ],
    [
      "with a new certificate",
      [`root ${"ab".repeat(32)} is old`],
      [`root ${"0c".repeat(32)} is old`],
    ],
    [
      "with fingerprints as openssl prints them, and UIDs",
      ["AB:CD:EF:01:23:45:67:89 of 3f2c0d8e-0000-4000-8000-0123456789ab"],
      ["00:CD:EF:01:23:45:67:89 of 4f2c0d8e-0000-4000-8000-0123456789ab"],
    ],
    ["on another try", ["took 1,234 ms and 1.5s"], ["took 99 ms and 200ms"]],
  ])("%s", (_what, before, after) => {
    expect(identity(...after)).toBe(identity(...before));
  });
});

describe("faults are two", () => {
  test.each<[string, [string, string?, string?], [string, string?, string?]]>([
    ["of two clusters that are told apart by a number", ["cluster1 is odd"], ["cluster2 is odd"]],
    ["of zones and pools", ["pool-1 is odd"], ["pool-2 is odd"]],
    [
      "of two objects that end like pods",
      ["x", "web-http2", "Service"],
      ["x", "web-mtls2", "Service"],
    ],
    ["of two members of a StatefulSet", ["x", "web-0"], ["x", "web-1"]],
    ["of two kinds", ["x", "web", "Gateway"], ["x", "web", "Service"]],
    ["of two owners", ["x", "istiod-6d9cdf88cf-3c682"], ["x", "istiod-gloo-6d9cdf88cf-3c682"]],
    ["that say something else", ["is not ready"], ["is evicted"]],
  ])("%s", (_what, one, other) => {
    expect(identity(...other)).not.toBe(identity(...one));
  });

  test("in two clusters, and of two checks", () => {
    const fault = fail("x", { remediation, cluster: "b" });
    const all = [
      identityOf("certs", "a", fault),
      identityOf("certs", undefined, fault),
      identityOf("links", undefined, fault),
      identityOf("links", undefined, fail("x", { remediation })),
    ];
    expect(new Set(all).size).toBe(4);
  });
});
