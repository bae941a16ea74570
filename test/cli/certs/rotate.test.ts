import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { MadeCertificate } from "../../../src/certs/make.ts";
import { PRIVATE_KEY, root, signingSet, writeSet } from "../../support/ca.ts";
import type { RunResult } from "../../support/cli.ts";
import { startMesh, targetDirectory, type Mesh } from "../../support/rotating-mesh.ts";

let old: MadeCertificate;
let fresh: MadeCertificate;
let mesh: Mesh;
let target: string;

beforeAll(async () => {
  [old, fresh] = await Promise.all([root(), root({ now: Date.now() })]);
});

beforeEach(async () => {
  mesh = await startMesh("three-clusters", old);
  target = await targetDirectory(mesh, fresh);
});

afterEach(() => mesh.close());

const contexts = (): string => mesh.clusters.contexts.join(",");

async function rotate(...args: string[]): Promise<RunResult> {
  const result = await mesh.clusters.mc([
    "certs",
    "rotate",
    "--to",
    target,
    "--contexts",
    contexts(),
    ...args,
  ]);
  expect(result.stdout + result.stderr).not.toMatch(PRIVATE_KEY);
  return result;
}

/** Whose certificates a bundle holds, by the roots of this file. */
function rootsOf(context: string): string[] {
  const pem = mesh.secret(context)["root-cert.pem"] ?? "";
  return [old, fresh].flatMap((one, index) =>
    pem.includes(one.certificate) ? [index === 0 ? "old" : "fresh"] : [],
  );
}

const signers = (): (string | undefined)[] =>
  mesh.clusters.contexts.map((context) => mesh.secret(context)["ca-cert.pem"]);

describe("mc certs rotate", () => {
  it("takes no step, and asks for no restart, where the roots that workloads trust could not be read", async () => {
    const [context = ""] = mesh.clusters.contexts;
    const server = mesh.clusters.server(context);
    await server.setUsers([{ name: "viewer", deny: [{ verb: "get", resource: "configmaps" }] }]);
    const file = mesh.clusters.kubeconfig;
    const config = load(readFileSync(file, "utf8")) as {
      users: { name: string; user: { token: string } }[];
    };
    for (const one of config.users) if (one.name === context) one.user.token = server.token();
    writeFileSync(file, JSON.stringify(config));
    const { code, stdout, stderr } = await rotate();
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(
      `${context}: the roots that workloads trust could not be read: configmaps "istio-ca-root-cert" is forbidden`,
    );
    for (const one of mesh.clusters.contexts) expect(rootsOf(one)).toEqual(["old"]);
  });

  it("goes step by step to the new root, and never further than is safe", async () => {
    const before = signers();
    const added = await rotate();
    expect([added.code, added.stderr]).toEqual([0, ""]);
    expect(added.stdout).toContain("next step: the new root beside the old one (");
    for (const context of mesh.clusters.contexts) {
      expect(rootsOf(context)).toEqual(["old", "fresh"]);
      expect(mesh.secret(context)["root-cert.pem"]).toMatch(new RegExp(`^${escaped(old)}`));
    }
    expect(signers()).toEqual(before);

    // istiod has taken it over in one cluster only.
    mesh.istiodLoads("west");
    const pending = await rotate();
    expect(pending.code).toBe(1);
    expect(pending.stdout).toContain("cluster west: both trusted");
    expect(pending.stdout).toContain("cluster east: adding");
    expect(pending.stdout).toMatch(/istiod must be restarted: it does not take the added root up/);
    expect(pending.stdout).toContain(
      "kubectl --context east -n istio-system rollout restart deployment -l app=istiod",
    );
    expect(pending.stdout).not.toContain("--context west ");

    for (const context of mesh.clusters.contexts) mesh.istiodLoads(context);
    const young = await rotate();
    expect(young.code).toBe(1);
    expect(young.stdout).toMatch(
      /cluster east: .* by themselves they all will have been at \d{4}-/,
    );
    expect(signers()).toEqual(before);

    for (const context of mesh.clusters.contexts) mesh.istiodLoads(context, 30);
    const switched = await rotate("--diff");
    expect(switched.stdout).toMatch(
      /^\+ +ca-key\.pem: private key, SHA-256 of its public key [\da-f]{64}$/m,
    );
    expect([switched.code, switched.stderr]).toEqual([0, ""]);
    expect(switched.stdout).toContain("next step: the new intermediate certificate, below the new");
    expect(signers().every((one, index) => one !== before[index])).toBe(true);
    for (const context of mesh.clusters.contexts) {
      expect(rootsOf(context)).toEqual(["old", "fresh"]);
      expect(mesh.secret(context)["cert-chain.pem"]).toContain(fresh.certificate);
    }

    const unsure = await rotate();
    expect(unsure.code).toBe(1);
    expect(unsure.stdout).toContain("istiod must be restarted: only then is it certain");

    for (const context of mesh.clusters.contexts) mesh.longAgo(context, 30);
    const dropped = await rotate();
    expect([dropped.code, dropped.stderr]).toEqual([0, ""]);
    for (const context of mesh.clusters.contexts) expect(rootsOf(context)).toEqual(["fresh"]);

    const dropping = await rotate();
    expect([dropping.code, dropping.stdout]).toEqual([1, expect.stringContaining("dropping")]);

    for (const context of mesh.clusters.contexts) mesh.istiodLoads(context);
    const done = await rotate();
    expect(done.code).toBe(0);
    expect(done.stdout).toContain("done: every cluster signs with the new certificate");
    for (const context of mesh.clusters.contexts) mesh.clusters.writes(context);
    await rotate();
    for (const context of mesh.clusters.contexts) {
      expect(mesh.clusters.writes(context)).toEqual([]);
    }
  });

  it("shows a step, and takes none, with --dry-run and --diff", async () => {
    const before = mesh.secret("west");
    const { code, stdout } = await rotate("--dry-run", "--diff");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\+ +- O=Istio,CN=Root CA, until /m);
    expect(stdout).toContain('of cluster "west" has the new root beside the old one (dry run)');
    expect(mesh.secret("west")).toEqual(before);
  });

  it("finds its place when it was interrupted between two clusters", async () => {
    const controller = new AbortController();
    let written = 0;
    const result = await mesh.clusters.mc(
      ["certs", "rotate", "--to", target, "--contexts", contexts()],
      {
        signal: controller.signal,
        onWrite: (_stream, text) => {
          if (text.includes("has the new root beside") && ++written === 1) controller.abort();
        },
      },
    );
    expect(result.code).toBe(130);
    expect(result.stderr).toMatch(/interrupted: not written on \w+, \w+$/m);
    const has = mesh.clusters.contexts.filter((context) => rootsOf(context).includes("fresh"));
    expect(has).toHaveLength(1);
    const again = await rotate();
    expect(again.code).toBe(0);
    expect(again.stdout.match(/has the new root beside the old one/g)).toHaveLength(2);
  });

  it("renews an intermediate below the same root at once", async () => {
    target = await targetDirectory(mesh, old);
    const before = signers();
    const { code, stdout } = await rotate();
    expect(code).toBe(0);
    expect(stdout).toContain("below the root that is trusted already");
    expect(signers().every((one, index) => one !== before[index])).toBe(true);
    expect((await rotate()).stdout).toContain("done:");
  });

  it("takes no field over unasked", async () => {
    for (const context of mesh.clusters.contexts) {
      mesh.clusters.edit(context, "Secret", "istio-system/cacerts", ({ metadata }) => {
        const [entry] = metadata["managedFields"] as object[];
        metadata["managedFields"] = [{ ...entry, manager: "kubectl-create", operation: "Update" }];
      });
    }
    const refused = await rotate();
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringMatching(
        /kubectl-create owns \.data\.root-cert\.pem \(--force-conflicts takes them over\)[^]*nothing was applied/,
      ),
    ]);
    expect((await rotate("--force-conflicts")).code).toBe(0);
  });

  it("does not write what a controller keeps", async () => {
    mesh.clusters.edit("east", "Secret", "istio-system/cacerts", ({ metadata }) => {
      metadata["annotations"] = {
        "cert-manager.io/certificate-name": "istio-ca",
        "cert-manager.io/issuer-kind": "AWSPCAClusterIssuer",
        "cert-manager.io/issuer-name": "pca",
      };
    });
    const { code, stderr } = await rotate();
    expect(code).toBe(1);
    expect(stderr).toContain(
      "east: Secret istio-system/cacerts is kept by cert-manager, Certificate istio-ca, AWSPCAClusterIssuer pca.",
    );
    expect(stderr).toContain("cannot add a second one");
    expect(rootsOf("west")).toEqual(["old"]);
  });

  it("refuses a Secret whose key is not that of its certificate: istiod would not start", async () => {
    mesh.clusters.edit("eu", "Secret", "istio-system/cacerts", (object) => {
      const data = object["data"] as Record<string, string>;
      object["data"] = { ...data, "ca-key.pem": Buffer.from(fresh.key).toString("base64") };
    });
    const { code, stdout, stderr } = await rotate();
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(
      /^❌ eu: istiod could not load Secret istio-system\/cacerts when it is restarted: ca-key\.pem is not the key of ca-cert\.pem\./,
    );
  });

  it("refuses directories below different roots, and a cluster without any CA", async () => {
    writeSet(join(target, "eu"), await signingSet(old, "eu"));
    const ref = { apiVersion: "v1", kind: "Secret", namespace: "istio-system", name: "cacerts" };
    mesh.clusters.server("west").remove(ref);
    const { code, stderr } = await rotate();
    expect(code).toBe(1);
    expect(stderr).toContain("root-cert.pem of eu differs from the one of east");
    expect(stderr).toContain("west: namespace istio-system has neither Secret cacerts nor");
  });

  it("needs a directory for every cluster, below one root", async () => {
    const missing = await mesh.clusters.mc([
      "certs",
      "rotate",
      "--to",
      mesh.directory,
      "--contexts",
      contexts(),
    ]);
    expect([missing.code, missing.stdout]).toEqual([2, ""]);
    expect(missing.stderr).toMatch(
      /there is no \S+: make it with mc certs intermediate --root DIR/,
    );
    const nowhere = await rotate("--to", "/nowhere");
    expect([nowhere.code, nowhere.stderr]).toEqual([
      2,
      "mc: --to /nowhere: it is not a directory\n",
    ]);
  });
});

function escaped({ certificate }: MadeCertificate): string {
  return certificate.replaceAll(/[+/.]/g, String.raw`\$&`);
}
