import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo, Server, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dump } from "js-yaml";
import { afterEach, expect } from "vitest";
import type { Gathered, Missing } from "../../src/model/gathered.ts";
import type { RawObject } from "../../src/model/reader.ts";
import { loadKubeconfig, type Environment } from "../../src/readers/kubeconfig/index.ts";
import { openCluster, type LiveCluster, type OpenOptions } from "../../src/readers/live.ts";
import {
  startApiServer,
  type ApiServer,
  type ApiServerOptions,
  type KubeObject,
} from "../support/apiserver.ts";
import { sharedAuthority } from "../support/apiserver/tls.ts";
import type { KubeconfigOptions } from "../support/apiserver/types.ts";
import type { Kubeconfig } from "../support/kubeconfig.ts";
import { PLENTY } from "../support/time-enough.ts";

export { PLENTY };

type Closing = () => unknown;

const closings: Closing[] = [];

afterEach(async () => {
  for (const close of closings.splice(0).toReversed()) await close();
});

/** Undone after the test, the last one first. */
export function afterwards(close: Closing): void {
  closings.push(close);
}

export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "mc-live-"));
  afterwards(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A test API server that is closed after the test. */
export async function apiServer(options: ApiServerOptions = {}): Promise<ApiServer> {
  const server = await startApiServer(options);
  afterwards(() => server.close());
  return server;
}

type Entry = Record<string, unknown>;

export interface Opening extends Partial<Omit<OpenOptions, "cluster" | "user">> {
  auth?: KubeconfigOptions["auth"];
  /** User of the server. */
  login?: string;
  /** Changes of the kubeconfig's cluster and user entries. */
  cluster?: Entry;
  user?: Entry;
  env?: Environment;
}

/** The kubeconfig of one context, opened; it is closed after the test. */
export function openKubeconfig(config: Kubeconfig, options: Opening = {}): LiveCluster {
  const { cluster, user, env, auth: _auth, login: _login, ...open } = options;
  const [first] = config.clusters;
  if (first) Object.assign(first.cluster, cluster);
  const [credentials] = config.users;
  if (credentials && user) credentials.user = user;
  const file = join(temporaryDirectory(), "config");
  writeFileSync(file, dump(config, { skipInvalid: true }));
  const kubeconfig = loadKubeconfig({ kubeconfig: file, env: env ?? process.env });
  const reader = openCluster(kubeconfig, undefined, { timeoutMs: PLENTY, ...open });
  afterwards(() => reader.close());
  return reader;
}

/** A live cluster on a test API server. */
export function openServer(server: ApiServer, options: Opening = {}): LiveCluster {
  const { auth, login } = options;
  const config = server.kubeconfig({
    context: "ctx",
    dir: temporaryDirectory(),
    ...(auth === undefined ? {} : { auth }),
    ...(login === undefined ? {} : { user: login }),
  });
  return openKubeconfig(config, options);
}

export interface RawServer {
  url: string;
  caPem: string;
  server: Server;
}

/** A server that answers as the listener says, over TLS unless told otherwise. */
export async function rawServer(listener: RequestListener, tls = true): Promise<RawServer> {
  const authority = await sharedAuthority();
  const identity = await authority.server();
  const server = tls
    ? createTlsServer(
        { key: identity.keyPem, cert: identity.certPem, keepAliveTimeout: 0 },
        listener,
      )
    : createServer({ keepAliveTimeout: 0 }, listener);
  const { port } = await listening(server);
  return { url: `${tls ? "https" : "http"}://127.0.0.1:${port}`, caPem: authority.caPem, server };
}

/** Starts a server on a free port; afterwards it and its connections are closed. */
export async function listening(server: Server): Promise<AddressInfo> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  afterwards(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return server.address() as AddressInfo;
}

/** A kubeconfig of one context for any server. */
export function kubeconfigFor(
  server: { url: string; caPem?: string },
  user: Entry = {},
): Kubeconfig {
  const { url, caPem } = server;
  const authority =
    caPem === undefined
      ? {}
      : { "certificate-authority-data": Buffer.from(caPem).toString("base64") };
  return {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "ctx",
    clusters: [{ name: "ctx", cluster: { server: url, ...authority } }],
    contexts: [{ name: "ctx", context: { cluster: "ctx", user: "ctx" } }],
    users: [{ name: "ctx", user }],
  };
}

export function openRaw(
  server: { url: string; caPem?: string },
  options: Opening = {},
): LiveCluster {
  return openKubeconfig(kubeconfigFor(server, { token: "raw-token" }), options);
}

export function pod(name: string, namespace = "default", changes: Entry = {}): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace, labels: { app: name } },
    spec: { nodeName: "node" },
    status: { phase: "Running" },
    ...changes,
  };
}

/** What was read. */
export function valueOf<T>(answer: Gathered<T>): T {
  expect(answer).toMatchObject({ ok: true });
  return (answer as { value: T }).value;
}

/** Why nothing was read: always one line. */
export function missingOf(answer: Gathered<unknown>): Missing {
  expect(answer).toMatchObject({ ok: false });
  const found = answer as Missing;
  expect(found.detail).toMatch(/^.+$/);
  return found;
}

/** `why: detail`. */
export async function causeOf(answer: Promise<Gathered<unknown>>): Promise<string> {
  const { why, detail } = missingOf(await answer);
  return `${why}: ${detail}`;
}

export function namesOf(objects: readonly RawObject[]): unknown[] {
  return objects.map((object) => (object["metadata"] as { name?: unknown }).name);
}
