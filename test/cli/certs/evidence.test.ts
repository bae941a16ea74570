import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { MadeCertificate } from "../../../src/certs/make.ts";
import { PRIVATE_KEY, root } from "../../support/ca.ts";
import type { RunResult } from "../../support/cli.ts";
import { startMesh, targetDirectory, type Mesh } from "../../support/rotating-mesh.ts";

/*
 * What ztunnel says of its certificates makes waiting needless, or says who is waited for.
 */

let old: MadeCertificate;
let fresh: MadeCertificate;
let mesh: Mesh;
let target: string;

const CONTEXTS = ["cluster1", "cluster2"];

beforeAll(async () => {
  [old, fresh] = await Promise.all([root(), root({ now: Date.now() })]);
});

beforeEach(async () => {
  mesh = await startMesh("unlinked", old);
  target = await targetDirectory(mesh, fresh);
  for (const context of CONTEXTS) {
    // Envoys would have to be waited for all the same.
    for (const [name, pod] of mesh.clusters.objects(context, "Pod")) {
      const labels = new Set(Object.keys(pod.metadata["labels"] ?? {}));
      if (labels.has("service.istio.io/canonical-name")) {
        const [namespace = "", short = ""] = name.split("/");
        const ref = { apiVersion: "v1", kind: "Pod", namespace, name: short };
        mesh.clusters.server(context).remove(ref);
      }
    }
  }
});

afterEach(() => mesh.close());

/** Every ztunnel of a cluster says that its workloads trust these, and present a chain of that CA. */
function says(context: string, trusts: MadeCertificate[], chain: string): void {
  const base64 = (text: string): string => Buffer.from(text).toString("base64");
  for (const [name, { metadata }] of mesh.clusters.objects(context, "Pod")) {
    if ((metadata["labels"] as Record<string, string> | undefined)?.["app"] !== "ztunnel") continue;
    mesh.clusters.server(context).setDebug(`${name}/15000/config_dump`, {
      certificates: [
        {
          identity: "spiffe://cluster.local/ns/default/sa/app",
          state: "Available",
          certChain: [{ pem: base64(chain) }, { pem: base64(chain) }],
          rootCerts: trusts.map(({ certificate }) => ({ pem: base64(certificate) })),
        },
        { identity: "spiffe://cluster.local/ns/default/sa/new", state: "Initializing" },
      ],
    });
  }
}

const rotate = (...args: string[]): Promise<RunResult> =>
  mesh.clusters.mc([
    "certs",
    "rotate",
    "--to",
    target,
    `--contexts=${CONTEXTS.join(",")}`,
    ...args,
  ]);

describe("mc certs rotate, where ztunnels can be read", () => {
  it("goes on as soon as all have what is needed, and names those that have not", async () => {
    expect((await rotate()).code).toBe(0);
    for (const context of CONTEXTS) {
      mesh.istiodLoads(context);
      says(context, [old, fresh], mesh.secret(context)["ca-cert.pem"] ?? "");
    }
    says("cluster2", [old], mesh.secret("cluster2")["ca-cert.pem"] ?? "");
    const lagging = await rotate();
    expect(lagging.code).toBe(1);
    expect(lagging.stdout).toMatch(/^cluster cluster2: workloads have not .*ztunnel-/m);
    expect(lagging.stdout).not.toContain("cluster cluster1: workloads");
    expect(lagging.stdout).toContain("rollout restart daemonset -l app=ztunnel");

    says("cluster2", [old, fresh], mesh.secret("cluster2")["ca-cert.pem"] ?? "");
    expect((await rotate()).stdout).toContain(
      "has the new intermediate certificate, below the new",
    );

    // None is renewed yet, and istiod may not even have taken it up.
    const early = await rotate();
    expect([early.code, early.stdout]).toEqual([1, expect.stringContaining("restarted")]);
    for (const context of CONTEXTS) {
      says(context, [old, fresh], mesh.secret(context)["ca-cert.pem"] ?? "");
    }
    expect((await rotate()).stdout).toContain("has the new root alone");
  });

  it("takes the operator's word where they cannot", async () => {
    await rotate();
    for (const context of CONTEXTS) mesh.istiodLoads(context);
    expect((await rotate()).code).toBe(1);
    expect((await rotate("--workloads-renewed")).code).toBe(0);
  });
});

describe("nothing secret is said", () => {
  it("whatever a Secret holds that is no key, also with --debug", async () => {
    for (const value of ["hunter2", `x${fresh.key}`, "\u0000"]) {
      mesh.clusters.edit("cluster2", "Secret", "istio-system/cacerts", (object) => {
        const data = object["data"] as Record<string, string>;
        object["data"] = { ...data, "ca-key.pem": Buffer.from(value).toString("base64") };
      });
      for (const command of [
        ["rotate", "--to", target, "--contexts=cluster1,cluster2", "--diff", "--dry-run"],
        ["status", "--contexts=cluster1,cluster2"],
        ["status", "--contexts=cluster1,cluster2", "-o=json"],
        ["install", "--context=cluster2", "--from", `${target}/cluster2`, "--diff", "--force"],
      ]) {
        const { stdout, stderr } = await mesh.clusters.mc(["certs", ...command, "--debug"]);
        expect(stdout + stderr).not.toMatch(PRIVATE_KEY);
        expect(stdout + stderr).not.toContain("hunter2");
        expect(stdout + stderr).not.toContain(Buffer.from("hunter2").toString("base64"));
      }
    }
  });
});
