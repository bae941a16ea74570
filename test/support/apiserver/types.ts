/** Metadata as a test writes it or a client sends it: any field may be there. */
interface ObjectMeta {
  name: string;
  namespace?: string | undefined;
  uid?: string | undefined;
  resourceVersion?: string | undefined;
  creationTimestamp?: string | undefined;
  [field: string]: unknown;
}

/** A Kubernetes object, not judged beyond what makes it addressable. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  [field: string]: unknown;
}

/** Names one object. */
export interface ObjectRef {
  apiVersion: string;
  kind: string;
  namespace?: string | undefined;
  name: string;
}

/**
 * One RBAC-like rule. A field that is absent or `*` matches anything, but `resource: "pods"` means
 * pods and not pods/log, as in RBAC: name the subresource, or write `pods/portforward`. An empty
 * namespace stands for requests that name none.
 */
export interface AccessRule {
  verb?: string;
  group?: string;
  resource?: string;
  subresource?: string;
  namespace?: string;
  name?: string;
}

export interface UserOptions {
  name: string;
  /** Bearer token; made up when absent. */
  token?: string;
  groups?: string[];
  /** Refused even when `allowOnly` allows. */
  deny?: AccessRule[];
  /** Only this is allowed; absent: everything. */
  allowOnly?: AccessRule[];
}

export type FaultKind =
  | "latency"
  | "hang"
  | "reset"
  | "truncate"
  | "html"
  | "redirect"
  | "empty"
  | "items-null"
  | "status"
  | "wrong-content-type"
  | "wrong-kind"
  | "huge"
  | "trickle"
  | "expired-continue"
  | "warning";

export interface FaultMatch {
  method?: string;
  /** Plural name, with the subresource after a slash if there is one: `pods/portforward`. */
  resource?: string;
  /** A string is a prefix of the path; a RegExp sees path and query. */
  path?: RegExp | string;
  user?: string;
  /** Only the nth matching request, counted from 1. */
  nth?: number;
  /** This matching request and all that follow, counted from 1. */
  from?: number;
}

/**
 * What goes wrong with a request. Debug requests behind a port-forward or pods/proxy are matched
 * too, by their own path: `/debug/license`.
 */
export interface Fault {
  kind: FaultKind;
  match?: FaultMatch;
  /** latency: how long before the answer; trickle: pause between pieces (10). */
  ms?: number;
  /** latency: what comes before the answer. */
  until?: Promise<unknown>;
  /** status: 500 when absent. */
  status?: number;
  /** A string is sent as it is, anything else as JSON; status: a Status object when absent. */
  body?: unknown;
  /** Added to the answer: Retry-After, Warning, Location. */
  headers?: Record<string, string>;
  /** huge: bytes of the answer (8 MiB); trickle: bytes of a piece (64). */
  bytes?: number;
  /** Ends after that many requests. */
  times?: number;
}

export type TlsFault = "other-ca" | "expired" | "wrong-host";

/** A debug answer that is not a plain 200 with JSON. */
export interface RawDebugAnswer {
  status: number;
  body: string;
}

/** By `<namespace>/<pod>/<port>/<path>`; the path with or without `debug/`. */
export type DebugAnswers = Record<string, unknown>;

export interface ControllerOptions {
  /** Ingress of the east-west gateways: an IP address or a host name. */
  address?: string;
  /** How long Istio takes; next tick when absent. */
  delayMs?: number;
  /** Gateways that nobody reconciles: all, or by name. */
  ignore?: "all" | string[];
  /** A remote Gateway was connected, or is gone. */
  onPeer?: (gateway: KubeObject, event: "connected" | "gone") => void;
}

export interface ApiServerOptions {
  objects?: KubeObject[];
  /** A recording: objects/, debug/, logs/ and snapshot.json. */
  directory?: string;
  debug?: DebugAnswers;
  /** Logs by `<namespace>/<pod>/<container>`: lines that begin with the time of the kubelet. */
  logs?: Record<string, string>;
  /** The time by which logs are recent, ms since the epoch: that of a recording, else now. */
  now?: number;
  /** What pods/proxy answers on debug paths; 401 is what a real istiod says to strangers. */
  proxyDebugStatus?: number;
  /** One admin when absent. */
  users?: UserOptions[];
  faults?: Fault[];
  /** Added to every answer. */
  latencyMs?: number;
  /** `v1.36.0` when neither this nor a snapshot says otherwise. */
  serverVersion?: string;
  controller?: boolean | ControllerOptions;
  /** Which groups are served: Gateway API and Istio by default, OpenShift when there are objects. */
  crds?: { gatewayApi?: boolean; istio?: boolean; openshift?: boolean };
  tls?: TlsFault;
  /** false: HTTP/1.1 only. A real API server prefers HTTP/2. */
  http2?: boolean;
}

export interface LoggedRequest {
  method: string;
  path: string;
  query: string;
  user: string;
  /** 0 until answered; what was sent for a fault that answers nothing stays 0. */
  status: number;
  headers: { accept: string; userAgent: string };
}

export type AuthKind = "token" | "tokenFile" | "clientCertificate" | "exec";

export interface KubeconfigOptions {
  /** Name of context, cluster and user; `cluster` when absent. */
  context?: string;
  /** The first user when absent. */
  user?: string;
  auth?: AuthKind;
  namespace?: string;
  /** Where token files and exec plugins are written. */
  dir: string;
}
