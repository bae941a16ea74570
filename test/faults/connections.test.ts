import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pLimit from "p-limit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Report } from "../../src/model/report.ts";
import { type ApiServer, startApiServer } from "../support/apiserver.ts";
import type { TlsFault } from "../support/apiserver/types.ts";
import { runMc } from "../support/cli.ts";
import { expectDown, expectOtherUnharmed } from "../support/faulty-report.ts";
import { checkWords, type Outcome } from "../support/faulty.ts";
import { type Kubeconfig, writeKubeconfig } from "../support/kubeconfig.ts";
import { clusterDirectories } from "../support/scenario.ts";
import { withTimeEnough } from "../support/time-enough.ts";

type Entry = Record<string, unknown>;

interface Case {
  cause: RegExp;
  /** Of the first cluster's own server. */
  tls?: TlsFault;
  /** It answers nothing that it stores, as without its etcd. */
  withoutStorage?: true;
  cluster?: Entry;
  user?: Entry;
  /** The time limit has to pass. */
  hangs?: true;
}

const NODE = process.execPath;
/** A plugin that is a program of its own, in words for Node. */
const plugin = (program: string, changes: Entry = {}): Entry => ({
  exec: {
    apiVersion: "client.authentication.k8s.io/v1",
    command: NODE,
    args: ["-e", program],
    interactiveMode: "Never",
    ...changes,
  },
});

const CASES: Readonly<Record<string, Case>> = {
  "certificate of another CA": { tls: "other-ca", cause: /signed by an unknown CA/ },
  "expired certificate": { tls: "expired", cause: /has expired, or the clock here is wrong/ },
  "certificate of another host": { tls: "wrong-host", cause: /is for another host/ },
  "refused port": { cluster: { server: "https://127.0.0.1:1" }, cause: /refused the connection/ },
  "name that does not resolve": {
    cluster: { server: "https://no-such-host.invalid:6443" },
    cause: /the host name of no-such-host\.invalid:6443 (does not exist|cannot be resolved)/,
  },
  "no TLS": { cluster: { server: "http://127.0.0.1:1" }, cause: /refused the connection/ },
  "proxy that refuses": {
    cluster: { "proxy-url": "http://127.0.0.1:1" },
    cause: /proxy: 127\.0\.0\.1:1 refused/,
  },
  "proxy that forbids": { cluster: { "proxy-url": "FORBIDDING" }, cause: /proxy .*403 Forbidden/ },
  "proxy of an unknown kind": {
    cluster: { "proxy-url": "https://no-such-proxy.invalid:3128" },
    cause: /no-such-proxy\.invalid/,
  },
  "token that is refused": { user: { token: "of-someone-else" }, cause: /credentials \(401\)/ },
  "user without credentials": {
    user: {},
    cause: /nobody is signed in: user "cluster1" .* has no credentials$/,
  },
  "server without its storage": {
    withoutStorage: true,
    cause: /answers \/version, but nothing that it stores: 500 .*request timed out$/,
  },
  "token file that is missing": {
    user: { tokenFile: "/nowhere/token" },
    cause: /\/nowhere\/token/,
  },
  "plugin that is missing": {
    user: plugin("", { command: "no-such-plugin", args: [] }),
    cause: /exec plugin "no-such-plugin" .*(not found|not installed|no such|does not exist)/i,
  },
  "plugin that fails": {
    user: plugin("console.error('no session'); process.exitCode = 3"),
    cause: /exec plugin .*no session/,
  },
  "plugin that hangs": {
    user: plugin("setInterval(() => {}, 1000)"),
    cause: /exec plugin .*no answer within /,
    hangs: true,
  },
  "plugin that prints rubbish": {
    user: plugin("console.log('Please sign in\\u001b[31m at https://login.example.com')"),
    cause: /exec plugin .*(not JSON|not valid JSON|no credential|ExecCredential)/i,
  },
  "plugin that prints no credential": {
    user: plugin(
      `console.log(JSON.stringify({apiVersion: "client.authentication.k8s.io/v1", kind: "ExecCredential", status: {}}))`,
    ),
    cause: /exec plugin .*credential/i,
  },
  "plugin of an old version": {
    user: plugin("", { apiVersion: "client.authentication.k8s.io/v1alpha1" }),
    cause: /v1alpha1/,
  },
  "auth-provider of old": {
    user: { "auth-provider": { name: "gcp", config: { "cmd-path": "/bin/sh" } } },
    cause: /auth-provider "gcp", which Kubernetes no longer supports/,
  },
  "plugin that floods": {
    user: plugin("process.stdout.write('x'.repeat(8e6))"),
    cause: /exec plugin /,
  },
};

const servers: ApiServer[] = [];
let directory: string;
let healthy: Outcome;
const outcomes = new Map<string, Outcome>();

function changed(config: Kubeconfig, { cluster, user }: Case, proxy: string): Kubeconfig {
  const [entry] = config.clusters;
  const [credentials] = config.users;
  if (entry) {
    Object.assign(entry.cluster, cluster);
    if (entry.cluster["proxy-url"] === "FORBIDDING") entry.cluster["proxy-url"] = proxy;
  }
  if (credentials && user) credentials.user = user;
  return config;
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "mc-connections-"));
  const [first = "", second = ""] = clusterDirectories("healthy");
  const forbidding = createServer((_request, response) => response.writeHead(403).end());
  forbidding.on("connect", (_request, socket) => {
    socket.on("error", () => undefined).end("HTTP/1.1 403 Forbidden\r\n\r\n");
  });
  await new Promise<void>((resolve) => void forbidding.listen(0, "127.0.0.1", resolve));
  const proxy = `http://127.0.0.1:${(forbidding.address() as AddressInfo).port}`;
  const tls = [undefined, "other-ca", "expired", "wrong-host"] as const;
  const message = "etcdserver: request timed out";
  const stored = { path: /^\/apis?\/(?!authentication)/ };
  const started = await Promise.all([
    startApiServer({ directory: second }),
    startApiServer({
      directory: first,
      faults: [{ kind: "status", body: { kind: "Status", message }, match: stored }],
    }),
    ...tls.map((fault) => startApiServer({ directory: first, ...(fault && { tls: fault }) })),
  ]);
  servers.push(...started);
  const [other, withoutStorage, ...own] = started;
  const run = async (name: string, one: Case, timeout = "10m"): Promise<Outcome> => {
    const server = one.withoutStorage ? withoutStorage : (own[tls.indexOf(one.tls)] as ApiServer);
    const config = server.kubeconfig({ context: "cluster1", dir: directory });
    const kubeconfig = writeKubeconfig(join(directory, name), [
      changed(config, one, proxy),
      other.kubeconfig({ context: "cluster2", dir: directory }),
    ]);
    const result = await runMc(
      ["check", "--contexts=cluster1,cluster2", "-o", "json", "--timeout", timeout],
      { env: { KUBECONFIG: kubeconfig, PATH: process.env["PATH"] ?? "" } },
    );
    const report = JSON.parse(result.stdout) as Report;
    checkWords(result, report);
    return { ...result, report };
  };
  const limit = pLimit(6);
  healthy = await run("healthy", { cause: /./ });
  await Promise.all(
    Object.entries(CASES).map(([name, one]) =>
      limit(async () => {
        if (!one.hangs) outcomes.set(name, await run(name, one));
        else
          await withTimeEnough(async (timeout) => {
            const outcome = await run(name, one, timeout);
            outcomes.set(name, outcome);
            expectOtherUnharmed(outcome, healthy);
          });
      }),
    ),
  );
  forbidding.close();
});

afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
  rmSync(directory, { recursive: true, force: true });
});

describe("a cluster that cannot be reached is one finding", () => {
  it.each(Object.entries(CASES))("%s", (name, { cause }) => {
    const outcome = outcomes.get(name) as Outcome;
    expectDown(outcome, cause);
    expectOtherUnharmed(outcome, healthy);
  });
});

describe("a kubeconfig of another's making", () => {
  /** What `mc check` says of it, on one line. */
  async function expectRefused(text: string, ...args: string[]): Promise<string> {
    const file = join(directory, "hostile");
    writeFileSync(file, text);
    const { code, stdout, stderr } = await runMc(["check", ...args], { env: { KUBECONFIG: file } });
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^mc: [^\n]+\n$/);
    expect(stderr).not.toMatch(/(?!\n)\p{Cc}|    at /u);
    return stderr;
  }

  it.each([
    ["not YAML", "a: [b"],
    ["a list", "- a"],
    ["a text", "hello"],
    ["a billion laughs", `a: &a [x,x,x]\nb: &b [*a,*a,*a]\nc: &c [*b,*b,*b]\ncontexts: *c`],
    ["a context without a cluster", "contexts: [{name: a, context: {}}]\ncurrent-context: a"],
    ["an unknown cluster", "contexts: [{name: a, context: {cluster: b}}]\ncurrent-context: a"],
    [
      "no server",
      "clusters: [{name: c, cluster: {}}]\ncontexts: [{name: a, context: {cluster: c}}]\ncurrent-context: a",
    ],
    [
      "a server that is no URL",
      `clusters: [{name: c, cluster: {server: "\\e]0;x\\a"}}]\ncontexts: [{name: a, context: {cluster: c}}]\ncurrent-context: a`,
    ],
    [
      "a server of another scheme",
      "clusters: [{name: c, cluster: {server: 'file:///etc/passwd'}}]\ncontexts: [{name: a, context: {cluster: c}}]\ncurrent-context: a",
    ],
    ["prototype keys", "__proto__: {contexts: [{name: a}]}\ncurrent-context: a"],
    [
      "numbers and maps in place of names",
      "clusters: {}\ncontexts: 5\nusers: [[]]\ncurrent-context: 7",
    ],
  ])("%s: one line, exit 2", async (_name, text) => {
    await expectRefused(text);
  });

  it("cannot move a terminal's cursor by the names of its contexts", async () => {
    const name = JSON.stringify("prod\u001B[2J\r\u202Ecilbup");
    const text = await expectRefused(
      `contexts: [{name: ${name}, context: {}}]`,
      "--context",
      "prd",
    );
    expect(text).toContain("prd");
  });
});
