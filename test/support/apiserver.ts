import { Instance } from "./apiserver/instance.ts";
import { sharedAuthority } from "./apiserver/tls.ts";
import type {
  ApiServerOptions,
  Fault,
  KubeconfigOptions,
  KubeObject,
  LoggedRequest,
  ObjectRef,
  UserOptions,
} from "./apiserver/types.ts";
import { clusterKubeconfig, type Kubeconfig } from "./kubeconfig.ts";

export type { ApiServerOptions, ControllerOptions, Fault, KubeObject } from "./apiserver/types.ts";

/** A Kubernetes API server in this process, on a port of 127.0.0.1. */
export interface ApiServer {
  url: string;
  caPem: string;
  /** Every request so far, in the order in which they came. */
  requests: LoggedRequest[];
  /** Bearer token of a user, of the first one by default. */
  token(user?: string): string;
  kubeconfig(options: KubeconfigOptions): Kubeconfig;
  objects(): KubeObject[];
  put(object: KubeObject): void;
  remove(ref: ObjectRef): void;
  /** What a debug port answers; the key is `<namespace>/<pod>/<port>/<path>`. */
  debug(key: string): unknown;
  setDebug(key: string, answer: unknown): void;
  setFaults(faults: readonly Fault[]): void;
  setUsers(users: readonly UserOptions[]): Promise<void>;
  /** Ends every connection, also those that a fault left hanging. */
  close(): Promise<void>;
}

/**
 * Starts an HTTPS Kubernetes API server over objects or a recording. It answers as a real one
 * does, errors included, closely enough for kubectl to work with it.
 */
export async function startApiServer(options: ApiServerOptions = {}): Promise<ApiServer> {
  const instance = new Instance(options, await sharedAuthority());
  await instance.start();
  const { state, url, requests } = instance;
  const { caPem } = instance.authority;
  const userOf = (name?: string) => {
    const user = instance.users.find((candidate) => name === undefined || candidate.name === name);
    if (!user) throw new Error(`the test API server has no user ${name}`);
    return user;
  };
  return {
    url,
    caPem,
    requests,
    token: (user) => userOf(user).token,
    kubeconfig: (config) => clusterKubeconfig({ url, caPem }, userOf(config.user), config),
    objects: () => state.store.all().map(({ object }) => structuredClone(object)),
    put: (object) => instance.put(object),
    remove: (ref) => instance.remove(ref),
    debug: (key) => state.debug.get(key),
    setDebug: (key, answer) => state.debug.set(key, answer),
    setFaults: (faults) => instance.setFaults(faults),
    setUsers: (users) => instance.setUsers(users),
    close: () => instance.close(),
  };
}
