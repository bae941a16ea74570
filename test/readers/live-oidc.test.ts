import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { RESOURCES } from "../../src/model/resource.ts";
import type { ApiServer } from "../support/apiserver.ts";
import {
  apiServer,
  causeOf,
  missingOf,
  openServer,
  rawServer,
  temporaryDirectory,
  valueOf,
  PLENTY,
} from "./live-support.ts";

/** A token as issuers make them, but for its signature. */
function jwt(exp: unknown): string {
  const claims = Buffer.from(JSON.stringify({ exp })).toString("base64url");
  return `eyJhbGciOiJSUzI1NiJ9.${claims}.x`;
}

const FRESH = jwt(99_999_999_999);

interface Answering {
  status?: number;
  token?: unknown;
  configuration?: Record<string, unknown>;
}

/** An issuer that notes what it is asked for, and the configuration that leads to it. */
async function issuer({
  status = 200,
  token = { id_token: FRESH },
  configuration,
}: Answering = {}) {
  const asked: string[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += String(chunk);
    asked.push([request.method, request.url, request.headers.authorization, body].join(" ").trim());
    const isToken = request.url === "/token?a=b";
    if (isToken) response.statusCode = status;
    const known = { token_endpoint: `${server.url}/token?a=b`, ...configuration };
    response
      .setHeader("content-type", "application/json")
      .end(JSON.stringify(isToken ? token : known));
  };
  const server = await rawServer((request, response) => void answer(request, response));
  const config: Record<string, string> = {
    "id-token": jwt(1),
    "refresh-token": "r&r",
    "client-id": "c:c",
    "idp-issuer-url": `${server.url}/`,
    "idp-certificate-authority-data": Buffer.from(server.caPem).toString("base64"),
  };
  return { asked, config };
}

function open(server: ApiServer, config: Record<string, unknown>, timeoutMs = PLENTY) {
  return openServer(server, {
    user: { "auth-provider": { name: "oidc", config } },
    timeoutMs,
  });
}

const DISCOVERY = "GET /.well-known/openid-configuration";
const GRANT = "grant_type=refresh_token&refresh_token=r%26r&client_id=c%3Ac";

describe("an OIDC token", () => {
  it("is used as it is until it expires, or when it cannot be read", async () => {
    const users = [FRESH, "opaque", jwt("never")].map((token) => ({ name: token, token }));
    const server = await apiServer({ users });
    for (const { token } of users) {
      expect(valueOf(await open(server, { "id-token": token }).connect()).user).toBe(token);
    }
  });

  it("is refreshed once for all requests when it has expired", async () => {
    const server = await apiServer({ users: [{ name: "alice", token: FRESH }] });
    const { asked, config } = await issuer();
    const reader = open(server, config);
    const [connection] = await Promise.all([reader.connect(), reader.list(RESOURCES.pods)]);
    expect(valueOf(connection).user).toBe("alice");
    expect(asked).toEqual([DISCOVERY, `POST /token?a=b  ${GRANT}`]);
  });

  it("shows the client secret as the issuer wants it", async () => {
    const server = await apiServer({ users: [{ name: "alice", token: FRESH }] });
    const basic = await issuer();
    valueOf(await open(server, { ...basic.config, "client-secret": "s s" }).connect());
    expect(basic.asked[1]).toBe(`POST /token?a=b Basic ${btoa("c%3Ac:s%20s")} ${GRANT}`);
    const post = await issuer({
      configuration: { token_endpoint_auth_methods_supported: ["client_secret_post"] },
    });
    valueOf(await open(server, { ...post.config, "client-secret": "s s" }).connect());
    expect(post.asked[1]).toBe(`POST /token?a=b  ${GRANT}&client_secret=s+s`);
  });

  it.each<[string, Answering, Record<string, unknown>, string]>([
    ["is refused", { status: 400, token: { error: "invalid_grant" } }, {}, "invalid_grant"],
    ["fails", { status: 500, token: {} }, {}, "the answer is 500 Internal Server Error"],
    ["gives no token", { token: {} }, {}, "the issuer gave no ID token"],
    [
      "names no endpoint",
      { configuration: { token_endpoint: 5 } },
      {},
      "the issuer has no https URL",
    ],
    [
      "sends elsewhere without TLS",
      { configuration: { token_endpoint: "http://elsewhere/" } },
      {},
      "the issuer has no https URL",
    ],
    ["has no refresh token", {}, { "refresh-token": null }, "there is no refresh token for it"],
    ["has no client", {}, { "client-id": "" }, "there is no refresh token for it"],
    ["has no issuer", {}, { "idp-issuer-url": "" }, "there is no refresh token for it"],
  ])("%s", async (_name, answering, changes, reason) => {
    const server = await apiServer();
    const { config } = await issuer(answering);
    const reader = open(server, { ...config, ...changes });
    expect(await causeOf(reader.connect())).toBe(
      `unauthorized: the OIDC token of user "ctx" has expired: log in again (${reason})`,
    );
    expect(server.requests).toEqual([]);
  });

  it("is not asked for where the issuer cannot be trusted or its CA not be read", async () => {
    const server = await apiServer();
    const { asked, config } = await issuer();
    const strange = open(server, { ...config, "idp-certificate-authority-data": null });
    expect(missingOf(await strange.connect()).detail).toMatch(/is signed by an unknown CA/);
    const absent = join(temporaryDirectory(), "absent");
    const unread = open(server, {
      ...config,
      "idp-certificate-authority-data": null,
      "idp-certificate-authority": absent,
    });
    expect(missingOf(await unread.connect()).detail).toContain(`${absent} cannot be read`);
    expect(asked).toEqual([]);
  });

  it("is tried again after renew", async () => {
    const server = await apiServer();
    const { asked, config } = await issuer({ status: 400, token: { error: "invalid_grant" } });
    const reader = open(server, config);
    missingOf(await reader.list(RESOURCES.pods));
    missingOf(await reader.list(RESOURCES.pods));
    expect(asked).toHaveLength(2);
    reader.renew();
    missingOf(await reader.list(RESOURCES.pods));
    expect(asked).toHaveLength(4);
  });

  it("is given up when the issuer says nothing", async () => {
    const server = await apiServer();
    const silent = await rawServer(() => undefined);
    const config = {
      "id-token": jwt(1),
      "refresh-token": "r",
      "client-id": "c",
      "idp-issuer-url": silent.url,
      "idp-certificate-authority-data": Buffer.from(silent.caPem).toString("base64"),
    };
    expect(await causeOf(open(server, config, 300).connect())).toBe(
      "timeout: no answer within 300ms",
    );
  });
});
