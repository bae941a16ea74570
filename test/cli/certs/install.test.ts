import { readFileSync, writeFileSync } from "node:fs";
import { load } from "js-yaml";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { MadeCertificate } from "../../../src/certs/make.ts";
import type { SigningSet } from "../../../src/certs/signing-set.ts";
import { PRIVATE_KEY, root, signingSet, writeSet } from "../../support/ca.ts";
import { runMc, type RunResult } from "../../support/cli.ts";
import { cacertsData, startMesh, type Mesh } from "../../support/rotating-mesh.ts";

let old: MadeCertificate;
let fresh: MadeCertificate;
let set: SigningSet;
let mesh: Mesh;
let from: string;

const SECRET = { apiVersion: "v1", kind: "Secret", namespace: "istio-system", name: "cacerts" };
const RESTART =
  "kubectl --context cluster1 -n istio-system rollout restart deployment -l app=istiod";

beforeAll(async () => {
  [old, fresh] = await Promise.all([root(), root({ now: Date.now() })]);
  set = await signingSet(fresh, "cluster1");
});

beforeEach(async () => {
  mesh = await startMesh("unlinked", old);
  from = writeSet(join(mesh.directory, "from"), set);
});

afterEach(() => mesh.close());

async function install(...args: string[]): Promise<RunResult> {
  const given = ["certs", "install", "--context=cluster1", "--from", from, ...args];
  const result = await mesh.clusters.mc(given);
  expect(result.stdout + result.stderr).not.toMatch(PRIVATE_KEY);
  expect(result.stdout + result.stderr).not.toContain(cacertsData(set)["ca-key.pem"]);
  return result;
}

function selfMade(): void {
  mesh.clusters.server("cluster1").remove(SECRET);
  mesh.clusters.server("cluster1").put({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "istio-ca-secret", namespace: "istio-system" },
    type: "istio.io/ca-root",
    data: {
      "ca-cert.pem": Buffer.from(old.certificate).toString("base64"),
      "ca-key.pem": Buffer.from(old.key).toString("base64"),
    },
  });
}

describe("mc certs install", () => {
  it("writes the Secret of a cluster that has none, and says that istiod is to be restarted", async () => {
    mesh.clusters.server("cluster1").remove(SECRET);
    const { code, stdout, stderr } = await install();
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout.split("\n")).toEqual([
      'Secret istio-system/cacerts applied to cluster "cluster1"',
      expect.stringMatching(/^istiod 1\.\S+ chose its CA when it started: restart it$/),
      `     ${RESTART}`,
      "",
    ]);
    expect(mesh.secret("cluster1")).toEqual({
      "ca-cert.pem": set.certificate,
      "ca-key.pem": set.key,
      "cert-chain.pem": set.chain,
      "root-cert.pem": set.roots,
    });
    const object = mesh.clusters.objects("cluster1", "Secret").get("istio-system/cacerts");
    expect(object?.metadata["managedFields"]).toMatchObject([
      { manager: "mc", operation: "Apply" },
    ]);
    mesh.clusters.writes("cluster1");
    const again = await install();
    expect([again.code, again.stdout]).toEqual([
      0,
      'Secret istio-system/cacerts unchanged in cluster "cluster1"\n',
    ]);
  });

  it("refuses another Secret, says what it would break, and how to go on", async () => {
    const before = mesh.secret("cluster1");
    const { code, stdout, stderr } = await install();
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(
      /^❌ cluster1: Secret istio-system\/cacerts differs in ca-cert\.pem, ca-key\.pem, cert-chain\.pem, root-cert\.pem: from its restart on, istiod would sign below CN=Root CA,O=Istio \(SHA-256 \w{12}\), which those workloads do not trust/,
    );
    expect(stderr).toContain(`mc certs rotate --contexts cluster1 --to ${from}`);
    expect(stderr).toMatch(/mc: nothing was applied\n$/);
    expect(mesh.secret("cluster1")).toEqual(before);
    // What it refuses is shown all the same, where that is asked for, without any key.
    const shown = await install("--diff");
    expect([shown.code, shown.stderr]).toEqual([1, stderr]);
    expect(shown.stdout).toMatch(/^--- cluster1\/istio-system\/cacerts\n\+\+\+ /);
    expect(shown.stdout).toMatch(/^-.*O=Istio,CN=Root CA, until /m);
    expect(shown.stdout).toMatch(/^\+ +ca-key\.pem: private key, SHA-256 of its public key /m);
    expect(mesh.secret("cluster1")).toEqual(before);
  });

  it("refuses a new intermediate of the same root, too, which rotate renews", async () => {
    from = writeSet(join(mesh.directory, "same"), await signingSet(old, "cluster1"));
    const { code, stderr } = await install();
    expect(code).toBe(1);
    expect(stderr).toContain("signed by CN=Root CA,O=Istio as well, and cut nothing");
  });

  it("replaces it with --force, and shows what changes without any key", async () => {
    const { code, stdout } = await install("--force", "--diff");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^-.*O=Istio,CN=Root CA, until /m);
    expect(stdout).toMatch(
      /^\+ +ca-key\.pem: private key, SHA-256 of its public key [\da-f]{64}$/m,
    );
    expect(stdout).toContain("does not take up other roots by itself: restart it");
    expect(mesh.secret("cluster1")["root-cert.pem"]).toBe(set.roots);
  });

  it("of the same root is taken up without a restart", async () => {
    from = writeSet(join(mesh.directory, "same"), await signingSet(old, "cluster1"));
    const { code, stdout } = await install("--force");
    expect([code, stdout.split("\n")[1]]).toEqual([
      0,
      "istiod takes it up by itself within a few minutes",
    ]);
  });

  it("changes nothing with --dry-run", async () => {
    const before = mesh.secret("cluster1");
    const { code, stdout } = await install("--force", "--dry-run");
    expect([code, stdout.split("\n")[0]]).toEqual([
      0,
      'Secret istio-system/cacerts applied to cluster "cluster1" (dry run)',
    ]);
    expect(stdout).not.toContain("restart");
    expect(mesh.secret("cluster1")).toEqual(before);
  });

  it("says of an istiod that made its CA itself what would break", async () => {
    selfMade();
    const { code, stderr } = await install();
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^❌ cluster1: istiod signs with a CA that it made itself, and has signed workloads with it: from its restart on, istiod would sign below/,
    );
    expect(stderr).toContain("mc certs rotate --contexts cluster1 --to ");
  });

  it("and mc certs rotate then begins with that CA in Secret cacerts, beside the new root", async () => {
    selfMade();
    const { code, stderr } = await mesh.clusters.mc([
      "certs",
      "rotate",
      "--contexts=cluster1",
      "--to",
      from,
    ]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(mesh.secret("cluster1")).toEqual({
      "ca-cert.pem": old.certificate,
      "ca-key.pem": old.key,
      "cert-chain.pem": old.certificate,
      "root-cert.pem": old.certificate + fresh.certificate,
    });
  });

  it.each([
    ["a key that does not match", { key: "other" }, /ca-key\.pem is not the key of ca-cert\.pem/],
    ["a chain that does not verify", { roots: "other" }, /does not verify under root-cert\.pem/],
  ])("refuses %s before it asks any cluster", async (_what, change, message) => {
    const changed = {
      ...set,
      ...("key" in change ? { key: old.key } : {}),
      ...("roots" in change ? { roots: old.certificate } : {}),
    };
    from = writeSet(join(mesh.directory, "bad"), changed);
    const { code, stdout, stderr } = await install();
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(mesh.clusters.writes("cluster1")).toEqual([]);
  });

  it.each([
    ["Argo CD", { labels: { "argocd.argoproj.io/instance": "mesh" } }, /Argo CD applies it from/],
    [
      "External Secrets",
      { ownerReferences: [{ kind: "ExternalSecret", name: "ca" }] },
      /kept by External Secrets, ExternalSecret ca\./,
    ],
    [
      "Vault",
      { ownerReferences: [{ kind: "VaultStaticSecret", name: "ca" }] },
      /kept by Vault Secrets Operator, VaultStaticSecret ca\./,
    ],
  ])("leaves alone what %s keeps, also with --force", async (_who, metadata, message) => {
    mesh.clusters.edit("cluster1", "Secret", "istio-system/cacerts", (object) => {
      Object.assign(object.metadata, metadata);
    });
    const { code, stderr } = await install("--force");
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
  });

  it("leaves a Secret with revocation lists alone", async () => {
    mesh.clusters.edit("cluster1", "Secret", "istio-system/cacerts", (object) => {
      object["data"] = { ...(object["data"] as object), "ca-crl.pem": "eA==" };
    });
    const { code, stderr } = await install("--force");
    expect(code).toBe(1);
    expect(stderr).toContain("has ca-crl.pem: istiod takes no certificate of a CA");
  });

  it("keeps the form of a TLS Secret", async () => {
    const now = mesh.secret("cluster1");
    mesh.clusters.server("cluster1").remove(SECRET);
    const base64 = (text = ""): string => Buffer.from(text).toString("base64");
    mesh.clusters.server("cluster1").put({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "cacerts", namespace: "istio-system" },
      type: "kubernetes.io/tls",
      data: {
        "tls.crt": base64(now["ca-cert.pem"]),
        "tls.key": base64(now["ca-key.pem"]),
        "ca.crt": base64(now["root-cert.pem"]),
      },
    });
    const { code } = await install("--force");
    expect(code).toBe(0);
    expect(mesh.secret("cluster1")).toEqual({
      "tls.crt": set.certificate,
      "tls.key": set.key,
      "ca.crt": set.roots,
    });
  });

  it.each([
    [
      "get",
      /^❌ cluster1: what istiod signs with could not be read: secrets "cacerts" is forbidden/,
    ],
    ["patch", /^❌ cluster1: Secret istio-system\/cacerts cannot be applied: .*is forbidden/],
  ])("says what is forbidden and what would allow it: %s", async (verb, message) => {
    await mesh.clusters
      .server("cluster1")
      .setUsers([{ name: "viewer", deny: [{ verb, resource: "secrets" }] }]);
    rewriteKubeconfig();
    const { code, stdout, stderr } = await install("--force");
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(message);
    expect(stderr).toContain("create role mc-secrets");
  });

  it("vouches for nothing where the roots that workloads trust could not be read", async () => {
    await mesh.clusters
      .server("cluster1")
      .setUsers([{ name: "viewer", deny: [{ verb: "get", resource: "configmaps" }] }]);
    rewriteKubeconfig();
    const { code, stdout, stderr } = await install();
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(
      /^❌ cluster1: the roots that workloads trust could not be read: configmaps "istio-ca-root-cert" is forbidden/,
    );
  });
});

/** The users have changed, and their tokens. */
function rewriteKubeconfig(): void {
  const file = mesh.clusters.kubeconfig;
  const config = load(readFileSync(file, "utf8")) as { users: { user: { token: string } }[] };
  const [first] = config.users;
  if (first) first.user.token = mesh.clusters.server("cluster1").token();
  writeFileSync(file, JSON.stringify(config));
}

describe("mc certs install --generate", () => {
  it("prints the Secret with its key, says so, and asks no cluster", async () => {
    const { code, stdout, stderr } = await runMc([
      "certs",
      "install",
      "--from",
      from,
      "--generate",
    ]);
    expect([code, stderr]).toEqual([
      0,
      "warning: what is printed holds the private key: encrypt it before you store it\n",
    ]);
    expect(load(stdout)).toEqual({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "cacerts", namespace: "istio-system" },
      data: cacertsData(set),
    });
  });

  it("goes with a namespace, and with no flag of applying", async () => {
    const generate = ["certs", "install", "--from", from, "--generate"];
    const { stdout } = await runMc([...generate, "-i", "mesh"]);
    expect(load(stdout)).toMatchObject({ metadata: { namespace: "mesh" } });
    for (const flag of ["--dry-run", "--diff", "--force"]) {
      const refused = await runMc([...generate, flag]);
      expect([refused.code, refused.stdout]).toEqual([2, ""]);
      expect(refused.stderr).toBe(
        `mc: ${flag} does not go with --generate, which applies nothing\n`,
      );
    }
  });

  it("says what is missing in the directory", async () => {
    const { code, stdout, stderr } = await runMc(["certs", "install", "--from=/nowhere"]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^mc: --from \/nowhere: there is no [\w-]+\.pem\n$/);
  });
});
