import { readFileSync } from "node:fs";
import type { Plugin } from "rolldown";

/** A module of client-node, by its file name. */
const CLIENT_NODE = /\/@kubernetes\/client-node\/dist\/([\w-]+\.js)$/;

/**
 * What client-node's modules import and mc never runs, as they write it, with the names that they
 * take from it: generated API classes, HTTP clients, proxy agents, and what only the authenticators
 * of providers need that mc does not hand to them. In the bundle and in tests a stand-in has the
 * place of each, which throws when it is used. `test/left-out.test.ts` shows that nothing reaches
 * them.
 */
export const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  "./gen/index.js": ["createConfiguration", "ServerConfiguration"],
  "./middleware.js": ["setHeaderMiddleware"],
  "../package.json": ["default"],
  undici: ["Agent", "ProxyAgent"],
  hpagent: ["HttpProxyAgent", "HttpsProxyAgent"],
  socks: ["SocksClient"],
  "socks-proxy-agent": ["SocksProxyAgent"],
  "jsonpath-plus": ["JSONPath"],
  "openid-client": ["customFetch", "discovery", "refreshTokenGrant"],
  rfc4648: ["base64url"],
};

/** The modules of client-node that mc takes, and what they may import as it is. */
export const TAKEN: ReadonlySet<string> = new Set([
  "./config.js",
  "./config_types.js",
  "./azure_auth.js",
  "./exec_auth.js",
  "./file_auth.js",
  "./gcp_auth.js",
  "./oidc_auth.js",
  "js-yaml",
]);

const PREFIX = "\0left-out:";

/**
 * Puts the stand-ins in place. A release of client-node that imports something else, or another name
 * from what is left out, ends the build.
 */
export function leftOut(): Plugin {
  return {
    name: "left-out-of-client-node",
    resolveId(source, importer) {
      const [, file] = CLIENT_NODE.exec(importer ?? "") ?? [];
      if (file === undefined || source.startsWith("node:") || TAKEN.has(source)) return undefined;
      if (Object.hasOwn(LEFT_OUT, source)) return `${PREFIX}${source}`;
      throw new Error(
        `client-node's ${file} imports ${source}: say in build/left-out.ts whether mc needs it`,
      );
    },
    load(id) {
      // Its source maps name files that are not published, of which Vite warns.
      if (CLIENT_NODE.test(id)) return readFileSync(id, "utf8").replace(/\/\/# sourceMap.*/, "");
      if (!id.startsWith(PREFIX)) return undefined;
      const source = id.slice(PREFIX.length);
      return { code: standIn(source, LEFT_OUT[source] ?? []), moduleType: "js" };
    },
  };
}

function standIn(source: string, names: readonly string[]): string {
  const exported = names.map((name) =>
    name === "default"
      ? `export default new Proxy({}, { get: () => use("default") });`
      : `export function ${name}() { use("${name}"); }`,
  );
  const use = `function use(name) { throw new Error(name + " of ${source} is left out of mc"); }`;
  return [use, ...exported].join("\n");
}
