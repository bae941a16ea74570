import { defined } from "../lib/defined.ts";
import type { AccessRequest, Gathered } from "../model/gathered.ts";
import type { LogTarget, PodLog } from "../model/log.ts";
import type {
  ClusterReader,
  Connection,
  DebugTarget,
  ListOptions,
  RawObject,
} from "../model/reader.ts";
import type { Resource } from "../model/resource.ts";
import type {
  ApplyOptions,
  ClusterWriter,
  DeleteOptions,
  WatchEvent,
  WatchOptions,
  Written,
} from "../model/writer.ts";
import { resolveContext, type ContextTarget, type Kubeconfig } from "./kubeconfig/index.ts";
import {
  accessTo,
  ApiClient,
  apiVersionOf,
  applyObject,
  deleteObject,
  isAllowed,
  logAccess,
  readConnection,
  readList,
  readLog,
  readObject,
  type Target,
  Versions,
  watchResource,
} from "./live/api/index.ts";
import { impersonationHeaders, SignIn, type Impersonation } from "./live/auth/index.ts";
import { endpointOf, gather } from "./live/connection/index.ts";
import { DebugReader } from "./live/debug/index.ts";

export interface OpenOptions extends Impersonation {
  /**
   * One budget for all that a cluster is asked, from its first request on, logging in included:
   * what has not been answered by then is a `timeout`.
   */
  timeoutMs: number;
  /** The flag that names the kubeconfig, for commands; absent where they find it themselves. */
  kubeconfig?: string;
  /** Entries of the kubeconfig in place of those that the context names. */
  cluster?: string;
  user?: string;
  /** There is a terminal on which an exec plugin may ask for a login. */
  interactive?: boolean;
}

/**
 * A cluster of the kubeconfig; without a name, that of the current context. Nothing is sent yet.
 *
 * @throws UsageError the context, its cluster or its user cannot be used as they stand
 */
export function openCluster(
  config: Kubeconfig,
  context: string | undefined,
  options: OpenOptions,
): LiveCluster {
  const target = resolveContext(config, context, options);
  const { env } = config;
  const endpoint = endpointOf(target.cluster, env);
  const client = new ApiClient({
    endpoint,
    signIn: new SignIn(target, { endpoint, env, interactive: options.interactive ?? false }),
    headers: impersonationHeaders(options, target.user),
    timeoutMs: options.timeoutMs,
  });
  const { kubeconfig } = options;
  return new LiveCluster(client, {
    ...target,
    inCluster: config.inCluster === target.context,
    ...defined({ kubeconfig }),
  });
}

type Names = Pick<ContextTarget, "context" | "namespace"> & { inCluster: boolean } & Pick<
    OpenOptions,
    "kubeconfig"
  >;

/** A cluster behind its API server. Close it: until then its connections keep the process alive. */
export class LiveCluster implements ClusterReader, ClusterWriter {
  readonly kind = "live";
  readonly context: string;
  /** Absent in a pod: there is no context to name. */
  readonly contextArgument?: string;
  readonly kubeconfig?: string;
  /** Namespace of the context, for what is written without `-n`. */
  readonly namespace: string;
  readonly #client: ApiClient;
  readonly #versions: Versions;
  readonly #debug: DebugReader;
  /** Until when logs are read: they share it, as they are asked for at once. */
  #timeForLogs: AbortSignal | undefined;

  constructor(client: ApiClient, { context, namespace, inCluster, kubeconfig }: Names) {
    this.context = context;
    if (kubeconfig !== undefined) this.kubeconfig = kubeconfig;
    if (!inCluster) this.contextArgument = context;
    this.namespace = namespace ?? "default";
    this.#client = client;
    this.#versions = new Versions(client);
    this.#debug = new DebugReader(client);
  }

  now(): number {
    return Date.now();
  }

  connect(): Promise<Gathered<Connection>> {
    return readConnection(this.#client);
  }

  list(resource: Resource, options: ListOptions = {}): Promise<Gathered<RawObject[]>> {
    return gather(accessTo("list", resource, options.namespace), () =>
      readList(this.#target(resource), options),
    );
  }

  get(resource: Resource, namespace: string, name: string): Promise<Gathered<RawObject>> {
    return gather(accessTo("get", resource, namespace, name), () =>
      readObject(this.#target(resource), namespace, name),
    );
  }

  expectDebug(): void {
    this.#debug.expect();
  }

  debug(target: DebugTarget, path: string): Promise<Gathered<unknown>> {
    return this.#debug.read(target, path);
  }

  log(target: LogTarget): Promise<Gathered<PodLog>> {
    const signal = (this.#timeForLogs ??= this.#client.budget.spare());
    return gather(logAccess(target), () => readLog(this.#client, target, signal));
  }

  apply(
    resource: Resource,
    object: RawObject,
    options: ApplyOptions = {},
  ): Promise<Written<RawObject>> {
    return applyObject(this.#target(resource), object, options);
  }

  delete(
    resource: Resource,
    namespace: string,
    name: string,
    options: DeleteOptions = {},
  ): Promise<Written<undefined>> {
    return deleteObject(this.#target(resource), namespace, name, options);
  }

  apiVersion(resource: Resource): string {
    return apiVersionOf(resource, this.#versions.known(resource));
  }

  allowed(request: AccessRequest): Promise<Gathered<boolean>> {
    return gather(request, () => isAllowed(this.#client, request));
  }

  watch(
    resource: Resource,
    options: WatchOptions,
    onEvent: (event: WatchEvent) => void,
    signal: AbortSignal,
  ): Promise<Gathered<string | undefined>> {
    return gather(accessTo("watch", resource, options.namespace), () =>
      watchResource(this.#target(resource), options, onEvent, signal),
    );
  }

  /**
   * The next request starts a new time budget, for a phase that had to wait for something else.
   * What is under way keeps the old one. Versions and failed logins are tried anew.
   */
  renew(): void {
    this.#client.renew();
    this.#timeForLogs = undefined;
    this.#versions.renew();
  }

  /** Aborts what is under way, which then comes back as `unreachable`, and closes every connection. */
  async close(): Promise<void> {
    this.#client.close();
    this.#debug.close();
  }

  #target(resource: Resource): Target {
    return { client: this.#client, versions: this.#versions, resource };
  }
}
