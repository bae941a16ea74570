import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { RESOURCES } from "../../src/model/resource.ts";
import type { ApiServer } from "../support/apiserver.ts";
import { createAuthority } from "../support/apiserver/tls.ts";
import { withTimeEnough } from "../support/time-enough.ts";
import {
  apiServer,
  causeOf,
  missingOf,
  openServer,
  temporaryDirectory,
  valueOf,
} from "./live-support.ts";

const V1 = "client.authentication.k8s.io/v1";

interface Plugin {
  user: { exec: Record<string, unknown> };
  /** Standard input of each run, as the plugin noted it, and the environment it saw. */
  runs: () => { info: string; extra?: string }[];
}

/** A plugin that notes each run and then does what the script says. */
function plugin(script: string, exec: Record<string, unknown> = {}): Plugin {
  const directory = temporaryDirectory();
  const log = join(directory, "runs");
  const file = join(directory, "plugin.cjs");
  writeFileSync(log, "");
  writeFileSync(
    file,
    `const { KUBERNETES_EXEC_INFO: info, EXTRA: extra } = process.env;
require("node:fs").appendFileSync(${JSON.stringify(log)}, JSON.stringify({ info, extra }) + "\\n");
${script}`,
  );
  return {
    user: {
      exec: {
        apiVersion: V1,
        command: process.execPath,
        args: [file],
        interactiveMode: "IfAvailable",
        ...exec,
      },
    },
    runs: () =>
      readFileSync(log, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as { info: string; extra?: string }),
  };
}

function prints(status: unknown, changes: Record<string, unknown> = {}): string {
  const credential = { apiVersion: V1, kind: "ExecCredential", status, ...changes };
  return `process.stdout.write(${JSON.stringify(JSON.stringify(credential))});`;
}

const failing = (server: ApiServer, { user }: Plugin): Promise<string> =>
  causeOf(openServer(server, { user }).connect());

describe("an exec plugin", () => {
  it("runs once for all requests of all contexts that name it alike", async () => {
    const server = await apiServer();
    const { user, runs } = plugin(prints({ token: server.token() }), {
      env: [{ name: "EXTRA", value: "more" }],
    });
    const readers = [openServer(server, { user }), openServer(server, { user })];
    await Promise.all(
      readers.flatMap((reader) => [
        reader.connect().then(valueOf),
        reader.list(RESOURCES.pods).then(valueOf),
      ]),
    );
    expect(runs()).toHaveLength(1);
    expect(runs()[0]?.extra).toBe("more");
    expect(JSON.parse(runs()[0]?.info ?? "")).toEqual({
      kind: "ExecCredential",
      apiVersion: V1,
      spec: { interactive: false },
    });
  });

  it("is told of the cluster when it asks for that", async () => {
    const server = await apiServer();
    const { user, runs } = plugin(prints({ token: server.token() }), { provideClusterInfo: true });
    const extension = { name: "client.authentication.k8s.io/exec", extension: { audience: "a" } };
    valueOf(
      await openServer(server, {
        user,
        cluster: { "tls-server-name": "localhost", extensions: [extension] },
      }).connect(),
    );
    expect(JSON.parse(runs()[0]?.info ?? "")).toMatchObject({
      spec: {
        cluster: {
          server: server.url,
          "tls-server-name": "localhost",
          "certificate-authority-data": Buffer.from(server.caPem).toString("base64"),
          config: { audience: "a" },
        },
      },
    });
  });

  it("may give a client certificate", async () => {
    const server = await apiServer({ users: [{ name: "alice" }] });
    const [credentials] = server.kubeconfig({
      auth: "clientCertificate",
      dir: temporaryDirectory(),
    }).users;
    const decode = (key: string) =>
      Buffer.from(String(credentials?.user[key]), "base64").toString("utf8");
    const { user } = plugin(
      prints({
        clientCertificateData: decode("client-certificate-data"),
        clientKeyData: decode("client-key-data"),
      }),
    );
    expect(valueOf(await openServer(server, { user }).connect()).user).toBe("alice");
  });

  it("may give a client certificate that cannot be used", async () => {
    const server = await apiServer();
    const { keyPem } = await (await createAuthority()).client("a", []);
    const { user } = plugin(prints({ clientCertificateData: "none", clientKeyData: keyPem }));
    const cause = await failing(server, { user, runs: () => [] });
    expect(cause).toMatch(/^unauthorized: CA or client certificate cannot be used: .+/);
    expect(cause).not.toContain(keyPem.split("\n")[1]);
  });

  it("runs again when its credential has expired or is refused", async () => {
    const server = await apiServer();
    const expired = plugin(
      prints({ token: server.token(), expirationTimestamp: "2001-01-01T00:00:00Z" }),
    );
    const reader = openServer(server, { user: expired.user });
    valueOf(await reader.list(RESOURCES.pods));
    valueOf(await reader.list(RESOURCES.pods));
    expect(expired.runs()).toHaveLength(2);

    const refused = plugin(prints({ token: "wrong" }));
    const cause = causeOf(openServer(server, { user: refused.user }).list(RESOURCES.pods));
    expect(await cause).toMatch(/^unauthorized: the API server does not accept/);
    expect(refused.runs()).toHaveLength(2);

    const lasting = plugin(
      prints({ token: server.token(), expirationTimestamp: "2999-01-01T00:00:00Z" }),
    );
    const again = openServer(server, { user: lasting.user });
    valueOf(await again.list(RESOURCES.pods));
    valueOf(await again.list(RESOURCES.pods));
    expect(lasting.runs()).toHaveLength(1);
  });

  it("is asked again once when requests at the same time are refused", async () => {
    const server = await apiServer({ users: [{ name: "alice", token: "first" }] });
    const file = join(temporaryDirectory(), "token");
    writeFileSync(file, "first");
    const { user, runs } = plugin(
      `const token = require("node:fs").readFileSync(${JSON.stringify(file)}, "utf8");
process.stdout.write(JSON.stringify({ apiVersion: "${V1}", kind: "ExecCredential", status: { token } }));`,
    );
    const reader = openServer(server, { user });
    valueOf(await reader.connect());
    await server.setUsers([{ name: "alice", token: "second" }]);
    writeFileSync(file, "second");
    const answers = await Promise.all([reader.connect(), reader.connect(), reader.connect()]);
    for (const answer of answers) expect(valueOf(answer).user).toBe("alice");
    expect(runs()).toHaveLength(2);
  });

  it("says in words how it failed, and is not asked again at once", async () => {
    const server = await apiServer();
    const { user, runs } = plugin(
      `process.stdout.write("hunter2"); process.stderr.write("first line\\n\\u001B[31mlog in first\\n"); process.exitCode = 3;`,
    );
    const reader = openServer(server, { user });
    const answers = await Promise.all([reader.connect(), reader.list(RESOURCES.pods)]);
    for (const answer of answers) {
      const { why, detail } = missingOf(answer);
      expect(why).toBe("unauthorized");
      expect(detail).toMatch(
        /^exec plugin ".*node" of user "ctx" failed \(exit code 3\): log in first$/,
      );
    }
    missingOf(await reader.list(RESOURCES.nodes));
    expect(runs()).toHaveLength(1);
    reader.renew();
    missingOf(await reader.list(RESOURCES.nodes));
    expect(runs()).toHaveLength(2);
    expect(server.requests).toEqual([]);
  });

  it.each([
    ["nothing", "", "printed nothing"],
    ["rubbish", "process.stdout.write('hunter2')", "printed something that is no ExecCredential"],
    [
      "another kind",
      prints({ token: "hunter2" }, { kind: "Pod" }),
      "printed something that is no ExecCredential",
    ],
    [
      "another version",
      prints({ token: "hunter2" }, { apiVersion: "v2" }),
      `printed an ExecCredential of v2; the kubeconfig asks for ${V1}`,
    ],
    [
      "no version",
      prints({ token: "hunter2" }, { apiVersion: undefined }),
      `printed an ExecCredential of no version; the kubeconfig asks for ${V1}`,
    ],
    ["no status", prints(undefined), "printed an ExecCredential without a credential"],
    [
      "half a certificate",
      prints({ clientCertificateData: "hunter2" }),
      "printed an ExecCredential without a credential",
    ],
    [
      "too much",
      "for (let i = 0; i < 100; i += 1) process.stdout.write('hunter2'.repeat(10_000));",
      "printed something that is no ExecCredential",
    ],
    [
      "its death",
      "process.kill(process.pid, 'SIGTERM'); setTimeout(() => {}, 60_000);",
      "failed (SIGTERM)",
    ],
  ])("prints %s", async (_what, script, said) => {
    const server = await apiServer();
    const cause = await failing(server, plugin(script));
    expect(cause).toMatch(/^unauthorized: exec plugin ".*node" of user "ctx" /);
    expect(cause.endsWith(said)).toBe(true);
    expect(cause).not.toContain("hunter2");
  });

  it.each([
    [
      "is missing",
      { command: "mc-no-such-plugin", installHint: "Get it\nfrom example.com" },
      'exec plugin "mc-no-such-plugin" of user "ctx" is not installed: Get it from example.com',
    ],
    ["may not be run", { command: "/" }, 'exec plugin "/" of user "ctx" may not be executed'],
    ["has no command", { command: "" }, 'exec plugin "" of user "ctx" names no command'],
    [
      "has a word that cannot be passed",
      { command: "node", args: ["a\0b"] },
      'exec plugin "node" of user "ctx" cannot be started (ERR_INVALID_ARG_VALUE)',
    ],
    [
      "is of another version",
      { command: "node", apiVersion: "client.authentication.k8s.io/v1alpha1" },
      'exec plugin "node" of user "ctx" is of version "client.authentication.k8s.io/v1alpha1"; client.authentication.k8s.io/v1 and client.authentication.k8s.io/v1beta1 are known',
    ],
    [
      "has to ask, and there is no terminal",
      { command: "node", interactiveMode: "Always" },
      'exec plugin "node" of user "ctx" needs a terminal to ask for a login',
    ],
  ])("%s", async (_what, exec, detail) => {
    const server = await apiServer();
    expect(await failing(server, plugin("", exec))).toBe(`unauthorized: ${detail}`);
  });

  it("is given up, and ended, when the time is up", async () => {
    const server = await apiServer();
    const file = join(temporaryDirectory(), "pid");
    const { user } = plugin(
      `require("node:fs").writeFileSync(${JSON.stringify(file)}, String(process.pid)); setInterval(() => {}, 1000);`,
    );
    await withTimeEnough(async (_limit, timeoutMs) => {
      const reader = openServer(server, { user, timeoutMs });
      const answers = await Promise.all([reader.connect(), reader.list(RESOURCES.pods)]);
      for (const answer of answers) {
        const { why, detail } = missingOf(answer);
        expect(why).toBe("timeout");
        expect(detail).toMatch(/^exec plugin .* gave no credential: no answer within \w+$/);
      }
      // The plugin may not have come as far as that.
      expect(existsSync(file)).toBe(true);
    });
    const pid = Number(readFileSync(file, "utf8"));
    await expect.poll(() => isAlive(pid)).toBe(false);
    expect(server.requests).toEqual([]);
  });

  it("is ended when the cluster is closed", async () => {
    const server = await apiServer();
    const { user, runs } = plugin("setInterval(() => {}, 1000);");
    const reader = openServer(server, { user });
    const waiting = reader.connect();
    await expect.poll(runs).toHaveLength(1);
    await reader.close();
    expect(missingOf(await waiting).detail).toBe("the connection was closed before it answered");
  });

  it("is installed where it is missing, not logged in anew", async () => {
    const server = await apiServer();
    const reader = openServer(server, { user: plugin("", { command: "no-such-plugin" }).user });
    expect(missingOf(await reader.connect())).toMatchObject({
      detail: 'exec plugin "no-such-plugin" of user "ctx" is not installed',
      advice: 'Install the exec plugin "no-such-plugin" of user "ctx", or put it on the PATH.',
    });
  });

  it("may use the terminal where there is one", async () => {
    const server = await apiServer();
    const { user, runs } = plugin(prints({ token: server.token() }), {
      interactiveMode: "Always",
    });
    valueOf(await openServer(server, { user, interactive: true }).connect());
    expect(JSON.parse(runs()[0]?.info ?? "")).toMatchObject({ spec: { interactive: true } });
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
