import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { load } from "js-yaml";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UsageError } from "../../src/model/errors.ts";
import {
  loadKubeconfig,
  resolveContext,
  type ContextTarget,
  type Kubeconfig,
} from "../../src/readers/kubeconfig/index.ts";

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

function resolveAll(config: Kubeconfig): ContextTarget[] {
  return namesOf(config).map((name) => resolveContext(config, name));
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
  cluster: {server: "https://one:6443/", certificate-authority: ca.pem}
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
- name: certified
  context: {cluster: two, user: certified}
`;

const base64 = (text: string): string => Buffer.from(text).toString("base64");

describe("merging", () => {
  it("takes an entry whole from the first file that names it, and the first current-context", () => {
    const first = write("first.yaml", FIRST);
    const second = write("second/config", SECOND);
    const config = fromFiles(first, join(directory, "absent"), "", second, first);
    expect(config.files).toEqual([first, second]);
    expect(config.absent).toEqual([join(directory, "absent")]);
    expect(config.currentContext).toBe("there");
    expect(config.inCluster).toBeUndefined();
    write("ca.pem", "CA");
    const [here, there] = [resolveContext(config, "here"), resolveContext(config, "there")];
    expect(here.cluster).toEqual({
      name: "one",
      server: "https://one:6443",
      caData: base64("CA"),
      skipTLSVerify: false,
      disableCompression: false,
    });
    expect(here.user.name).toBe("plugin");
    expect(here).not.toHaveProperty("namespace");
    expect(there.namespace).toBe("istio-eastwest");
    expect(there.cluster).toEqual({
      name: "two",
      server: "https://two:6443",
      skipTLSVerify: true,
      proxyUrl: "http://proxy:3128",
      disableCompression: true,
      execConfig: { audience: "two" },
    });
    expect(there.user).toEqual({
      name: "both",
      token: "first",
      asGroups: [],
      asUserExtra: new Map(),
    });
  });

  it("takes relative paths as relative to the file that they are in", () => {
    const config = fromFiles(write("first.yaml", FIRST), write("second/config", SECOND));
    write("ca.pem", "CA");
    write("client.pem", "CERT");
    write("second/client.key", "KEY");
    expect(resolveContext(config, "here").user.exec).toEqual({
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
    const certified = resolveContext(config, "certified").user;
    expect(certified).toMatchObject({
      certData: base64("CERT"),
      keyData: base64("KEY"),
      tokenFile: join(directory, "second/token"),
    });
    // Without a slash it is looked up on the PATH.
    expect(certified.exec?.command).toBe("login");
    expect(certified.exec?.interactiveMode).toBe("IfAvailable");
    const key = write("elsewhere/client.key", "ABSOLUTE");
    write("second/client.pem", "CERT");
    const absolute = write("second/absolute", SECOND.replace("/keys/client.key", key));
    expect(resolveContext(fromFiles(absolute)).user.keyData).toBe(base64("ABSOLUTE"));
  });

  it.skipIf(!hasKubectl())("comes to what kubectl comes to", () => {
    const files = [write("first.yaml", FIRST), write("second/config", SECOND)];
    const [first, second] = files as [string, string];
    const key = write("client.key", "KEY");
    writeFileSync(second, SECOND.replace("/keys/client.key", key));
    for (const name of ["ca.pem", "client.pem", "second/client.pem", "second/client.key"]) {
      write(name, name);
    }
    for (const order of [files, [second, first]]) {
      const config = fromFiles(...order);
      const kubectl = load(
        execFileSync("kubectl", ["config", "view", "--raw", "--merge"], {
          env: { ...process.env, KUBECONFIG: order.join(delimiter) },
          encoding: "utf8",
        }),
      ) as {
        contexts: { name: string; context: { cluster: string; user: string } }[];
        "current-context": string;
      };
      expect(config.currentContext).toBe(kubectl["current-context"]);
      expect(
        resolveAll(config).map(({ context: name, cluster, user, namespace }) => ({
          name,
          context: {
            cluster: cluster.name,
            user: user.name,
            ...(namespace === undefined ? {} : { namespace }),
          },
        })),
      ).toEqual(expect.arrayContaining(kubectl.contexts));
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
    expect(found.inCluster).toBe("in-cluster");
    expect(resolveContext(found)).toEqual({
      context: "in-cluster",
      namespace: "tools",
      cluster: {
        name: "in-cluster",
        server: "https://[fd00::1]:6443",
        caData: base64("PEM"),
        skipTLSVerify: false,
        disableCompression: false,
      },
      user: {
        name: "in-cluster",
        tokenFile: join(serviceAccount, "token"),
        asGroups: [],
        asUserExtra: new Map(),
      },
    });
    const bare = dirname(write("bare/token", "secret"));
    const other = resolveContext(
      loadKubeconfig({ env: { KUBERNETES_SERVICE_HOST: "10.0.0.1" }, serviceAccount: bare }),
    );
    expect(other.cluster).toEqual({
      name: "in-cluster",
      server: "https://10.0.0.1:443",
      skipTLSVerify: false,
      disableCompression: false,
    });
    expect(other).not.toHaveProperty("namespace");
    // Beside a kubeconfig it has to be named; where there is no token, there is none.
    write("nobody/.kube/config", `${named("home")}current-context: home\n`);
    const beside = loadKubeconfig({ env, serviceAccount });
    expect([beside.currentContext, [...beside.contexts.keys()]]).toEqual([
      "home",
      ["home", "in-cluster"],
    ]);
    expect(resolveContext(beside, "in-cluster").cluster.server).toBe("https://[fd00::1]:6443");
    const empty = write("empty", "");
    const asked = loadKubeconfig({ kubeconfig: empty, env, serviceAccount });
    expect(() => resolveContext(asked)).toThrow("no context given");
    const theirs = write("theirs", named("in-cluster"));
    expect(loadKubeconfig({ kubeconfig: theirs, env, serviceAccount }).inCluster).toBeUndefined();
    const nowhere = join(directory, "nowhere");
    expect(
      loadKubeconfig({ env: { ...env, HOME: nowhere }, serviceAccount: nowhere }).inCluster,
    ).toBeUndefined();
  });

  it("takes other entries than those of a context, where they are named", () => {
    const one = (server: string): string =>
      `{name: ${server}, cluster: {server: "https://${server}"}}`;
    const config = loadKubeconfig({
      kubeconfig: write(
        "overridden",
        `clusters: [${one("a")}, ${one("b")}]
users: [{name: u, user: {}}, {name: v, user: {}}]
contexts: [{name: c, context: {cluster: a, user: u}}]
`,
      ),
      env: {},
    });
    const target = resolveContext(config, "c", { cluster: "b", user: "v" });
    expect([target.cluster.server, target.user.name]).toEqual(["https://b", "v"]);
    expect(() => resolveContext(config, "c", { user: "w" })).toThrow('--user "w"');
    expect(() => resolveContext(config, "c", { cluster: "w" })).toThrow('--cluster "w"');
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
        `clusters: [null, 5, {cluster: {server: "https://a"}}, {name: a, cluster: 7}, {name: c, cluster: {server: "https://c"}}]
users:
- {name: a, user: {exec: 5, as: x, auth-provider: {config: {}}, as-groups: a, as-user-extra: {k: v}}}
- {name: b, user: {auth-provider: {name: oidc}, as: root, as-uid: 0, as-groups: [x, "y"], as-user-extra: {k: [v]}, token-file: /nowhere}}
contexts: [{name: a, context: {cluster: c, user: a}}, {name: b, context: {cluster: c, user: b}}, {name: d, context: {cluster: a}}]
__proto__: {polluted: true}
`,
      ),
    );
    expect([...config.clusters.keys()]).toEqual(["a", "c"]);
    expect(messageOf(() => resolveContext(config, "d"))).toMatch(/has no server$/);
    const { user } = resolveContext(config, "a");
    expect(user.exec?.command).toBe("");
    expect(user.authProvider).toBeUndefined();
    expect(user.asUserExtra).toEqual(new Map([["k", []]]));
    expect(resolveContext(config, "b").user).toEqual({
      name: "b",
      impersonateUser: "root",
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
      `no kubeconfig: KUBECONFIG is ${absent}, where there is no file`,
    );
    expect(messageOf(() => resolveContext(loadKubeconfig({ env: { HOME: directory } })))).toBe(
      `no kubeconfig (${join(directory, ".kube/config")} not found): give --kubeconfig or set KUBECONFIG`,
    );
    expect(messageOf(() => resolveContext(loadKubeconfig({ env: {} })))).toBe(
      "no kubeconfig: give --kubeconfig or set KUBECONFIG",
    );
    expect(messageOf(() => resolveContext(loadKubeconfig({ env: {} }), "a"))).toBe(
      'no context "a": no kubeconfig: give --kubeconfig or set KUBECONFIG',
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
    expect(resolveContext(found, "anonymous").user.name).toBe("");
  });
});

/** What the context comes to whose cluster and user hold these fields. */
function targetOf(cluster: string, user = "", name = "config"): ContextTarget {
  const text = `clusters: [{name: c, cluster: {server: "https://c"${cluster}}}]
users: [{name: u, user: {${user}}}]
contexts: [{name: a, context: {cluster: c, user: u}}]
current-context: a
`;
  return resolveContext(fromFiles(write(name, text)));
}

describe("what YAML 1.1 holds", () => {
  it.each([
    ["yes", true],
    ["On", true],
    ["TRUE", true],
    ["n", false],
    ["off", false],
    ["null", false],
  ])("a boolean written as %s", (text, expected) => {
    const { cluster } = targetOf(
      `, insecure-skip-tls-verify: ${text}, disable-compression: ${text}`,
    );
    expect(cluster).toMatchObject({ skipTLSVerify: expected, disableCompression: expected });
  });

  it.each(["maybe", '"yes"', "tRUE", "1", "[]"])("no boolean: %s", (text) => {
    expect(messageOf(() => targetOf(`, insecure-skip-tls-verify: ${text}`))).toBe(
      'insecure-skip-tls-verify of cluster "c" in the kubeconfig is not a boolean: write true or false',
    );
    expect(messageOf(() => targetOf(`, disable-compression: ${text}`))).toMatch(
      /^disable-compression of cluster "c" .* is not a boolean/,
    );
  });

  it("data in base64 once more, as generators write it", () => {
    const twice = base64(base64("PEM"));
    expect(targetOf(`, certificate-authority-data: !!binary "${twice}"`).cluster.caData).toBe(
      base64("PEM"),
    );
    expect(
      messageOf(() => targetOf(`, certificate-authority-data: !!binary "${base64("=PEM=")}"`)),
    ).toBe('certificate-authority of cluster "c": its data is not base64');
    expect(messageOf(() => targetOf(', certificate-authority-data: !!binary "#hunter2"'))).toMatch(
      /^(?!.*hunter2)kubeconfig .* is not valid YAML: /,
    );
  });

  it("no booleans for names", () => {
    const file = write("config", "contexts: [{name: no, context: {cluster: c}}]");
    expect(messageOf(() => fromFiles(file))).toBe(
      `kubeconfig ${file}: contexts has a boolean for a name: put it in quotes`,
    );
  });
});

describe("the encoding of a file", () => {
  const text = named("ünïcode");
  const little = Buffer.from(`\uFEFF${text}`, "utf16le");

  it.each([
    ["UTF-8 with a byte order mark", Buffer.from(`\uFEFF${text}`)],
    ["UTF-16, little end first", little],
    ["UTF-16, big end first", Buffer.from(little).swap16()],
  ])("may be %s", (_name, bytes) => {
    const file = write("config", "");
    writeFileSync(file, bytes);
    expect(namesOf(fromFiles(file))).toEqual(["ünïcode"]);
  });
});

describe("credentials that cannot be used", () => {
  const data = base64("PEM");

  it.each([
    [`client-certificate-data: ${data}`, "a client-certificate without a client-key"],
    [`client-key-data: ${data}`, "a client-key without a client-certificate"],
    ['token: "hunter2\\n"', "a token with a line end or another control character"],
    ['token: "hun\\0ter2"', "a token with a line end or another control character"],
    ["password: hunter2", "a password without a username"],
    ["token: hunter2, username: me", "a token and a username: only one is allowed"],
    ["tokenFile: hunter2, username: me", "a token and a username: only one is allowed"],
    [
      "exec: {command: a}, auth-provider: {name: oidc}",
      "an exec plugin and an auth-provider: only one is allowed",
    ],
    ["token: hunter2, as-groups: [a]", "as-uid, as-groups or as-user-extra without as"],
    ["token: hunter2, as-uid: 5", "as-uid, as-groups or as-user-extra without as"],
    ["token: hunter2, as-user-extra: {a: [b]}", "as-uid, as-groups or as-user-extra without as"],
  ])("%s", (user, wrong) => {
    const message = messageOf(() => targetOf("", user));
    expect(message).toBe(`user "u" of the kubeconfig has ${wrong}`);
  });

  it.each(["token", "password", "username", "as", "as-groups"])("a number for a %s", (key) => {
    // A number is rounded, and a boolean is another word.
    expect(messageOf(() => targetOf("", `${key}: 12345678901234567890`))).toBe(
      `${key} of user "u" in the kubeconfig is a number, not a text: put it in quotes`,
    );
    expect(messageOf(() => targetOf("", `${key}: no`))).toMatch(/ is a boolean, not a text/);
  });

  it("data that is not base64", () => {
    expect(messageOf(() => targetOf("", "client-certificate-data: hunter2#"))).toBe(
      'client-certificate of user "u": its data is not base64',
    );
  });

  it("leaves the entries alone that the context does not use", () => {
    const file = write(
      "config",
      `${many(1)}- {name: b, context: {cluster: c, user: u}}\n`.replace(
        "users: [",
        'users: [{name: other, user: {token: "a\\n"}}, ',
      ),
    );
    expect(resolveContext(fromFiles(file), "b").user.name).toBe("u");
  });
});
