import { loadAll } from "js-yaml";
import { describe, expect, it } from "vitest";
import { rbacDocuments } from "../../src/engine/rbac.ts";
import { runMc } from "../support/cli.ts";

type Manifest = { kind: string; metadata: { name: string; namespace?: string } };

async function manifests(...args: string[]): Promise<{ all: Manifest[]; stderr: string }> {
  const { code, stdout, stderr } = await runMc(["rbac", ...args]);
  expect(code).toBe(0);
  return { all: loadAll(stdout) as Manifest[], stderr };
}

function named(all: readonly Manifest[]): string[] {
  return all.map(({ kind, metadata: { namespace = "", name } }) => `${kind} ${namespace}/${name}`);
}

describe("mc rbac", () => {
  it("prints manifests, and beside them how to go on", async () => {
    const { all, stderr } = await manifests();
    const documents = rbacDocuments({
      name: "mc",
      namespace: "istio-system",
      istioNamespace: "istio-system",
      secrets: true,
      remoteSecrets: false,
      portForward: true,
      certs: false,
    });
    expect(all).toEqual(documents.map(({ manifest }) => manifest));
    expect(stderr).toBe("note: a token for it: kubectl -n istio-system create token mc\n");
  });

  it("lets mc certs write the one Secret, where that is asked for", async () => {
    const rulesOf = async (...args: string[]): Promise<unknown[]> => {
      const { all } = await manifests("-q", ...args);
      const role = all.find(({ kind }) => kind === "Role") as { rules?: unknown[] } | undefined;
      return role?.rules ?? [];
    };
    const added = [
      {
        apiGroups: [""],
        resources: ["secrets"],
        resourceNames: ["cacerts", "istio-ca-secret"],
        verbs: ["get"],
      },
      { apiGroups: [""], resources: ["secrets"], resourceNames: ["cacerts"], verbs: ["patch"] },
      { apiGroups: [""], resources: ["secrets"], verbs: ["create"] },
    ];
    expect(await rulesOf("--with-certs")).toEqual([...(await rulesOf()), ...added]);
    const { stdout } = await runMc(["rbac", "--with-certs", "-q"]);
    expect(stdout).toContain("create secrets: mc certs install, mc certs rotate\n");
  });

  it("asks no cluster and no kubeconfig", async () => {
    const { code } = await runMc(["rbac", "-q", "--kubeconfig", "/nowhere", "--context", "none"]);
    expect(code).toBe(0);
  });

  it("names and places everything as asked", async () => {
    const { all, stderr } = await manifests("-n", "ops", "-i", "mesh", "--name", "mc-ci", "-q");
    expect(stderr).toBe("");
    expect(named(all)).toEqual([
      "ServiceAccount ops/mc-ci",
      "ClusterRole /mc-ci",
      "ClusterRoleBinding /mc-ci",
      "Role mesh/mc-ci",
      "RoleBinding mesh/mc-ci",
    ]);
    for (const binding of all.filter(({ kind }) => kind.endsWith("Binding"))) {
      expect(binding).toMatchObject({
        roleRef: { name: "mc-ci" },
        subjects: [{ kind: "ServiceAccount", name: "mc-ci", namespace: "ops" }],
      });
    }
    expect(named((await manifests("--istioNamespace", "mesh")).all)[0]).toBe(
      "ServiceAccount mesh/mc",
    );
  });

  it.each([
    ["--without-secrets", "secrets", false],
    ["--without-port-forward", "pods/portforward", false],
    ["--with-remote-secrets", "secrets", true],
    ["--with-logs", "pods/log", true],
    ["--without-secrets", "pods/log", false],
  ])("%s", async (flag, resource, there) => {
    const { stdout } = await runMc(["rbac", flag]);
    expect(stdout.includes(`  - ${resource}\n`)).toBe(there);
    expect(JSON.stringify(loadAll(stdout))).not.toContain('"*"');
  });

  it("--with-spire: names the namespaces and the Secret", async () => {
    const { all } = await manifests("--with-spire");
    expect(named(all).slice(-2)).toEqual([
      "Role spire-server/mc-spire",
      "RoleBinding spire-server/mc-spire",
    ]);
    const given = await manifests(
      "--with-spire",
      "a,b",
      "--spire-secret",
      "x",
      "--spire-secret",
      "y",
    );
    expect(named(given.all).filter((one) => one.startsWith("Role "))).toEqual([
      "Role istio-system/mc",
      "Role a/mc-spire",
      "Role b/mc-spire",
    ]);
    expect(JSON.stringify(given.all)).toContain('"resourceNames":["x","y"]');
    const { code, stderr } = await runMc(["rbac", "--spire-secret", "x"]);
    expect([code, stderr]).toEqual([2, "mc: --spire-secret is only for --with-spire\n"]);
  });

  it("takes the namespaces of other pods whose logs are read, for nothing but that", async () => {
    const { all } = await manifests("--with-logs=kube-system,istio-system,kube-system", "-q");
    expect(named(all).slice(5)).toEqual(["Role kube-system/mc", "RoleBinding kube-system/mc"]);
    expect(all[5]).toMatchObject({
      rules: [{ apiGroups: [""], resources: ["pods/log"], verbs: ["get"] }],
    });
  });

  it("says of each rule which checks it is for, and what it gives away", async () => {
    const { stdout } = await runMc(["rbac", "--with-remote-secrets", "--mode", "peering"]);
    expect(stdout).toMatch(/^# list nodes: (?:[\w-]+, )*platform, (?:[\w-]+, )*data-plane$/m);
    expect(stdout).toContain("# get secrets cacerts, istio-ca-secret: certs\n#   (they also hold");
    expect(stdout).toContain(
      "# list secrets: env-vars, links\n#   (Kubernetes has no narrower rule",
    );
  });

  it.each([
    ["--name", "A b"],
    ["-n", "a\nb"],
    ["-i", "-"],
    ["--with-spire", "a,,b"],
    ["--spire-secret", "A"],
    ["--with-logs=A b", "-q"],
  ])("refuses what cannot be a name: %s %j", async (flag, value) => {
    const { code, stdout, stderr } = await runMc(["rbac", flag, value]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^mc: .+\n$/);
  });

  it("allows the Pods of mc probe in one namespace, where that is wanted", async () => {
    const { all } = await manifests("-n", "probes", "--with-probe", "-q");
    expect(named(all).slice(5)).toEqual(["Role probes/mc-probe", "RoleBinding probes/mc-probe"]);
    expect(all[5]).toMatchObject({
      rules: [
        {
          apiGroups: [""],
          resources: ["pods"],
          verbs: ["create", "delete", "get", "list", "patch"],
        },
      ],
    });
    expect(named((await manifests("-q")).all).length).toBe(5);
  });
});
