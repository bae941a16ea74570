import { ActionOnInvalid, newContexts } from "@kubernetes/client-node/dist/config_types.js";
import { closest } from "../../lib/closest.ts";
import { defined } from "../../lib/defined.ts";
import { oneLine } from "../../lib/sanitize.ts";
import { UsageError } from "../../model/errors.ts";
import type { Kubeconfig } from "./load.ts";
import {
  quoted,
  readCluster,
  readUser,
  texts,
  type ClusterEntry,
  type UserEntry,
} from "./model.ts";

/** What a context stands for. */
export interface ContextTarget {
  context: string;
  cluster: ClusterEntry;
  /** Its name is empty where the context names none. */
  user: UserEntry;
  namespace?: string;
}

const MOST_NAMES = 20;

/** Entries in place of those that a context names. */
export interface Overrides {
  cluster?: string;
  user?: string;
}

/**
 * The cluster and user of a context; without a name, of the current context.
 *
 * @throws UsageError there is no such context, or its cluster or user does not exist or cannot be used
 */
export function resolveContext(
  config: Kubeconfig,
  name?: string,
  overrides: Overrides = {},
): ContextTarget {
  const context = name ?? config.currentContext;
  if (context === undefined) throw new UsageError(noCurrentContext(config));
  const entry = config.contexts.get(context);
  if (!entry) throw new UsageError(unknownContext(config, context, name !== undefined));
  const [found] = newContexts([{ name: context, context: texts(entry.value) }], {
    onInvalidEntry: ActionOnInvalid.FILTER,
  });
  if (!found) throw new UsageError(`context ${quoted(context)} names no cluster`);
  const { namespace } = found;
  const clusterName = overrides.cluster ?? found.cluster;
  const user: string | undefined = found.user;
  const userName = overrides.user ?? user ?? "";
  const clusterEntry = config.clusters.get(clusterName);
  if (!clusterEntry) {
    throw new UsageError(lacks(context, "cluster", clusterName, overrides.cluster !== undefined));
  }
  const cluster = readCluster(clusterEntry);
  if (!cluster) {
    throw new UsageError(`cluster ${quoted(clusterName)} of the kubeconfig has no server`);
  }
  const nobody = { name: "", value: {}, base: "" };
  const userEntry = userName === "" ? nobody : config.users.get(userName);
  if (!userEntry) {
    throw new UsageError(lacks(context, "user", userName, overrides.user !== undefined));
  }
  return { context, cluster, user: readUser(userEntry), ...defined({ namespace }) };
}

function lacks(context: string, kind: string, name: string, isGiven: boolean): string {
  if (isGiven) return `--${kind} ${quoted(name)}: the kubeconfig has no such ${kind}`;
  return `context ${quoted(context)} names ${kind} ${quoted(name)}, which the kubeconfig does not have`;
}

function noCurrentContext(config: Kubeconfig): string {
  if (config.contexts.size > 0) {
    return `no context given and no current context set; contexts are: ${names(config)}`;
  }
  if (config.files.length > 0) return `no context in kubeconfig ${config.files.join(", ")}`;
  return noKubeconfig(config);
}

function noKubeconfig(config: Kubeconfig): string {
  const variable = config.env["KUBECONFIG"];
  if (variable) return `no kubeconfig: KUBECONFIG is ${oneLine(variable)}, where there is no file`;
  const absent = config.absent.length > 0 ? ` (${config.absent.join(", ")} not found)` : "";
  return `no kubeconfig${absent}: give --kubeconfig or set KUBECONFIG`;
}

function unknownContext(config: Kubeconfig, context: string, given: boolean): string {
  const what = given
    ? `no context ${quoted(context)}`
    : `current context ${quoted(context)} does not exist`;
  if (config.contexts.size === 0) {
    const { files } = config;
    const why =
      files.length > 0
        ? `there are no contexts in kubeconfig ${files.join(", ")}`
        : noKubeconfig(config);
    return `${what}: ${why}`;
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
