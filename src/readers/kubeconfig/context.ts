import { oneLine } from "../../lib/sanitize.ts";
import { UsageError } from "../../model/errors.ts";
import type { ClusterEntry, ContextEntry, Kubeconfig, UserEntry } from "./index.ts";
import { closest } from "../../lib/closest.ts";

/** What a context stands for. */
export interface ContextTarget {
  context: string;
  /** The name of the cluster entry, for messages. */
  clusterName: string;
  cluster: ClusterEntry;
  /** The name of the user entry; empty without one. */
  userName: string;
  user: UserEntry;
  namespace?: string;
}

const MOST_NAMES = 20;

/**
 * The cluster and user of a context; without a name, of the current context.
 *
 * @throws UsageError there is no such context, or its cluster or user does not exist
 */
export function resolveContext(config: Kubeconfig, name?: string): ContextTarget {
  const context = name ?? config.currentContext;
  if (context === undefined) throw new UsageError(noCurrentContext(config));
  const entry = config.contexts.get(context);
  if (!entry) throw new UsageError(unknownContext(config, context, name !== undefined));
  const { cluster, user } = parts(config, context, entry);
  return {
    context,
    clusterName: entry.cluster,
    cluster,
    userName: entry.user,
    user,
    ...(entry.namespace === undefined ? {} : { namespace: entry.namespace }),
  };
}

function parts(
  config: Kubeconfig,
  context: string,
  entry: ContextEntry,
): { cluster: ClusterEntry; user: UserEntry } {
  const cluster = config.clusters.get(entry.cluster);
  if (!cluster) {
    throw new UsageError(
      entry.cluster === ""
        ? `context ${quoted(context)} names no cluster`
        : `context ${quoted(context)} names cluster ${quoted(entry.cluster)}, which the kubeconfig does not have`,
    );
  }
  if (cluster.server === "") {
    throw new UsageError(`cluster ${quoted(entry.cluster)} of the kubeconfig has no server`);
  }
  // A context without a user is one without credentials, as for `kubectl proxy`.
  const user = entry.user === "" ? {} : config.users.get(entry.user);
  if (!user) {
    throw new UsageError(
      `context ${quoted(context)} names user ${quoted(entry.user)}, which the kubeconfig does not have`,
    );
  }
  return { cluster, user };
}

function noCurrentContext(config: Kubeconfig): string {
  if (config.contexts.size > 0) {
    return `no context given and no current context set; contexts are: ${names(config)}`;
  }
  if (config.files.length > 0) return `no context in kubeconfig ${config.files.join(", ")}`;
  const absent = config.absent.length > 0 ? ` (${config.absent.join(", ")} not found)` : "";
  return `no kubeconfig${absent}: give --kubeconfig or set KUBECONFIG`;
}

function unknownContext(config: Kubeconfig, context: string, given: boolean): string {
  const what = given
    ? `no context ${quoted(context)}`
    : `current context ${quoted(context)} does not exist`;
  if (config.contexts.size === 0) {
    const where = config.files.length > 0 ? ` in kubeconfig ${config.files.join(", ")}` : "";
    return `${what}: there are no contexts${where}`;
  }
  const near = closest(context, config.contexts.keys());
  const hint = near === undefined ? "" : ` (did you mean ${quoted(near)}?)`;
  return `${what}${hint}; contexts are: ${names(config)}`;
}

function names(config: Kubeconfig): string {
  const all = [...config.contexts.keys()].toSorted();
  const shown = all.slice(0, MOST_NAMES).map((name) => oneLine(name));
  const more = all.length - shown.length;
  return more > 0 ? `${shown.join(", ")} and ${more} more` : shown.join(", ");
}

function quoted(name: string): string {
  return JSON.stringify(oneLine(name));
}
