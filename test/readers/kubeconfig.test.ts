import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { load } from "js-yaml";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UsageError } from "../../src/model/errors.ts";
import { loadKubeconfig, type Kubeconfig } from "../../src/readers/kubeconfig/index.ts";
import { resolveContext } from "../../src/readers/kubeconfig/context.ts";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "mc-kubeconfig-"));
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

function write(name: string, text: string): string {
  const file = join(directory, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

function fromFiles(...files: string[]): Kubeconfig {
  return loadKubeconfig({ env: { KUBECONFIG: files.join(delimiter) } });
}

function messageOf(work: () => unknown): string {
  let thrown: unknown;
  try {
    work();
  } catch (cause) {
    thrown = cause;
  }
  expect(thrown).toBeInstanceOf(UsageError);
  const { message } = thrown as UsageError;
  expect(message).not.toContain("\n");
  return message;
}

function namesOf({ contexts }: Kubeconfig): string[] {
  return [...contexts.keys()];
}

const FIRST = `
apiVersion: v1
kind: Config
clusters:
- name: one
  cluster: {server: "https://one:6443", certificate-authority: ca.pem}
users:
- name: plugin
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      command: ./bin/login
      args: [--quiet, "", "5"]
      env: [{name: A, value: b}, {name: EMPTY, value: ""}, {value: nameless}]
      installHint: install it
      provideClusterInfo: true
      interactiveMode: Never
- name: both
  user: {token: first}
contexts:
- name: here
  context: {cluster: one, user: plugin}
`;

const SECOND = `
current-context: there
clusters:
- name: one
  cluster: {server: "https://other:6443", tls-server-name: other}
- name: two
  cluster:
    server: https://two:6443
    insecure-skip-tls-verify: true
    proxy-url: http://proxy:3128
    disable-compression: true
    extensions:
    - {name: client.authentication.k8s.io/exec, extension: {audience: two}}
users:
- name: both
  user: {client-certificate: client.pem, client-key: /keys/client.key}
- name: certified
  user:
    client-certificate: ../client.pem
    client-key: client.key
    tokenFile: token
    exec: {command: login, apiVersion: client.authentication.k8s.io/v1beta1}
contexts:
- name: here
  context: {cluster: two, user: both, namespace: elsewhere}
- name: there
  context: {cluster: two, user: both, namespace: istio-eastwest}
`;

describe("merging", () => {
  it("takes an entry whole from the first file that names it, and the first current-context", () => {
    const first = write("first.yaml", FIRST);
    const second = write("second/config", SECOND);
    const config = fromFiles(first, join(directory, "absent"), "", second, first);
    expect(config.files).toEqual([first, second]);
    expect(config.absent).toEqual([join(directory, "absent")]);
    expect(config.currentContext).toBe("there");
    expect(config.inCluster).toBe(false);
    expect(config.contexts.get("here")).toEqual({ cluster: "one", user: "plugin" });
    expect(config.contexts.get("there")).toEqual({
      cluster: "two",
      user: "both",
      namespace: "istio-eastwest",
    });
    expect(config.clusters.get("one")).toEqual({
      server: "https://one:6443",
      certificateAuthority: join(directory, "ca.pem"),
      insecure: false,
      disableCompression: false,
    });
    expect(config.clusters.get("two")).toEqual({
      server: "https://two:6443",
      insecure: true,
      proxyUrl: "http://proxy:3128",
      disableCompression: true,
      execConfig: { audience: "two" },
    });
    expect(config.users.get("both")).toEqual({ token: "first" });
  });

  it("takes relative paths as relative to the file that they are in", () => {
    const config = fromFiles(write("first.yaml", FIRST), write("second/config", SECOND));
    expect(config.users.get("plugin")?.exec).toEqual({
      apiVersion: "client.authentication.k8s.io/v1",
      command: join(directory, "bin/login"),
      args: ["--quiet", "", "5"],
      env: [
        { name: "A", value: "b" },
        { name: "EMPTY", value: "" },
      ],
      installHint: "install it",
      provideClusterInfo: true,
      interactiveMode: "Never",
    });
    const certified = config.users.get("certified");
    expect(certified).toMatchObject({
      clientCertificate: join(directory, "client.pem"),
      clientKey: join(directory, "second/client.key"),
      tokenFile: join(directory, "second/token"),
    });
    // Without a slash it is looked up on the PATH.
    expect(certified?.exec?.command).toBe("login");
    expect(certified?.exec?.interactiveMode).toBe("IfAvailable");
    const absolute = fromFiles(write("second/config", SECOND)).users.get("both");
    expect(absolute?.clientKey).toBe("/keys/client.key");
  });

  it.skipIf(!hasKubectl())("comes to what kubectl comes to", () => {
    const files = [write("first.yaml", FIRST), write("second/config", SECOND)];
    for (const order of [files, files.toReversed()]) {
      const config = fromFiles(...order);
      const kubectl = load(
        execFileSync("kubectl", ["config", "view", "--raw", "--merge"], {
          env: { ...process.env, KUBECONFIG: order.join(delimiter) },
          encoding: "utf8",
        }),
      ) as {
        clusters: { name: string; cluster: { server: string } }[];
        contexts: { name: string; context: unknown }[];
        users: { name: string; user: Record<string, unknown> }[];
        "current-context": string;
      };
      expect(config.currentContext).toBe(kubectl["current-context"]);
      expect(Object.fromEntries(config.contexts)).toEqual(
        Object.fromEntries(kubectl.contexts.map(({ name, context }) => [name, context])),
      );
      expect(new Map([...config.clusters].map(([name, { server }]) => [name, server]))).toEqual(
        new Map(kubectl.clusters.map(({ name, cluster }) => [name, cluster.server])),
      );
      expect(new Map([...config.users].map(([name, { token }]) => [name, token]))).toEqual(
        new Map(kubectl.users.map(({ name, user }) => [name, user["token"]])),
      );
    }
  });
});

function hasKubectl(): boolean {
  try {
    execFileSync("kubectl", ["version", "--client"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function named(name: string): string {
  return `contexts: [{name: ${name}, context: {cluster: c, user: u}}]\n`;
}

describe("where it is looked for", () => {
  it("takes --kubeconfig, else $KUBECONFIG, else ~/.kube/config", () => {
    const flag = write("flag", named("flag"));
    const variable = write("variable", named("variable"));
    write(".kube/config", named("home"));
    const env = { KUBECONFIG: variable, HOME: directory };
    expect(namesOf(loadKubeconfig({ kubeconfig: flag, env }))).toEqual(["flag"]);
    expect(namesOf(loadKubeconfig({ env }))).toEqual(["variable"]);
    expect(namesOf(loadKubeconfig({ env: { HOME: directory } }))).toEqual(["home"]);
    expect(namesOf(loadKubeconfig({ env: { USERPROFILE: directory } }))).toEqual(["home"]);
    expect(namesOf(loadKubeconfig({ env: {} }))).toEqual([]);
  });

  it("takes the pod's own cluster when there is no kubeconfig", () => {
    const serviceAccount = dirname(write("pod/token", "secret"));
    write("pod/ca.crt", "PEM");
    write("pod/namespace", "tools\n");
    const env = {
      HOME: join(directory, "nobody"),
      KUBERNETES_SERVICE_HOST: "fd00::1",
      KUBERNETES_SERVICE_PORT: "6443",
    };
    const found = loadKubeconfig({ env, serviceAccount });
    expect(found.inCluster).toBe(true);
    expect(resolveContext(found)).toEqual({
      context: "in-cluster",
      clusterName: "in-cluster",
      userName: "in-cluster",
      namespace: "tools",
      cluster: {
        server: "https://[fd00::1]:6443",
        certificateAuthority: join(serviceAccount, "ca.crt"),
        insecure: false,
        disableCompression: false,
      },
      user: { tokenFile: join(serviceAccount, "token") },
    });
    const bare = dirname(write("bare/token", "secret"));
    const other = loadKubeconfig({
      env: { KUBERNETES_SERVICE_HOST: "10.0.0.1" },
      serviceAccount: bare,
    });
    expect(other.clusters.get("in-cluster")).toEqual({
      server: "https://10.0.0.1:443",
      insecure: false,
      disableCompression: false,
    });
    expect(other.contexts.get("in-cluster")).not.toHaveProperty("namespace");
    // Not when a kubeconfig says otherwise, is asked for, or there is no token.
    write("nobody/.kube/config", named("home"));
    expect(loadKubeconfig({ env, serviceAccount }).inCluster).toBe(false);
    const empty = write("empty", "");
    expect(loadKubeconfig({ kubeconfig: empty, env, serviceAccount }).inCluster).toBe(false);
    const nowhere = join(directory, "nowhere");
    expect(
      loadKubeconfig({ env: { ...env, HOME: nowhere }, serviceAccount: nowhere }).inCluster,
    ).toBe(false);
  });
});

describe("what cannot be used", () => {
  it.each([
    ["YAML that is none", "a: [1\n", /not valid YAML: .*\(line \d\)$/],
    ["a doubled key", "users: []\nusers: []\n", /not valid YAML: .*\(line 2\)$/],
    ["a list", "- a\n", /is not a kubeconfig: it holds no map$/],
    ["a text", "token-of-mine\n", /is not a kubeconfig: it holds no map$/],
    [
      "another kind",
      "kind: Pod\napiVersion: v1\n",
      /is not a kubeconfig: it holds v1 Pod, not v1 Config$/,
    ],
    ["another version", "kind: Config\napiVersion: v2\n", /it holds v2 Config, not v1 Config$/],
    ["no list", "users: {}\n", /: users is not a list$/],
    ["a doubled name", "users: [{name: a}, {name: a}]\n", /: users has two entries named a$/],
  ])("names the file: %s", (_what, text, message) => {
    const file = write("config", text);
    const found = messageOf(() => fromFiles(file));
    expect(found).toMatch(message);
    expect(found).toContain(`kubeconfig ${file}`);
  });

  it("does not quote what stands in the file", () => {
    const file = write("config", 'users:\n- name: a\n  user: {token: "hunter2\n');
    expect(messageOf(() => fromFiles(file))).not.toContain("hunter2");
    const alias = write("alias", "users: *hunter2\n");
    expect(messageOf(() => fromFiles(alias))).not.toContain("hunter2");
  });

  it("says why a file cannot be read", () => {
    const absent = join(directory, "absent");
    expect(messageOf(() => loadKubeconfig({ kubeconfig: absent, env: {} }))).toBe(
      `kubeconfig ${absent} cannot be read: no such file`,
    );
    expect(messageOf(() => fromFiles(directory))).toBe(
      `kubeconfig ${directory} cannot be read: it is a directory`,
    );
  });

  it.skipIf(process.getuid?.() === 0)("says that it may not be read", () => {
    const file = write("config", "");
    chmodSync(file, 0);
    expect(messageOf(() => fromFiles(file))).toBe(
      `kubeconfig ${file} cannot be read: permission denied`,
    );
  });

  it("passes over entries that are none", () => {
    const config = fromFiles(
      write(
        "config",
        `clusters: [null, 5, {cluster: {server: "https://a"}}, {name: a, cluster: 7}]
users:
- {name: a, user: {exec: 5, auth-provider: {config: {}}, as-groups: a, as-user-extra: {k: v}}}
- {name: b, user: {auth-provider: {name: oidc}, as: root, as-uid: 0, as-groups: [x, y], as-user-extra: {k: [v]}}}
contexts: null
__proto__: {polluted: true}
`,
      ),
    );
    expect([...config.clusters.keys()]).toEqual(["a"]);
    expect(config.clusters.get("a")).toEqual({
      server: "",
      insecure: false,
      disableCompression: false,
    });
    expect(config.users.get("a")?.exec?.command).toBe("");
    expect(config.users.get("a")?.authProvider).toBeUndefined();
    expect(config.users.get("a")?.asUserExtra).toEqual(new Map([["k", []]]));
    expect(config.users.get("b")).toEqual({
      as: "root",
      asUid: "0",
      asGroups: ["x", "y"],
      asUserExtra: new Map([["k", ["v"]]]),
      authProvider: { name: "oidc", config: {} },
    });
    expect({}).not.toHaveProperty("polluted");
  });
});

function configOf(text: string): Kubeconfig {
  return fromFiles(write("config", text));
}

/** Contexts cluster-00, cluster-01… */
function many(count: number): string {
  const contexts = Array.from(
    { length: count },
    (_, n) => `- {name: cluster-${String(n).padStart(2, "0")}, context: {cluster: c, user: u}}`,
  );
  return `clusters: [{name: c, cluster: {server: "https://c"}}]
users: [{name: u, user: {}}]
contexts:
${contexts.join("\n")}
`;
}

describe("contexts", () => {
  it("takes the given one, else the current one", () => {
    const found = configOf(`${many(2)}current-context: cluster-01\n`);
    expect(resolveContext(found).context).toBe("cluster-01");
    expect(resolveContext(found, "cluster-00").context).toBe("cluster-00");
  });

  it("lists those that exist, and the one that was probably meant", () => {
    expect(messageOf(() => resolveContext(configOf(many(3)), "clutser-01"))).toBe(
      'no context "clutser-01" (did you mean "cluster-01"?); contexts are: cluster-00, cluster-01, cluster-02',
    );
    expect(messageOf(() => resolveContext(configOf(many(2)), "x".repeat(1000)))).toMatch(
      /^no context "x+"; contexts are: cluster-00, cluster-01$/,
    );
    expect(messageOf(() => resolveContext(configOf(many(30)), "prod"))).toMatch(
      /cluster-19 and 10 more$/,
    );
    expect(messageOf(() => resolveContext(configOf(`${many(1)}current-context: gone\n`)))).toBe(
      'current context "gone" does not exist; contexts are: cluster-00',
    );
  });

  it("says so when there is no context to take", () => {
    expect(messageOf(() => resolveContext(configOf(many(2))))).toBe(
      "no context given and no current context set; contexts are: cluster-00, cluster-01",
    );
    const empty = write("empty", "");
    expect(messageOf(() => resolveContext(fromFiles(empty)))).toBe(
      `no context in kubeconfig ${empty}`,
    );
    expect(messageOf(() => resolveContext(fromFiles(empty), "a"))).toBe(
      `no context "a": there are no contexts in kubeconfig ${empty}`,
    );
    const absent = join(directory, "absent");
    expect(messageOf(() => resolveContext(fromFiles(absent)))).toBe(
      `no kubeconfig (${absent} not found): give --kubeconfig or set KUBECONFIG`,
    );
    expect(messageOf(() => resolveContext(loadKubeconfig({ env: {} })))).toBe(
      "no kubeconfig: give --kubeconfig or set KUBECONFIG",
    );
    expect(messageOf(() => resolveContext(loadKubeconfig({ env: {} }), "a"))).toBe(
      'no context "a": there are no contexts',
    );
  });

  it("says what a context lacks", () => {
    const found = configOf(`
clusters: [{name: c, cluster: {server: "https://c"}}, {name: empty, cluster: {}}]
contexts:
- {name: none}
- {name: no-cluster, context: {cluster: gone, user: u}}
- {name: no-user, context: {cluster: c, user: gone}}
- {name: no-server, context: {cluster: empty}}
- {name: anonymous, context: {cluster: c}}
`);
    expect(messageOf(() => resolveContext(found, "none"))).toBe('context "none" names no cluster');
    expect(messageOf(() => resolveContext(found, "no-cluster"))).toBe(
      'context "no-cluster" names cluster "gone", which the kubeconfig does not have',
    );
    expect(messageOf(() => resolveContext(found, "no-user"))).toBe(
      'context "no-user" names user "gone", which the kubeconfig does not have',
    );
    expect(messageOf(() => resolveContext(found, "no-server"))).toBe(
      'cluster "empty" of the kubeconfig has no server',
    );
    expect(resolveContext(found, "anonymous").user).toEqual({});
  });
});
