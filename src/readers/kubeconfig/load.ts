import { existsSync, readFileSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { defined } from "../../lib/defined.ts";
import { property, string } from "../../lib/json.ts";
import { oneLine } from "../../lib/sanitize.ts";
import { UsageError } from "../../model/errors.ts";
import type { Entry } from "./model.ts";
import { parseKubeconfig } from "./parse.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** One or more kubeconfig files as one, paths made absolute; nothing in it has been judged yet. */
export interface Kubeconfig {
  /** Files that were read, in order. */
  files: readonly string[];
  /** Files that were named but do not exist. */
  absent: readonly string[];
  contexts: ReadonlyMap<string, Entry>;
  clusters: ReadonlyMap<string, Entry>;
  users: ReadonlyMap<string, Entry>;
  currentContext?: string;
  /** The context that is made from the ServiceAccount of the pod that this runs in. */
  inCluster?: string;
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

/** The context of a pod's own cluster, unless a kubeconfig has one of that name. */
const IN_CLUSTER = "in-cluster";

const SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

/**
 * Reads the kubeconfig as kubectl does: `--kubeconfig`, else the files of $KUBECONFIG, else
 * `~/.kube/config`. In a pod, its ServiceAccount is the context `in-cluster` beside them, and the
 * current one where there is no kubeconfig. Of several files the first one to name a context,
 * cluster or user wins as a whole, and so does the first current-context; files that do not exist
 * are passed over.
 *
 * @throws UsageError a file cannot be read or is no kubeconfig
 */
export function loadKubeconfig(options: KubeconfigOptions): Kubeconfig {
  const { kubeconfig, env } = options;
  const named = kubeconfig === undefined ? defaultFiles(env) : [kubeconfig];
  const lists = {
    contexts: new Map<string, Entry>(),
    clusters: new Map<string, Entry>(),
    users: new Map<string, Entry>(),
  };
  const files: string[] = [];
  const absent: string[] = [];
  let currentContext: string | undefined;
  for (const file of named) {
    const bytes = readBytes(file, kubeconfig !== undefined);
    if (bytes === undefined) {
      absent.push(file);
      continue;
    }
    files.push(file);
    const config = parseKubeconfig(bytes, file);
    addMissing(lists.contexts, entries(config, "context", file));
    addMissing(lists.clusters, entries(config, "cluster", file));
    addMissing(lists.users, entries(config, "user", file));
    currentContext ??= string(config["current-context"]);
  }
  const found = { files, absent, ...lists, env };
  const isBare = Object.values(lists).every(({ size }) => size === 0);
  const own = lists.contexts.has(IN_CLUSTER)
    ? undefined
    : ownCluster(env, options.serviceAccount ?? SERVICE_ACCOUNT);
  if (own)
    for (const key of ["contexts", "clusters", "users"] as const)
      lists[key].set(IN_CLUSTER, own[key]);
  if (own && isBare && kubeconfig === undefined) currentContext = IN_CLUSTER;
  return { ...found, ...defined({ currentContext, inCluster: own && IN_CLUSTER }) };
}

function defaultFiles(env: Environment): string[] {
  const list = env["KUBECONFIG"];
  if (list) return [...new Set(list.split(delimiter).filter((file) => file !== ""))];
  const home = env["HOME"] ?? env["USERPROFILE"];
  return home ? [join(home, ".kube", "config")] : [];
}

/** Nothing for a file that does not exist, unless it was asked for by name. */
function readBytes(file: string, required: boolean): Buffer | undefined {
  try {
    return readFileSync(file);
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

/** The named entries of one list of a file. */
export function entries(
  config: Readonly<Record<string, unknown>>,
  kind: "context" | "cluster" | "user",
  file: string,
): Map<string, Entry> {
  const list = `${kind}s`;
  const items = config[list] ?? [];
  if (!Array.isArray(items)) throw new UsageError(`kubeconfig ${file}: ${list} is not a list`);
  const base = dirname(resolve(file));
  const found = new Map<string, Entry>();
  for (const item of items) {
    const name = string(property(item, "name"));
    if (name === undefined) continue;
    if (typeof property(item, "name") === "boolean") {
      throw new UsageError(
        `kubeconfig ${file}: ${list} has a boolean for a name: put it in quotes`,
      );
    }
    if (found.has(name)) {
      throw new UsageError(`kubeconfig ${file}: ${list} has two entries named ${oneLine(name)}`);
    }
    found.set(name, { name, value: property(item, kind), base });
  }
  return found;
}

function addMissing(into: Map<string, Entry>, from: ReadonlyMap<string, Entry>): void {
  for (const [name, entry] of from) if (!into.has(name)) into.set(name, entry);
}

/** What a pod knows of its own cluster, as entries of a kubeconfig. */
function ownCluster(
  env: Environment,
  directory: string,
): Record<"contexts" | "clusters" | "users", Entry> | undefined {
  const host = env["KUBERNETES_SERVICE_HOST"];
  const port = env["KUBERNETES_SERVICE_PORT"] ?? "443";
  if (!host || !existsSync(join(directory, "token"))) return undefined;
  const server = `https://${host.includes(":") ? `[${host}]` : host}:${port}`;
  const authority = existsSync(join(directory, "ca.crt")) ? "ca.crt" : undefined;
  const namespace = readBytes(join(directory, "namespace"), false)?.toString("utf8").trim();
  const one = (value: unknown): Entry => ({ name: IN_CLUSTER, value, base: directory });
  return {
    contexts: one({ cluster: IN_CLUSTER, user: IN_CLUSTER, namespace }),
    clusters: one({ server, "certificate-authority": authority }),
    users: one({ tokenFile: "token" }),
  };
}
