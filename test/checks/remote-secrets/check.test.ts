import { describe, expect, test } from "vitest";
import { remoteSecrets } from "../../../src/checks/remote-secrets/check.ts";
import type { Facts, RemoteKubeconfigFact, RemoteSecretFact } from "../../../src/model/facts.ts";
import { gathered, missing } from "../../../src/model/gathered.ts";
import { clusterRef, COMMUNITY, env, istiod, NOW, runMesh } from "../../support/facts.ts";
import { commandsOf, messagesOf, notPassed } from "../../support/verdict.ts";

/* What each fault in a whole mesh comes to is in test/checks/community-faults.test.ts. */

function secret(cluster: string, changes: Partial<RemoteKubeconfigFact> = {}): RemoteSecretFact {
  const kubeconfig = { cluster, authorities: [], credentials: ["token"], ...changes };
  return {
    namespace: "istio-system",
    name: `istio-remote-secret-${cluster}`,
    kubeconfigs: gathered([kubeconfig]),
  };
}

const TARGET = {
  authorities: gathered(["ab12"]),
  accounts: gathered([]),
  secrets: gathered([]),
};

const mutual = {
  a: { changes: { remoteSecrets: [secret("b")] } },
  b: { changes: { remoteSecrets: [secret("a")] } },
};

describe("remote secrets", () => {
  test("by their key alone lead to the cluster of that name", () => {
    const verdict = runMesh(remoteSecrets, mutual, COMMUNITY);
    expect(messagesOf(verdict, "pass")).toEqual([
      "ctx-a reads ctx-b by Secret istio-system/istio-remote-secret-b",
      "ctx-b reads ctx-a by Secret istio-system/istio-remote-secret-a",
    ]);
  });

  test("by the authority of the API server, where no other cluster has it", () => {
    const members = {
      ...mutual,
      a: { changes: { remoteSecrets: [secret("other", { authorities: ["ab12"] })] } },
      b: { changes: { ...mutual.b.changes, credentialTarget: TARGET } },
    };
    expect(messagesOf(runMesh(remoteSecrets, members, COMMUNITY), "fail")[0]).toContain(
      "key other: it leads to ctx-b, whose CLUSTER_ID is b",
    );
    const same = { ...mutual.a.changes, credentialTarget: TARGET };
    const shared = {
      ...members,
      c: { changes: { ...same, remoteSecrets: [secret("a"), secret("b")] } },
    };
    expect(messagesOf(runMesh(remoteSecrets, shared, COMMUNITY), "info")).toContain(
      "Secret istio-system/istio-remote-secret-other of ctx-a, key other: no cluster of this run",
    );
  });

  test("whose values were not read are no fault, and nothing is missing for all that is known", () => {
    const unread = { ...secret("x"), kubeconfigs: missing("forbidden", "secrets is forbidden") };
    const members = { a: { changes: { remoteSecrets: [unread] } }, b: mutual.b };
    const verdict = runMesh(remoteSecrets, members, COMMUNITY);
    expect(notPassed(verdict)).toEqual(["info"]);
    expect(messagesOf(verdict, "info")[0]).toContain("not checked: secrets is forbidden");
  });

  test("that a collector hid are no fault", () => {
    const hidden = secret("b", { unreadable: "it is redacted in this recording", credentials: [] });
    const members = { a: { changes: { remoteSecrets: [hidden] } }, b: mutual.b };
    expect(notPassed(runMesh(remoteSecrets, members, COMMUNITY))).toEqual(["info"]);
  });

  test.each(["DISABLE_LEGACY_MULTICLUSTER", "PILOT_MULTICLUSTER_KUBECONFIG_PATH"])(
    "are passed over with %s",
    (name) => {
      const value = name.startsWith("PILOT") ? "/etc/kubeconfigs" : "true";
      const istiods: Facts["istiods"] = {
        judged: [istiod({ env: env({ [name]: value }) })],
        others: [],
      };
      const members = {
        a: { changes: { istiods, remoteSecrets: [secret("x", { credentials: ["exec"] })] } },
        b: { changes: { istiods } },
      };
      const verdict = runMesh(remoteSecrets, members, COMMUNITY);
      expect(messagesOf(verdict, "info")).toEqual([
        `istiod of ctx-a passes remote secrets over: ${name} is set`,
      ]);
      expect(verdict.summary).toBe("none is in use");
    },
  );

  test("may sign in as a variable of istiod allows", () => {
    const name = "PILOT_INSECURE_MULTICLUSTER_KUBECONFIG_OPTIONS";
    const istiods: Facts["istiods"] = {
      judged: [istiod({ env: env({ [name]: "exec, gcp" }) })],
      others: [],
    };
    const using = (credential: string) => {
      const remote = [secret("b", { credentials: [credential] })];
      const a = { changes: { istiods, remoteSecrets: remote } };
      return notPassed(runMesh(remoteSecrets, { a, b: mutual.b }, COMMUNITY));
    };
    expect(using("exec")).toEqual([]);
    expect(using("auth-provider gcp")).toEqual([]);
    expect(using("tokenFile")).toEqual(["fail"]);
  });

  test("are not missed in a migration, nor in a run of one cluster", () => {
    const kinds = { kinds: new Set(["peering", "community"] as const) };
    expect(notPassed(runMesh(remoteSecrets, { a: {}, b: {} }, kinds))).toEqual(["skip"]);
    expect(notPassed(runMesh(remoteSecrets, { a: {} }, COMMUNITY))).toEqual(["skip"]);
  });

  test("for a cluster whose CLUSTER_ID is not known have no wrong key", () => {
    const { id: _, ...nameless } = clusterRef("b");
    const claims = { account: { namespace: "istio-system", name: "r", uid: "u" } };
    const accounts = gathered([{ namespace: "istio-system", name: "r", uid: "u" }]);
    const members = {
      a: { changes: { remoteSecrets: [secret("x", { claims })] } },
      b: {
        cluster: nameless,
        changes: { ...mutual.b.changes, credentialTarget: { ...TARGET, accounts } },
      },
    };
    expect(notPassed(runMesh(remoteSecrets, members, COMMUNITY))).toEqual([]);
  });

  test("of an account in a namespace that was not looked at are not judged by it", () => {
    const account = { namespace: "ops", name: "r", uid: "u" };
    const remote = [secret("b", { claims: { account }, authorities: ["ab12"] })];
    const members = {
      a: { changes: { remoteSecrets: remote } },
      b: { changes: { ...mutual.b.changes, credentialTarget: TARGET } },
    };
    expect(notPassed(runMesh(remoteSecrets, members, COMMUNITY))).toEqual([]);
    const here = [
      secret("b", {
        claims: { account: { ...account, namespace: "istio-system" } },
        authorities: ["ab12"],
      }),
    ];
    const verdict = runMesh(
      remoteSecrets,
      { ...members, a: { changes: { remoteSecrets: here } } },
      COMMUNITY,
    );
    expect(messagesOf(verdict, "fail")[0]).toContain(
      "ctx-b no longer has its ServiceAccount istio-system/r",
    );
  });

  test("that lead to no cluster of the run are deleted where istiod refuses them", () => {
    const remote = [secret("b"), secret("gone", { credentials: ["exec"] })];
    const members = { a: { changes: { remoteSecrets: remote } }, b: mutual.b };
    const verdict = runMesh(remoteSecrets, members, COMMUNITY);
    expect(commandsOf(verdict, "fail")).toEqual([
      "kubectl --context ctx-a -n istio-system delete secret istio-remote-secret-gone",
    ]);
  });

  test.each([
    ["in a month", 30, []],
    ["in a day", 1, ["warn"]],
    ["a day ago", -1, ["fail"]],
  ])("have a token that expires %s", (_, days, expected) => {
    const claims = { expires: NOW + days * 24 * 3_600_000 };
    const members = { a: { changes: { remoteSecrets: [secret("b", { claims })] } }, b: mutual.b };
    expect(notPassed(runMesh(remoteSecrets, members, COMMUNITY))).toEqual(expected);
  });

  test("go by their key where the accounts and the authority of the cluster were not read", () => {
    const claims = { account: { namespace: "istio-system", name: "r", uid: "u" } };
    const credentialTarget = missing("forbidden", "serviceaccounts is forbidden");
    const remote = [secret("b", { claims, authorities: ["ab12"] })];
    const members = {
      a: { changes: { remoteSecrets: remote } },
      b: { changes: { ...mutual.b.changes, credentialTarget } },
    };
    const verdict = runMesh(remoteSecrets, members, COMMUNITY);
    expect(messagesOf(verdict, "pass")[0]).toContain("ctx-a reads ctx-b");
    expect(messagesOf(verdict, "fail")).toEqual([]);
  });
});

describe("a cluster that the istiod of another leads", () => {
  const proxy = (clusterId: string) => ({
    namespace: "n",
    name: clusterId,
    labels: new Map<string, string>(),
    clusterId,
  });
  const { id: _, ...nameless } = clusterRef("b");
  const judge = (key: string | undefined, ...ids: string[]) =>
    runMesh(
      remoteSecrets,
      {
        a: {
          changes: {
            remoteSecrets: key === undefined ? [] : [secret(key, { authorities: ["ab12"] })],
          },
        },
        b: {
          cluster: nameless,
          changes: {
            istiods: { judged: [], others: [] },
            credentialTarget: TARGET,
            proxyPods: ids.map(proxy),
          },
        },
      },
      COMMUNITY,
    );

  test("is to be called as its proxies say", () => {
    expect(notPassed(judge("b", "b"))).toEqual([]);
    const verdict = judge("uid", "b");
    expect(messagesOf(verdict, "fail")[0]).toContain(
      "key uid: it leads to ctx-b, whose CLUSTER_ID is b",
    );
    expect(commandsOf(verdict, "fail")[0]).toContain("--name b");
  });

  test("may be called anything where they do not agree, or there are none", () => {
    expect(notPassed(judge("uid", "b", "c"))).toEqual([]);
    expect(notPassed(judge("uid"))).toEqual([]);
  });

  test("is named so in the command that makes the credential", () => {
    expect(commandsOf(judge(undefined, "b"), "fail")[0]).toContain("--name b");
  });
});
