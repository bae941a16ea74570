import { readFile } from "node:fs/promises";
import { oneLine } from "../../../lib/sanitize.ts";
import type { UserEntry } from "../../kubeconfig/index.ts";
import { within } from "../connection/budget.ts";
import type { ContextTarget } from "../../kubeconfig/context.ts";
import { pemOf, type ClientCertificate, type Endpoint } from "../connection/endpoint.ts";
import { execCredential } from "./exec.ts";
import { Fault } from "../connection/fault.ts";
import { oidcCredential } from "./oidc.ts";

/** What a request shows the API server. */
export interface Credential {
  /** The Authorization header. */
  authorization?: string;
  certificate?: ClientCertificate;
}

/** Where a cluster's credential comes from. */
export interface CredentialSource {
  /** @throws Fault there is none to be had; or the signal's reason */
  get(signal: AbortSignal): Promise<Credential>;
  /** The server refused this one: true when the next `get` may give another. */
  refused(credential: Credential): boolean;
  /** Forgets failures, so that they are tried again. */
  renew?(): void;
}

/** How long the token of a file is used before the file is read again: its writer rotates it. */
const TOKEN_FILE_MS = 10_000;

/**
 * The credential of a kubeconfig's user. Where it has several, the order is kubectl's: token file,
 * token, user and password, exec plugin, auth provider; a client certificate goes with any.
 *
 * @throws UsageError a certificate or key file cannot be read
 */
export function credentialSource(
  target: ContextTarget,
  endpoint: Endpoint,
  interactive: boolean,
): CredentialSource {
  const { user, userName } = target;
  const certificate = certificateOf(user, userName);
  const source = headerSource(target, endpoint, interactive);
  if (!certificate) return source;
  return {
    ...source,
    get: async (signal) => ({ certificate, ...(await source.get(signal)) }),
  };
}

function headerSource(
  target: ContextTarget,
  endpoint: Endpoint,
  interactive: boolean,
): CredentialSource {
  const { user, userName } = target;
  if (user.tokenFile !== undefined) return tokenFile(user.tokenFile, user.token);
  if (user.token !== undefined) return fixed(`Bearer ${user.token}`);
  if (user.username !== undefined) {
    const login = Buffer.from(`${user.username}:${user.password ?? ""}`).toString("base64");
    return fixed(`Basic ${login}`);
  }
  if (user.exec) {
    return execCredential(user.exec, { userName, cluster: target.cluster, endpoint, interactive });
  }
  if (user.authProvider) return oidcCredential(user.authProvider, userName, endpoint.env);
  return fixed(undefined);
}

function fixed(authorization: string | undefined): CredentialSource {
  const credential = authorization === undefined ? {} : { authorization };
  return { get: () => Promise.resolve(credential), refused: () => false };
}

function certificateOf(user: UserEntry, userName: string): ClientCertificate | undefined {
  const owner = `of user ${JSON.stringify(oneLine(userName))}`;
  const cert = pemOf(
    user.clientCertificateData,
    user.clientCertificate,
    `client-certificate ${owner}`,
  );
  const key = pemOf(user.clientKeyData, user.clientKey, `client-key ${owner}`);
  return cert === undefined || key === undefined ? undefined : { cert, key };
}

/** The file is read again now and then, and when the server refuses what it held. */
function tokenFile(file: string, fallback: string | undefined): CredentialSource {
  let current: Credential | undefined;
  let readAt = -Infinity;
  const read = async (): Promise<Credential> => {
    const token = (await readFile(file, "utf8").catch(() => "")).trim() || fallback;
    if (!token) {
      throw new Fault("unauthorized", `the token file ${oneLine(file)} cannot be read or is empty`);
    }
    return { authorization: `Bearer ${token}` };
  };
  return {
    get: async (signal) => {
      if (current && performance.now() - readAt < TOKEN_FILE_MS) return current;
      // A named pipe that nobody writes to must not hold up more than its cluster.
      const next = await within(signal, read());
      readAt = performance.now();
      // The same token stays the same credential, so that it is known to have been refused.
      if (current?.authorization !== next.authorization) current = next;
      return current ?? next;
    },
    refused: (credential) => {
      if (credential === current) readAt = -Infinity;
      return true;
    },
  };
}
