import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dump } from "js-yaml";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApiServerAttempt } from "../../src/model/probe.ts";
import { tryApiServers } from "../../src/probe/api-servers.ts";
import { loadKubeconfig } from "../../src/readers/kubeconfig/index.ts";
import { type LiveCluster, openCluster } from "../../src/readers/live.ts";
import { type ApiServer, startApiServer } from "../support/apiserver.ts";
import { type Kubeconfig, writeKubeconfig } from "../support/kubeconfig.ts";
import { PLENTY } from "../support/time-enough.ts";

/*
 * Two clusters: `holder`, whose remote secrets are tried, and `remote`, whose API server they name.
 */

const READER = "system:serviceaccount:istio-system:istio-reader-service-account";

let directory: string;
let holder: ApiServer;
let remote: ApiServer;
let reader: LiveCluster;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "mc-probe-"));
  holder = await startApiServer();
  remote = await startApiServer({ users: [{ name: READER }], serverVersion: "v1.33.1" });
  const kubeconfig = writeKubeconfig(join(directory, "kubeconfig"), [
    holder.kubeconfig({ context: "ctx-a", dir: directory }),
  ]);
  reader = openCluster(loadKubeconfig({ kubeconfig, env: {} }), "ctx-a", { timeoutMs: PLENTY });
});

afterAll(async () => {
  await reader.close();
  await Promise.all([holder.close(), remote.close()]);
  rmSync(directory, { recursive: true });
});

function secret(name: string, data: Record<string, string>): void {
  holder.put({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace: "istio-system", labels: { "istio/multiCluster": "true" } },
    data: Object.fromEntries(
      Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString("base64")]),
    ),
  });
}

/** A kubeconfig for the remote cluster as `istioctl create-remote-secret` writes it, with a change. */
function remoteConfig(change: (config: Kubeconfig) => void = () => undefined): string {
  const config = structuredClone(remote.kubeconfig({ context: "b", dir: directory }));
  change(config);
  return dump(config);
}

async function tried(
  data: Record<string, string>,
): Promise<{ attempts: ApiServerAttempt[]; notes: string[] }> {
  secret("istio-remote-secret-b", data);
  const { signal } = new AbortController();
  const holders = [{ reader, istioNamespace: "istio-system" }];
  return tryApiServers(holders, { timeoutMs: PLENTY, concurrency: 4, env: {}, signal });
}

async function only(text: string): Promise<ApiServerAttempt> {
  const { attempts } = await tried({ b: text });
  expect(attempts.length).toBe(1);
  const [attempt] = attempts;
  if (!attempt) throw new Error("nothing was tried");
  return attempt;
}

describe("a credential of a remote secret", () => {
  it("signs in, and says as whom", async () => {
    const server = new URL(remote.url).host;
    expect(await only(remoteConfig())).toEqual({
      from: "ctx-a",
      secret: { kind: "Secret", namespace: "istio-system", name: "istio-remote-secret-b" },
      cluster: "b",
      server,
      verdict: "connected",
      message: `${server} answers as to ${READER}`,
      user: READER,
      serverVersion: "v1.33.1",
    });
  });

  it("that the API server does not know is denied", async () => {
    const attempt = await only(
      remoteConfig(({ users }) => {
        for (const { user } of users) user["token"] = "a-token-of-another-time";
      }),
    );
    expect(attempt.verdict).toBe("denied");
    expect(JSON.stringify(attempt)).not.toContain("a-token-of-another-time");
  });

  it("goes to the API server alone, and into no text", async () => {
    const token = remote.token();
    const before = holder.requests.length;
    // It gives back what it was shown, in words of its own.
    remote.setFaults([
      { kind: "status", status: 400, body: `I was shown ${token}`, match: { path: "/apis" } },
      {
        kind: "status",
        status: 200,
        body: { gitVersion: `v1.33 ${token}` },
        match: { path: "/version" },
      },
    ]);
    const echoed = await only(remoteConfig());
    remote.setFaults([]);
    expect(JSON.stringify(echoed)).not.toContain(token);
    const asked = holder.requests.slice(before).map(({ method, path }) => `${method} ${path}`);
    expect(asked).toEqual(["GET /api/v1/namespaces/istio-system/secrets"]);
  });

  it("does not reach a server that is not there, or has another certificate", async () => {
    const away = await only(
      remoteConfig(({ clusters }) => {
        for (const { cluster } of clusters) cluster["server"] = "https://127.0.0.1:1";
      }),
    );
    expect(away).toMatchObject({ server: "127.0.0.1:1", verdict: "unreachable" });
    const foreign = await startApiServer({ tls: "other-ca" });
    const attempt = await only(
      remoteConfig(({ clusters }) => {
        for (const { cluster } of clusters) cluster["server"] = foreign.url;
      }),
    );
    expect(attempt.verdict).toBe("unreachable");
    expect(attempt.message).toContain("is signed by an unknown CA");
    // Nothing was sent to whoever answered there.
    expect(foreign.requests).toEqual([]);
    await foreign.close();
  });
});

describe("a kubeconfig that would make mc do more is not used", () => {
  it.each<[string, (config: Kubeconfig) => void, string]>([
    [
      "a program",
      ({ users }) => void Object.assign(users[0]?.user ?? {}, { exec: { command: "touch" } }),
      "exec runs a program",
    ],
    [
      "a provider",
      ({ users }) => void Object.assign(users[0]?.user ?? {}, { "auth-provider": {} }),
      "auth-provider signs in with a provider",
    ],
    [
      "a token of a file",
      ({ users }) => void Object.assign(users[0]?.user ?? {}, { tokenFile: "/etc/passwd" }),
      "tokenFile names a file",
    ],
    [
      "a key of a file",
      ({ users }) => void Object.assign(users[0]?.user ?? {}, { "client-key": "/etc/passwd" }),
      "client-key names a file",
    ],
    [
      "a CA of a file",
      ({ clusters }) =>
        void Object.assign(clusters[0]?.cluster ?? {}, { "certificate-authority": "/etc/hosts" }),
      "certificate-authority names a file",
    ],
    [
      "any certificate",
      ({ clusters }) => {
        const cluster = clusters[0]?.cluster ?? {};
        delete cluster["certificate-authority-data"];
        cluster["insecure-skip-tls-verify"] = true;
      },
      "its credential would go to whoever answers",
    ],
    [
      "no TLS",
      ({ clusters }) => {
        for (const { cluster } of clusters) cluster["server"] = "http://127.0.0.1:1";
      },
      "its server is not https",
    ],
    [
      "a context that is not there",
      (config) => {
        config["current-context"] = "nowhere";
      },
      'current context "nowhere" does not exist',
    ],
  ])("%s", async (_name, change, said) => {
    const before = remote.requests.length;
    const attempt = await only(remoteConfig(change));
    expect(attempt.verdict).toBe("not-tried");
    expect(attempt.message).toContain(said);
    expect(attempt.server).toBeUndefined();
    expect(remote.requests.length).toBe(before);
    expect(JSON.stringify(attempt)).not.toContain(remote.token());
  });

  it.each([
    ["rubbish", "\u0000\u0001:[", "is not valid YAML"],
    ["no map", "just a text", "it holds no map"],
    ["nothing", "", "no context in kubeconfig of the Secret"],
    ["lists that are none", "clusters: {}", "clusters is not a list"],
  ])("%s", async (_name, text, said) => {
    const attempt = await only(text);
    expect(attempt.verdict).toBe("not-tried");
    expect(attempt.message).toContain(said);
  });

  it("takes its only context where it names none", async () => {
    const text = remoteConfig((config) => {
      Reflect.deleteProperty(config, "current-context");
    });
    expect((await only(text)).verdict).toBe("connected");
  });
});

it("tries each key of each Secret", async () => {
  const { attempts } = await tried({ b: remoteConfig(), c: remoteConfig(), d: "rubbish" });
  expect(attempts.map(({ cluster, verdict }) => [cluster, verdict])).toEqual([
    ["b", "connected"],
    ["c", "connected"],
    ["d", "not-tried"],
  ]);
});

it("says why it tried none where the Secrets may not be read", async () => {
  await holder.setUsers([{ name: "viewer", deny: [{ resource: "secrets" }] }]);
  const kubeconfig = writeKubeconfig(join(directory, "viewer"), [
    holder.kubeconfig({ context: "ctx-v", dir: directory }),
  ]);
  const viewer = openCluster(loadKubeconfig({ kubeconfig, env: {} }), "ctx-v", {
    timeoutMs: PLENTY,
  });
  const { signal } = new AbortController();
  const { attempts, notes } = await tryApiServers(
    [{ reader: viewer, istioNamespace: "istio-system" }],
    { timeoutMs: PLENTY, concurrency: 4, env: {}, signal },
  );
  await viewer.close();
  expect(attempts).toEqual([]);
  expect(notes.length).toBe(1);
  expect(notes[0]).toMatch(
    /^remote secrets of ctx-v were not read, and their API servers not tried: /,
  );
});

it("ends when it is interrupted", async () => {
  await holder.setUsers([{ name: "admin" }]);
  remote.setFaults([{ kind: "hang" }]);
  const interruption = new AbortController();
  const kubeconfig = writeKubeconfig(join(directory, "admin"), [
    holder.kubeconfig({ context: "ctx-w", dir: directory }),
  ]);
  const admin = openCluster(loadKubeconfig({ kubeconfig, env: {} }), "ctx-w", {
    timeoutMs: PLENTY,
  });
  secret("istio-remote-secret-b", { b: remoteConfig() });
  const before = remote.requests.length;
  const trying = tryApiServers([{ reader: admin, istioNamespace: "istio-system" }], {
    timeoutMs: PLENTY,
    concurrency: 4,
    env: {},
    signal: interruption.signal,
  });
  await expect.poll(() => remote.requests.length, { timeout: PLENTY }).toBeGreaterThan(before);
  interruption.abort();
  const { attempts } = await trying;
  await admin.close();
  remote.setFaults([]);
  expect(attempts.map(({ verdict }) => verdict)).toEqual(["unreachable"]);
});
