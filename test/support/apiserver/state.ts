import type { Authenticator, User } from "./auth.ts";
import type { Debug } from "./debug.ts";
import type { Pager } from "./paging.ts";
import type { RequestInfo, Target } from "./request.ts";
import type { Registry, ResourceType } from "./resources.ts";
import type { Store } from "./store.ts";

/** What every handler works on. */
export interface ServerState {
  store: Store;
  registry: Registry;
  pager: Pager;
  debug: Debug;
  /** By `<namespace>/<pod>/<container>`: lines, each with the time that a kubelet puts before it. */
  logs: Record<string, string>;
  /** The time by which logs are recent, ms since the epoch. */
  now: () => number;
  authenticator: Authenticator;
  serverVersion: string;
  /** Namespaces that exist though no object says so. */
  impliedNamespaces: ReadonlySet<string>;
  /** What pods/proxy gets from debug paths. */
  proxyDebugStatus: number;
}

/** One request on its way through the handlers. */
export interface Call {
  state: ServerState;
  user: User;
  request: RequestInfo;
  accept: string;
  userAgent: string;
  contentType: string;
  body: Buffer;
}

/** A call on a resource type that is served. */
export interface ResourceCall extends Call {
  type: ResourceType;
  target: Target;
}

/** Takes over the response: a watch. */
export interface Stream {
  write(text: string): void;
  end(): void;
  onClose(listener: () => void): void;
}

export interface Reply {
  status: number;
  body: object | string;
  contentType?: string;
  headers?: Record<string, string>;
  stream?: (stream: Stream) => void;
  /** Takes over the connection instead of answering: an upgrade. */
  takeOver?: () => void;
}

export const json = (body: object, status = 200): Reply => ({ status, body });
