import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { Authenticator, completeUser, type User } from "./auth.ts";
import { runController } from "./controller.ts";
import { Debug, type DebugTarget } from "./debug.ts";
import { dispatch } from "./dispatch.ts";
import { Faults } from "./faults.ts";
import { loadRecording } from "./load.ts";
import { withOwnedFields } from "./ownership.ts";
import { Pager } from "./paging.ts";
import { parseRequest } from "./request.ts";
import { Registry } from "./resources.ts";
import { respond, type HttpResponse, type Outlet } from "./respond.ts";
import {
  credentialsOf,
  listen,
  readBody,
  type AnyResponse,
  type HttpsServer,
  type ServerRequest,
} from "./server.ts";
import type { Call, Reply, ServerState } from "./state.ts";
import { Store } from "./store.ts";
import { type Authority, type KeyPair } from "./tls.ts";
import type {
  ApiServerOptions,
  AccessRule,
  Fault,
  KubeObject,
  LoggedRequest,
  ObjectRef,
  UserOptions,
} from "./types.ts";
import { plainResponse, Upgrader } from "./upgrade.ts";

const DEFAULT_VERSION = "v1.36.0";
const DEFAULT_USER = "kubernetes-admin";

const SYSTEM_NAMESPACES = ["default", "kube-node-lease", "kube-public", "kube-system"];

/** Those of the first objects, unless a Namespace object says so itself and can be deleted. */
function impliedNamespaces(objects: readonly KubeObject[]): ReadonlySet<string> {
  const used = objects.flatMap(({ metadata }) => metadata.namespace ?? []);
  const declared = new Set(
    objects.filter(({ kind }) => kind === "Namespace").map(({ metadata }) => metadata.name),
  );
  return new Set([...SYSTEM_NAMESPACES, ...used].filter((name) => !declared.has(name)));
}

/** A user with what it needs to sign in. */
export interface SignedUser extends User {
  certificate: KeyPair;
}

/** One running API server: state, log, and the way from a request to its answer. */
export class Instance {
  readonly requests: LoggedRequest[] = [];
  readonly state: ServerState;
  readonly authority: Authority;
  users: SignedUser[] = [];
  readonly #faults = new Faults();
  readonly #upgrader = new Upgrader();
  readonly #stopController: () => void;
  readonly #options: ApiServerOptions;
  readonly #deny: AccessRule[];
  readonly #firstUser: UserOptions;
  #http: HttpsServer | undefined;

  constructor(options: ApiServerOptions, authority: Authority) {
    const recording =
      options.directory === undefined ? undefined : loadRecording(options.directory);
    const objects = [...(recording?.objects ?? []), ...(options.objects ?? [])];
    const except = recording?.unserved ?? [];
    const registry = new Registry({ ...options.crds, except }, objects);
    this.authority = authority;
    this.#options = options;
    this.#deny = recording?.deny ?? [];
    this.#firstUser = { name: recording?.user ?? DEFAULT_USER, groups: ["system:masters"] };
    this.state = {
      store: new Store(),
      registry,
      pager: new Pager(),
      debug: new Debug({ ...recording?.debug, ...options.debug }, (target, request, response) =>
        this.#debugFault(target, request, response),
      ),
      logs: { ...recording?.logs, ...options.logs },
      now: () => options.now ?? recording?.time ?? Date.now(),
      authenticator: new Authenticator([]),
      serverVersion: options.serverVersion ?? recording?.serverVersion ?? DEFAULT_VERSION,
      impliedNamespaces: impliedNamespaces(objects),
      proxyDebugStatus: options.proxyDebugStatus ?? 200,
    };
    for (const object of objects) this.put(object);
    this.setFaults(options.faults ?? []);
    const { controller = false } = options;
    this.#stopController = controller
      ? runController(this.state, controller === true ? {} : controller)
      : () => undefined;
  }

  async start(): Promise<void> {
    await this.setUsers(this.#options.users ?? [this.#firstUser]);
    const identity = await this.authority.server(this.#options.tls);
    this.#http = await listen(identity, this.authority.caPem, this.#options.http2 ?? true, {
      request: (request, response) => void this.#serve(request, response),
      upgrade: (request, socket, head) => void this.#upgrade(request, socket, head),
    });
  }

  get url(): string {
    return `https://127.0.0.1:${this.#http?.port}`;
  }

  async setUsers(options: readonly UserOptions[]): Promise<void> {
    const users = options.map(completeUser).map((user) => ({
      ...user,
      deny: [...user.deny, ...this.#deny],
    }));
    this.users = await Promise.all(
      users.map(async (user) => ({
        ...user,
        certificate: await this.authority.client(user.name, user.groups),
      })),
    );
    this.state.authenticator = new Authenticator(this.users);
  }

  setFaults(faults: readonly Fault[]): void {
    const { latencyMs } = this.#options;
    this.#faults.set([
      ...(latencyMs === undefined ? [] : [{ kind: "latency" as const, ms: latencyMs }]),
      ...faults,
    ]);
  }

  /** Kinds of a group that was switched off are left out. */
  put(object: KubeObject): void {
    const type = this.state.registry.ofKind(object.apiVersion, object.kind);
    if (type) this.state.store.put(type, withOwnedFields(object, type));
  }

  remove(ref: ObjectRef): void {
    const type = this.state.registry.ofKind(ref.apiVersion, ref.kind);
    if (type) this.state.store.remove(type, ref.namespace, ref.name);
  }

  async close(): Promise<void> {
    this.#stopController();
    await this.#http?.close();
  }

  async #serve(request: ServerRequest, response: AnyResponse): Promise<void> {
    const http = this.#http as HttpsServer;
    const encodings = request.headers["accept-encoding"] ?? "";
    await this.#answer(request, {
      response: response as HttpResponse,
      cut: (how) => (how === "reset" ? http.reset(request) : http.hangUp(request)),
      acceptsGzip: encodings.includes("gzip") && request.method === "GET",
    });
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const http = this.#http as HttpsServer;
    socket.on("error", () => undefined);
    const outlet = {
      response: plainResponse(socket),
      cut: (how: "reset" | "after-write") =>
        how === "reset" ? http.reset(request) : void socket.end(),
      acceptsGzip: false,
    };
    await this.#answer(request, outlet, (call) =>
      this.#upgrader.reply(call, request, socket, head),
    );
  }

  async #answer(
    request: ServerRequest,
    outlet: Omit<Outlet, "answered">,
    handle: (call: Call) => Reply = dispatch,
  ): Promise<void> {
    const { method = "GET", url = "/" } = request;
    const [path = "/", query = ""] = url.split(/\?(.*)/s);
    const header = (name: string): string => String(request.headers[name] ?? "");
    const logged: LoggedRequest = {
      method,
      path,
      query,
      user: "",
      status: 0,
      headers: { accept: header("accept"), userAgent: header("user-agent") },
    };
    this.requests.push(logged);
    const identified = attempt(() => this.state.authenticator.identify(credentialsOf(request)));
    const parsed = attempt(() => parseRequest(method, url));
    logged.user = identified.ok ? identified.value.name : "";
    const target = parsed.ok ? parsed.value.target : undefined;
    const faults = this.#faults.strike({
      ...logged,
      resource: target && resourceName(target),
      inner: target?.subresource === "proxy" ? target.tail : undefined,
    });
    await respond({ ...outlet, answered: (status) => (logged.status = status) }, faults, async () =>
      handle({
        state: this.state,
        user: unwrap(identified),
        request: unwrap(parsed),
        accept: header("accept"),
        userAgent: header("user-agent"),
        contentType: header("content-type"),
        body: method === "GET" ? Buffer.alloc(0) : await readBody(request),
      }),
    );
  }

  /** Debug requests go through the same faults as those of the API. */
  #debugFault(target: DebugTarget, request: IncomingMessage, response: ServerResponse): boolean {
    const url = request.url ?? "/";
    const [path = "/", query = ""] = url.split(/\?(.*)/s);
    const faults = this.#faults.strike({ method: "GET", path, query, user: "" });
    if (faults.length === 0) return false;
    const outlet: Outlet = {
      response,
      cut: () => request.socket.destroy(),
      acceptsGzip: false,
      answered: () => undefined,
    };
    void respond(outlet, faults, async () => this.state.debug.answer(target, url));
    return true;
  }
}

const resourceName = ({ resource, subresource }: { resource: string; subresource?: string }) =>
  subresource === undefined ? resource : `${resource}/${subresource}`;

type Attempt<T> = { ok: true; value: T } | { ok: false; error: unknown };

/** Keeps an error for later: faults come first, as from a proxy in front of the server. */
function attempt<T>(action: () => T): Attempt<T> {
  try {
    return { ok: true, value: action() };
  } catch (error) {
    return { ok: false, error };
  }
}

function unwrap<T>(attempted: Attempt<T>): T {
  if (attempted.ok) return attempted.value;
  throw attempted.error;
}
