import { readFileSync } from "node:fs";
import { sep } from "node:path";
import { KubeConfig, makeAbsolutePath } from "@kubernetes/client-node/dist/config.js";
import {
  ActionOnInvalid,
  newClusters,
  newUsers,
  type Cluster,
  type User,
} from "@kubernetes/client-node/dist/config_types.js";
import { defined } from "../../lib/defined.ts";
import { array, at, property, record, string, strings } from "../../lib/json.ts";
import { oneLine } from "../../lib/sanitize.ts";
import { UsageError } from "../../model/errors.ts";

/*
 * client-node's model of clusters and users, with what it leaves out. Anything may be missing or of
 * another type in a kubeconfig; what a context uses is judged, as kubectl does it, the rest is not.
 */

/** An entry as it stands in a file. */
export interface Entry {
  name: string;
  /** What stands under `context`, `cluster` or `user`. */
  value: unknown;
  /** Directory of the file: relative paths begin there. */
  base: string;
}

/** Its `caData` (base64) also holds what a file held. */
export interface ClusterEntry extends Cluster {
  disableCompression: boolean;
  /** Extension `client.authentication.k8s.io/exec`, for plugins that ask for the cluster. */
  execConfig?: unknown;
}

export interface ExecEntry {
  /** `client.authentication.k8s.io/v1`. */
  apiVersion: string;
  command: string;
  args: string[];
  env: { name: string; value: string }[];
  installHint?: string;
  provideClusterInfo: boolean;
  /** Never, IfAvailable or Always. */
  interactiveMode: string;
}

/** Its `certData` and `keyData` (base64) also hold what files held. */
export interface UserEntry extends Omit<User, "exec" | "authProvider" | "certFile" | "keyFile"> {
  /** It wins over the token. */
  tokenFile?: string;
  asUid?: string;
  asGroups: readonly string[];
  /** By the key of the extra field. */
  asUserExtra: ReadonlyMap<string, readonly string[]>;
  exec?: ExecEntry;
  authProvider?: { name: string; config: Readonly<Record<string, unknown>> };
}

const BOOLEANS = new Set(["insecure-skip-tls-verify", "disable-compression"]);
const LENIENT = { onInvalidEntry: ActionOnInvalid.FILTER };

/**
 * A cluster; nothing when it has no server.
 *
 * @throws UsageError something in it cannot be used, or its CA file cannot be read
 */
export function readCluster({ name, value, base }: Entry): ClusterEntry | undefined {
  const owner = `cluster ${quoted(name)}`;
  const disableCompression = boolean(value, "disable-compression", owner);
  boolean(value, "insecure-skip-tls-verify", owner);
  const [cluster] = newClusters([{ name, cluster: texts(value) }], LENIENT);
  if (!cluster) return undefined;
  rebase({ clusters: [cluster], users: [] }, base);
  const { caFile, ...rest } = cluster;
  const caData = dataOf(cluster.caData, caFile, `certificate-authority of ${owner}`);
  const extension = array(property(value, "extensions")).find(
    (item) => property(item, "name") === "client.authentication.k8s.io/exec",
  );
  const execConfig = property(extension, "extension");
  return defined({ ...rest, caData, disableCompression, execConfig });
}

/** @throws UsageError a credential in it cannot be used, or its files cannot be read */
export function readUser({ name, value, base }: Entry): UserEntry {
  const owner = `user ${quoted(name)}`;
  for (const key of ["token", "username", "password", "as", "as-groups"]) {
    const wrong = [property(value, key) ?? ""].flat().find((item) => typeof item !== "string");
    if (wrong === undefined) continue;
    throw new UsageError(
      `${key} of ${owner} in the kubeconfig is a ${typeof wrong}, not a text: put it in quotes`,
    );
  }
  const [user = { name }] = newUsers([{ name, user: texts(value) }], LENIENT);
  rebase({ clusters: [], users: [user] }, base);
  const tokenFile = string(property(value, "tokenFile"));
  const exec = property(value, "exec") ?? undefined;
  const provider = string(at(value, "auth-provider", "name"));
  const config = record(at(value, "auth-provider", "config"));
  const certData = dataOf(user.certData, user.certFile, `client-certificate of ${owner}`);
  const keyData = dataOf(user.keyData, user.keyFile, `client-key of ${owner}`);
  const extra = Object.entries(record(property(value, "as-user-extra")));
  const { token, username, password, impersonateUser } = user;
  const written = { name, token, username, password, impersonateUser, certData, keyData };
  const found: UserEntry = defined({
    ...written,
    tokenFile: tokenFile && makeAbsolutePath(base, tokenFile),
    asUid: string(property(value, "as-uid")),
    asGroups: strings(property(value, "as-groups")),
    asUserExtra: new Map(extra.map(([key, values]) => [key, strings(values)])),
    exec: exec && readExec(exec, base),
    authProvider: provider === undefined ? undefined : { name: provider, config },
  });
  const wrong = unusable(found);
  if (wrong !== undefined) throw new UsageError(`${owner} of the kubeconfig has ${wrong}`);
  return found;
}

/** What makes kubectl refuse a user, or go without what it says: mc never signs in as nobody by that. */
function unusable(user: UserEntry): string | undefined {
  const { certData, keyData, token, username, password, exec, authProvider } = user;
  if (certData && !keyData) return "a client-certificate without a client-key";
  if (keyData && !certData) return "a client-key without a client-certificate";
  if (token && !isHeaderText(token)) return "a token with a line end or another control character";
  if (password && !username) return "a password without a username";
  if (username && (token ?? user.tokenFile)) return "a token and a username: only one is allowed";
  if (exec && authProvider) return "an exec plugin and an auth-provider: only one is allowed";
  const acts = user.asUid ?? user.asGroups[0] ?? [...user.asUserExtra.keys()][0];
  if (acts !== undefined && !user.impersonateUser)
    return "as-uid, as-groups or as-user-extra without as";
  return undefined;
}

/** Whether an HTTP header can hold it. */
export function isHeaderText(text: string): boolean {
  return /^[\t\u0020-\u007E\u0080-\u00FF]*$/.test(text);
}

function readExec(value: unknown, base: string): ExecEntry {
  const command = string(property(value, "command")) ?? "";
  return defined({
    apiVersion: string(property(value, "apiVersion")) ?? "",
    // Without a slash it is looked up on the PATH.
    command: command.includes(sep) ? makeAbsolutePath(base, command) : command,
    args: array(property(value, "args")).map((item) => string(item) ?? ""),
    env: array(property(value, "env")).flatMap((item) => {
      const name = string(property(item, "name"));
      return name === undefined ? [] : [{ name, value: string(property(item, "value")) ?? "" }];
    }),
    provideClusterInfo: property(value, "provideClusterInfo") === true,
    interactiveMode: string(property(value, "interactiveMode")) ?? "IfAvailable",
    installHint: string(property(value, "installHint")),
  });
}

/** Scalars as texts (YAML leaves numbers unquoted), without the empty ones, which stand for none. */
export function texts(value: unknown): Record<string, unknown> {
  const { "token-file": _unknownToKubernetes, ...known } = record(value);
  return Object.fromEntries(
    Object.entries(known).flatMap(([key, item]) => {
      const kept = BOOLEANS.has(key) || typeof item === "object" ? item : string(item);
      return kept === undefined || kept === null ? [] : [[key, kept]];
    }),
  );
}

function boolean(value: unknown, key: string, owner: string): boolean {
  const found = property(value, key) ?? false;
  if (typeof found === "boolean") return found;
  throw new UsageError(
    `${key} of ${owner} in the kubeconfig is not a boolean: write true or false`,
  );
}

function rebase(entries: { clusters: Cluster[]; users: User[] }, base: string): void {
  const config = new KubeConfig();
  config.loadFromOptions({ ...entries, contexts: [] });
  config.makePathsAbsolute(base);
}

/**
 * A kubeconfig's data, else what the file holds, in base64.
 *
 * @throws UsageError it is not base64, or the file cannot be read; `what` says whose it is
 */
export function dataOf(
  data: string | undefined,
  file: string | undefined,
  what: string,
): string | undefined {
  if (data) {
    const packed = data.replaceAll(/[\r\n]/g, "");
    if (packed.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(packed)) return packed;
    throw new UsageError(`${what}: its data is not base64`);
  }
  if (!file) return undefined;
  try {
    return readFileSync(file, "base64");
  } catch {
    throw new UsageError(`${what}: ${oneLine(file)} cannot be read`);
  }
}

export function quoted(name: string): string {
  return JSON.stringify(oneLine(name));
}
