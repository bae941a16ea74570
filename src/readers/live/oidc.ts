import { property, string } from "../../lib/json.ts";
import { oneLine } from "../../lib/sanitize.ts";
import type { UserEntry } from "../kubeconfig.ts";
import { within } from "./budget.ts";
import type { CredentialSource } from "./credentials.ts";
import { Fault } from "./fault.ts";

type Provider = NonNullable<UserEntry["authProvider"]>;

/**
 * The ID token of a kubeconfig's `oidc` auth provider, refreshed at the issuer when it has expired.
 * The new token is not written back: mc changes no kubeconfig.
 */
export function oidcCredential({ name, config }: Provider, userName: string): CredentialSource {
  const user = JSON.stringify(oneLine(userName));
  let token = string(config["id-token"]);
  // Asked once for all requests: many issuers take a refresh token only once.
  let refreshing: Promise<string | undefined> | undefined;
  const get: CredentialSource["get"] = async (signal) => {
    if (name !== "oidc") {
      throw new Fault(
        "unauthorized",
        `user ${user} has auth-provider ${JSON.stringify(oneLine(name))}, which Kubernetes no longer supports: use an exec plugin`,
      );
    }
    if (token === undefined || isExpired(token)) {
      refreshing ??= refresh(config).catch(() => undefined);
      token = await within(signal, refreshing);
    }
    if (token === undefined) {
      throw new Fault("unauthorized", `the OIDC token of user ${user} has expired: log in again`);
    }
    return { authorization: `Bearer ${token}` };
  };
  return { get, refused: () => false };
}

/** One that cannot be read is left to the server to judge. */
function isExpired(token: string): boolean {
  try {
    const claims: unknown = JSON.parse(
      Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"),
    );
    const expiry = property(claims, "exp");
    return typeof expiry === "number" && expiry * 1000 <= Date.now();
  } catch {
    return false;
  }
}

async function refresh(config: Provider["config"]): Promise<string | undefined> {
  // Large, and needed by few: loaded only now.
  const { OpenIDConnectAuth } = await import("@kubernetes/client-node/dist/oidc_auth.js");
  const headers: Record<string, string> = {};
  await new OpenIDConnectAuth().applyAuthentication(
    { name: "", authProvider: { name: "oidc", config: { ...config } } },
    { headers },
  );
  return headers["Authorization"]?.replace(/^Bearer /, "");
}
