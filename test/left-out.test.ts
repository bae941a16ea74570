import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node/dist/config.js";
import { parseAst } from "rolldown/parseAst";
import { expect, test } from "vitest";
import { LEFT_OUT, TAKEN } from "../build/left-out.ts";

/*
 * What the bundle has of client-node, and that nothing of what it leaves out is ever run: first by
 * reading the library as a graph of functions, which a new release may change; then, for the places
 * where that graph ends at a condition, by showing that the condition does not hold. All tests of
 * live reading run with the stand-ins as well, those with proxies and auth providers among them.
 */

const DIST = dirname(createRequire(import.meta.url).resolve("@kubernetes/client-node"));

type Node = Record<string, unknown> & { type: string };

function isNode(value: unknown): value is Node {
  return typeof (value as Node | null)?.type === "string";
}

function childrenOf(node: Node): Node[] {
  return Object.values(node)
    .flatMap((value): unknown[] => (Array.isArray(value) ? value : [value]))
    .filter(isNode);
}

/** Every name in a part of a program, of variables and of members alike. */
function namesIn(node: Node, found = new Set<string>()): Set<string> {
  if (node.type === "Identifier") found.add(String(node["name"]));
  for (const child of childrenOf(node)) namesIn(child, found);
  return found;
}

interface Code {
  /** Names that each function uses, by its own name; what runs at once is under "". */
  functions: Map<string, Set<string>>;
  /** By the name that the module has for it: `specifier name`. */
  imports: Map<string, string>;
}

function read(file: string): Code {
  const program = parseAst(readFileSync(join(DIST, file), "utf8")) as unknown as Node;
  const code: Code = { functions: new Map(), imports: new Map() };
  const add = (name: string, node: Node): void => {
    const names = code.functions.get(name) ?? new Set();
    code.functions.set(name, namesIn(node, names));
  };
  for (const statement of program["body"] as Node[]) {
    if (statement.type === "ImportDeclaration") {
      const source = (statement["source"] as { value: string }).value;
      for (const one of statement["specifiers"] as Node[]) {
        const imported = (one["imported"] as { name: string } | undefined)?.name ?? "default";
        const local = (one["local"] as { name: string }).name;
        const name = one.type === "ImportNamespaceSpecifier" ? "*" : imported;
        code.imports.set(local, `${source} ${name}`);
      }
      continue;
    }
    const declared = (statement["declaration"] ?? statement) as Node;
    const { name = "" } = (declared["id"] ?? {}) as { name?: string };
    if (declared.type === "FunctionDeclaration") add(name, declared);
    else if (declared.type !== "ClassDeclaration") add("", declared);
    else {
      for (const member of (declared["body"] as { body: Node[] }).body) {
        const { name: method } = member["key"] as { name: string };
        add(method === "constructor" ? name : method, member);
      }
    }
  }
  return code;
}

const modules = new Map(
  [...TAKEN].filter((name) => name.startsWith("./")).map((name) => [name, read(name.slice(2))]),
);

/** What runs of a module, from these functions on; a method counts for all that are called so. */
function reached(start: Iterable<string>, ends: ReadonlySet<string>): string[] {
  const seen = new Set<string>();
  const found = new Set<string>();
  const waiting = ["", ...start];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    for (const { functions, imports } of modules.values()) {
      for (const used of functions.get(name) ?? []) {
        if (ends.has(used)) continue;
        const [source = ""] = imports.get(used)?.split(" ") ?? [];
        if (Object.hasOwn(LEFT_OUT, source)) found.add(`${name}: ${source}`);
        waiting.push(used);
      }
    }
  }
  return [...found].toSorted();
}

/** What mc calls of the library. */
const CALLED = [
  "KubeConfig",
  "addAuthenticator",
  "applyToHTTPSOptions",
  "loadFromOptions",
  "makeAbsolutePath",
  "makePathsAbsolute",
  "newClusters",
  "newContexts",
  "newUsers",
];

test("client-node's modules import what is known of them, and no more", () => {
  const found = new Set<string>();
  for (const { imports } of modules.values()) for (const one of imports.values()) found.add(one);
  const known = new Set(Object.keys(LEFT_OUT).concat([...TAKEN]));
  const specifiers = [...found].map((one) => one.split(" ")[0] ?? "");
  expect(specifiers.filter((one) => !one.startsWith("node:") && !known.has(one))).toEqual([]);
  // What is listed in vain is not left out.
  expect(Object.keys(LEFT_OUT).filter((one) => !specifiers.includes(one))).toEqual([]);
});

test("mc calls nothing of client-node but what is examined here", () => {
  const sources = ["kubeconfig/context", "kubeconfig/model", "live/auth/sign-in"];
  const text = sources
    .map((name) => readFileSync(join(import.meta.dirname, `../src/readers/${name}.ts`), "utf8"))
    .join("\n");
  const names = modules.get("./config.js")?.functions ?? new Map<string, unknown>();
  const called = [...names.keys(), "newClusters", "newContexts", "newUsers"].filter(
    (name) => name !== "" && new RegExp(`\\b${name}\\(`).test(text),
  );
  expect(called.toSorted()).toEqual(CALLED);
});

test("what is left out is used by nothing that runs, but behind two conditions", () => {
  const conditional = reached(CALLED, new Set());
  expect(conditional).toEqual(
    [
      // A cluster with a proxy.
      "createAgent: hpagent",
      "createAgent: socks-proxy-agent",
      // A user whose auth provider is oidc, azure or gcp.
      "getClient: openid-client",
      "decodeJWT: rfc4648",
      "refresh: openid-client",
      "updateAccessToken: jsonpath-plus",
    ].toSorted(),
  );
  const unconditional = reached(
    CALLED,
    new Set(["SocksProxyAgent", "HttpProxyAgent", "HttpsProxyAgent", "applyAuthentication"]),
  );
  expect(unconditional).toEqual([]);
});

test("the conditions hold for other users and clusters only", async () => {
  const config = new KubeConfig();
  const seen: string[] = [];
  config.addAuthenticator({
    isAuthProvider: (user) => (user.authProvider as { name?: string } | undefined)?.name === "mc",
    applyAuthentication: (user) => Promise.resolve(void seen.push(user.name)),
  });
  const cluster = { name: "c", server: "https://c", skipTLSVerify: false };
  config.loadFromOptions({
    clusters: [cluster],
    users: [{ name: "u", authProvider: { name: "mc", config: {} } }],
    contexts: [{ name: "a", cluster: "c", user: "u" }],
    currentContext: "a",
  });
  await config.applyToHTTPSOptions({});
  expect(seen).toEqual(["u"]);
  // A stand-in says what it is.
  config.loadFromOptions({
    clusters: [{ ...cluster, name: "proxied", proxyUrl: "socks5://proxy" }],
    users: [{ name: "u" }],
    contexts: [{ name: "a", cluster: "proxied", user: "u" }],
    currentContext: "a",
  });
  await expect(config.applyToHTTPSOptions({})).rejects.toThrow(
    "SocksProxyAgent of socks-proxy-agent is left out of mc",
  );
});
