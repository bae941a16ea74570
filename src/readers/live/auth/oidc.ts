import { defined } from "../../../lib/defined.ts";
import { property, string, strings } from "../../../lib/json.ts";
import { oneLine } from "../../../lib/sanitize.ts";
import type { RawObject } from "../../../model/reader.ts";
import { dataOf, type Environment, type UserEntry } from "../../kubeconfig/index.ts";
import {
  endpointOf,
  Fault,
  type HttpRequest,
  networkFault,
  objectOf,
  readAnswer,
  refusal,
  safeText,
  tlsOf,
  Transport,
  within,
} from "../connection/index.ts";
import type { Source } from "./source.ts";

type Provider = NonNullable<UserEntry["authProvider"]>;

/** Where the token comes from: the settings of an `oidc` auth provider. */
interface Issuer {
  config: Provider["config"];
  env: Environment;
}

/**
 * The ID token of a kubeconfig's `oidc` auth provider, refreshed at the issuer when it has expired.
 * The new token is not written back: mc changes no kubeconfig.
 */
export function oidcSource({ name, config }: Provider, userName: string, env: Environment): Source {
  const user = JSON.stringify(oneLine(userName));
  let token = string(config["id-token"]);
  // Asked once for all requests: many issuers take a refresh token only once.
  let refreshing: Promise<string> | undefined;
  const get: Source["get"] = async (signal) => {
    if (name !== "oidc") {
      const provider = `auth-provider ${JSON.stringify(oneLine(name))}`;
      const what = `user ${user} has ${provider}, which Kubernetes no longer supports`;
      throw new Fault("unauthorized", `${what}: use an exec plugin`);
    }
    if (token === undefined || isExpired(token)) {
      refreshing ??= refresh({ config, env }, signal);
      try {
        token = await within(signal, refreshing);
      } catch (cause) {
        if (signal.aborted) throw cause;
        const reason = safeText(cause instanceof Error ? cause.message : String(cause));
        const what = `the OIDC token of user ${user} has expired: log in again (${reason})`;
        throw new Fault("unauthorized", what);
      }
    }
    return { authorization: `Bearer ${token}` };
  };
  return {
    get,
    refused: () => false,
    renew: () => {
      refreshing = undefined;
    },
  };
}

/** One that cannot be read is left to the server to judge. */
function isExpired(token: string): boolean {
  try {
    const claims = Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8");
    const expiry = property(JSON.parse(claims), "exp");
    return typeof expiry === "number" && expiry * 1000 <= Date.now();
  } catch {
    return false;
  }
}

/** A new ID token for the refresh token (OpenID Connect Core, section 12). */
async function refresh(issuer: Issuer, signal: AbortSignal): Promise<string> {
  const { config } = issuer;
  const url = string(config["idp-issuer-url"]);
  const clientId = string(config["client-id"]);
  const refreshToken = string(config["refresh-token"]);
  if (url === undefined || clientId === undefined || refreshToken === undefined) {
    throw new Fault("unauthorized", "there is no refresh token for it");
  }
  const base = url.replace(/\/+$/, "");
  const known = await ask(issuer, `${base}/.well-known/openid-configuration`, {}, signal);
  const secret = string(config["client-secret"]);
  const methods = strings(property(known, "token_endpoint_auth_methods_supported"));
  const inBody = methods.length > 0 && !methods.includes("client_secret_basic");
  const form = new URLSearchParams({
    grant_type: "refresh_token",
    refresh_token: refreshToken,
    client_id: clientId,
    ...defined({ client_secret: inBody ? secret : undefined }),
  }).toString();
  const login = `${encodeURIComponent(clientId)}:${encodeURIComponent(secret ?? "")}`;
  const basic = `Basic ${Buffer.from(login).toString("base64")}`;
  const headers = {
    "content-type": "application/x-www-form-urlencoded",
    "content-length": String(Buffer.byteLength(form)),
    ...defined({ authorization: secret === undefined || inBody ? undefined : basic }),
  };
  const endpoint = string(property(known, "token_endpoint")) ?? "";
  const answer = await ask(issuer, endpoint, { method: "POST", body: form, headers }, signal);
  const token = string(property(answer, "id_token"));
  if (token === undefined) throw new Fault("unauthorized", "the issuer gave no ID token");
  return token;
}

/** One request to the issuer, over a connection of its own. */
async function ask(
  { config, env }: Issuer,
  url: string,
  request: Partial<HttpRequest>,
  signal: AbortSignal,
): Promise<RawObject> {
  const { pathname, search, protocol } = URL.parse(url) ?? {};
  if (pathname === undefined || protocol !== "https:") {
    throw new Fault("unauthorized", "the issuer has no https URL");
  }
  const endpoint = endpointOf(
    { name: "", server: new URL(url).origin, skipTLSVerify: false, disableCompression: true },
    env,
  );
  const data = string(config["idp-certificate-authority-data"]);
  const ca = dataOf(data, string(config["idp-certificate-authority"]), "idp-certificate-authority");
  const tls = tlsOf(ca === undefined ? {} : { ca: Buffer.from(ca, "base64") });
  const transport = new Transport(endpoint, tls);
  try {
    const path = `${pathname}${search ?? ""}`;
    const headers = { accept: "application/json", ...request.headers };
    const sent = { method: "GET", ...request, path, headers };
    const answer = await transport.send(sent, signal, false);
    const reply = await within(signal, readAnswer(answer));
    if (reply.status === 200) return objectOf(reply);
    const reason = safeText(string(property(objectOf(reply), "error")) ?? "");
    throw new Fault("unauthorized", reason || refusal(reply).message);
  } catch (cause) {
    if (signal.aborted) throw cause;
    throw networkFault(cause, { authority: endpoint.authority });
  } finally {
    transport.destroy();
  }
}
