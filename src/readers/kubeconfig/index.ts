import { existsSync, readFileSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join, resolve, sep } from "node:path";
import { property, record, string, strings } from "../../lib/json.ts";
import { UsageError } from "../../model/errors.ts";
import {
  parseKubeconfig,
  readCluster,
  readContext,
  readUser,
  type ClusterEntry,
  type ContextEntry,
  type UserEntry,
} from "./entries.ts";

export type { ClusterEntry, ContextEntry, ExecEntry, UserEntry } from "./entries.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** One or more kubeconfig files as one, paths made absolute; nothing in it has been judged yet. */
export interface Kubeconfig {
  /** Files that were read, in order. */
  files: readonly string[];
  /** Files that were named but do not exist. */
  absent: readonly string[];
  contexts: ReadonlyMap<string, ContextEntry>;
  clusters: ReadonlyMap<string, ClusterEntry>;
  users: ReadonlyMap<string, UserEntry>;
  currentContext?: string;
  /** Made from the ServiceAccount of the pod that this runs in. */
  inCluster: boolean;
  /** Exec plugins get it, and proxies are looked up in it. */
  env: Environment;
}

export interface KubeconfigOptions {
  /** `--kubeconfig`: this file and no other. */
  kubeconfig?: string;
  /** KUBECONFIG, HOME, KUBERNETES_SERVICE_HOST, HTTPS_PROXY, NO_PROXY and what plugins need. */
  env: Environment;
  /** Where a pod finds its token and CA. */
  serviceAccount?: string;
}

/** The one context of a pod without a kubeconfig. */
const IN_CLUSTER = "in-cluster";

const SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

/**
 * Reads the kubeconfig as kubectl does: `--kubeconfig`, else the files of $KUBECONFIG, else
 * `~/.kube/config`, else the pod's ServiceAccount. Of several files the first one to name a context,
 * cluster or user wins as a whole, and so does the first current-context; files that do not exist
 * are passed over.
 *
 * @throws UsageError a file cannot be read or is no kubeconfig
 */
export function loadKubeconfig(options: KubeconfigOptions): Kubeconfig {
  const { kubeconfig, env } = options;
  const named = kubeconfig === undefined ? defaultFiles(env) : [kubeconfig];
  const contexts = new Map<string, ContextEntry>();
  const clusters = new Map<string, ClusterEntry>();
  const users = new Map<string, UserEntry>();
  const files: string[] = [];
  const absent: string[] = [];
  let currentContext: string | undefined;
  for (const file of named) {
    const text = readText(file, kubeconfig !== undefined);
    if (text === undefined) {
      absent.push(file);
      continue;
    }
    files.push(file);
    const config = parseKubeconfig(text, file);
    const base = dirname(resolve(file));
    addMissing(contexts, entries(config, "contexts", file), (entry) =>
      readContext(property(entry, "context")),
    );
    addMissing(clusters, entries(config, "clusters", file), (entry) =>
      readCluster(property(entry, "cluster"), (path) => absolute(path, base)),
    );
    addMissing(users, entries(config, "users", file), (entry) =>
      readUser(property(entry, "user"), {
        path: (path) => absolute(path, base),
        command: (command) => (command.includes(sep) ? absolute(command, base) : command),
      }),
    );
    currentContext ??= string(config["current-context"]);
  }
  const found = { files, absent, contexts, clusters, users, inCluster: false, env };
  const nothing = contexts.size === 0 && clusters.size === 0 && users.size === 0;
  if (nothing && kubeconfig === undefined) {
    const own = ownCluster(env, options.serviceAccount ?? SERVICE_ACCOUNT);
    if (own) return { ...found, ...own };
  }
  return currentContext === undefined ? found : { ...found, currentContext };
}

function defaultFiles(env: Environment): string[] {
  const list = env["KUBECONFIG"];
  if (list) return [...new Set(list.split(delimiter).filter((file) => file !== ""))];
  const home = env["HOME"] ?? env["USERPROFILE"];
  return home ? [join(home, ".kube", "config")] : [];
}

/** Nothing for a file that does not exist, unless it was asked for by name. */
function readText(file: string, required: boolean): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    const code = string(property(cause, "code")) ?? "";
    if (!required && (code === "ENOENT" || code === "ENOTDIR")) return undefined;
    throw new UsageError(`kubeconfig ${file} cannot be read: ${REASONS[code] ?? code}`);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  ENOTDIR: "no such file",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EISDIR: "it is a directory",
};

function absolute(path: string, base: string): string {
  return isAbsolute(path) ? path : join(base, path);
}

/** The named entries of one list of a file. */
function entries(
  config: Readonly<Record<string, unknown>>,
  list: "contexts" | "clusters" | "users",
  file: string,
): Map<string, unknown> {
  const items = config[list] ?? [];
  if (!Array.isArray(items)) throw new UsageError(`kubeconfig ${file}: ${list} is not a list`);
  const found = new Map<string, unknown>();
  for (const item of items) {
    const name = string(property(item, "name"));
    if (name === undefined) continue;
    if (found.has(name)) {
      throw new UsageError(`kubeconfig ${file}: ${list} has two entries named ${name}`);
    }
    found.set(name, record(item));
  }
  return found;
}

function addMissing<T>(
  into: Map<string, T>,
  from: ReadonlyMap<string, unknown>,
  read: (entry: unknown) => T,
): void {
  for (const [name, entry] of from) if (!into.has(name)) into.set(name, read(entry));
}

/** What a pod knows of its own cluster. */
function ownCluster(
  env: Environment,
  directory: string,
):
  | Pick<Kubeconfig, "contexts" | "clusters" | "users" | "currentContext" | "inCluster">
  | undefined {
  const host = env["KUBERNETES_SERVICE_HOST"];
  const port = env["KUBERNETES_SERVICE_PORT"] ?? "443";
  const tokenFile = join(directory, "token");
  if (!host || !existsSync(tokenFile)) return undefined;
  const authority = join(directory, "ca.crt");
  const server = `https://${host.includes(":") ? `[${host}]` : host}:${port}`;
  const cluster: ClusterEntry = { server, insecure: false, disableCompression: false };
  if (existsSync(authority)) cluster.certificateAuthority = authority;
  const context: ContextEntry = { cluster: IN_CLUSTER, user: IN_CLUSTER };
  const [namespace] = strings([readText(join(directory, "namespace"), false)?.trim()]);
  if (namespace !== undefined) context.namespace = namespace;
  return {
    contexts: new Map([[IN_CLUSTER, context]]),
    clusters: new Map([[IN_CLUSTER, cluster]]),
    users: new Map([[IN_CLUSTER, { tokenFile }]]),
    currentContext: IN_CLUSTER,
    inCluster: true,
  };
}
