import type { RequestOptions } from "node:https";
import type { Authenticator } from "@kubernetes/client-node/dist/auth.js";
import { KubeConfig } from "@kubernetes/client-node/dist/config.js";
import { defined } from "../../../lib/defined.ts";
import { oneLine } from "../../../lib/sanitize.ts";
import { isHeaderText, type ContextTarget, type Environment } from "../../kubeconfig/index.ts";
import { type Endpoint, Fault, type Tls, tlsOf } from "../connection/index.ts";
import { execSource } from "./exec.ts";
import { oidcSource } from "./oidc.ts";
import { tokenFile, type Shown, type Source } from "./source.ts";

/** What a request bears, and the kind of connection that it goes over. */
export interface Credential extends Shown {
  /** The same object as long as the client certificate is the same. */
  tls: Tls;
}

export interface SignInOptions {
  endpoint: Endpoint;
  /** Exec plugins get it; proxies to OIDC issuers are looked up in it. */
  env: Environment;
  /** There is a terminal on which an exec plugin may ask for a login. */
  interactive: boolean;
}

/** By this name of an auth provider client-node comes to our authenticator. */
const OURS = "mc";

/**
 * Signs in as the user of a context. Where it has several credentials, the order is kubectl's: token
 * file, token, user and password, exec plugin, auth provider; a client certificate goes with any.
 *
 * client-node's KubeConfig makes headers and TLS settings of what stands in the kubeconfig. It gets
 * one for each context, as it would share a token file's content between them, and of the cluster
 * only what it needs: with a proxy it would make an agent for it, and it refuses plain http without
 * `skipTLSVerify`. Its own exec, token file and OIDC authenticators know no time limit.
 */
export class SignIn {
  /** Why requests go out without any credential, in words; absent: they bear one. */
  readonly nobody?: string;
  readonly #config = new KubeConfig();
  readonly #source: Source | undefined;
  readonly #tls = new Map<string, Tls>();

  constructor(target: ContextTarget, options: SignInOptions) {
    const { context, cluster, user } = target;
    const { name, certData, keyData, token, username, password = "" } = user;
    this.#source = sourceOf(target, options);
    const written = username === undefined ? { token } : { username, password };
    const credentials = this.#source ? { authProvider: { name: OURS, config: {} } } : written;
    if (this.#source) this.#config.addAuthenticator(authenticator(this.#source));
    else if (!(token ?? username ?? certData)) {
      const owner = `user ${JSON.stringify(oneLine(name))} of the kubeconfig has no credentials`;
      this.nobody =
        name === "" ? `context ${JSON.stringify(oneLine(context))} names no user` : owner;
    }
    const { caData, server, tlsServerName } = cluster;
    const skipTLSVerify = cluster.skipTLSVerify || !options.endpoint.tls;
    this.#config.loadFromOptions({
      clusters: [{ name: cluster.name, server, caData, tlsServerName, skipTLSVerify }],
      users: [{ name, certData, keyData, ...credentials }],
      contexts: [{ name: context, cluster: cluster.name, user: name }],
      currentContext: context,
    });
  }

  /** @throws Fault there is no credential to be had; or the signal's reason */
  async get(signal: AbortSignal): Promise<Credential> {
    const options: RequestOptions = { headers: {}, signal };
    await this.#config.applyToHTTPSOptions(options);
    const { auth } = options;
    const bearer = (options.headers as Record<string, string>)["Authorization"];
    const login = auth == null ? undefined : `Basic ${Buffer.from(auth).toString("base64")}`;
    const authorization = bearer ?? login;
    if (authorization !== undefined && !isHeaderText(authorization)) {
      throw new Fault(
        "unauthorized",
        "the token has a line end or another control character in it",
      );
    }
    const certificate = { cert: textOf(options.cert), key: textOf(options.key) };
    const id = certificate.cert + certificate.key;
    const tls = this.#tls.get(id) ?? tlsOf(options);
    this.#tls.set(id, tls);
    return defined({ tls, authorization, certificate: id === "" ? undefined : certificate });
  }

  /** The server refused this one: true when the next `get` may give another. */
  refused(credential: Credential): boolean {
    return this.#source?.refused(credential) ?? false;
  }

  /** Forgets failures, so that they are tried again. */
  renew(): void {
    this.#source?.renew?.();
  }
}

function textOf(pem: unknown): string {
  return (pem as Buffer | string | undefined)?.toString() ?? "";
}

function sourceOf(target: ContextTarget, options: SignInOptions): Source | undefined {
  const { cluster, user } = target;
  if (user.tokenFile !== undefined) return tokenFile(user.tokenFile, user.token);
  if (user.token !== undefined || user.username !== undefined) return undefined;
  if (user.exec) return execSource(user.exec, { userName: user.name, cluster, ...options });
  if (user.authProvider) return oidcSource(user.authProvider, user.name, options.env);
  return undefined;
}

function authenticator(source: Source): Authenticator {
  return {
    isAuthProvider: (user) => (user.authProvider as { name: string } | undefined)?.name === OURS,
    applyAuthentication: async (_user, options) => {
      const { signal } = options as RequestOptions;
      const { authorization, certificate } = await source.get(signal as AbortSignal);
      Object.assign(options, certificate);
      if (authorization !== undefined) options.headers = { Authorization: authorization };
    },
  };
}
