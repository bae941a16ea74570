import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { UsageError } from "../../src/model/errors.ts";
import { RESOURCES } from "../../src/model/resource.ts";
import { nextToken } from "../../src/readers/live/api/page-token.ts";
import { withTimeEnough } from "../support/time-enough.ts";
import {
  afterwards,
  apiServer,
  causeOf,
  missingOf,
  namesOf,
  openKubeconfig,
  openRaw,
  openServer,
  pod,
  rawServer,
  temporaryDirectory,
  valueOf,
  PLENTY,
} from "./live-support.ts";

const GATEWAY = {
  apiVersion: "gateway.networking.k8s.io/v1",
  kind: "Gateway",
  metadata: { name: "eastwest", namespace: "istio-gateways" },
  spec: { gatewayClassName: "istio-eastwest", listeners: [] },
};

describe("signing in", () => {
  it.each(["token", "tokenFile", "clientCertificate", "exec"] as const)("by %s", async (auth) => {
    const server = await apiServer({ users: [{ name: "alice", groups: ["system:masters"] }] });
    const reader = openServer(server, { auth });
    expect(valueOf(await reader.connect())).toEqual({ serverVersion: "v1.36.0", user: "alice" });
    expect(reader).toMatchObject({ kind: "live", context: "ctx", contextArgument: "ctx" });
    expect(Math.abs(reader.now() - Date.now())).toBeLessThan(60_000);
    expect(server.requests.map(({ headers }) => headers.userAgent)).toEqual([
      expect.stringMatching(/^mc\//),
      expect.stringMatching(/^mc\//),
    ]);
  });

  it("by user and password", async () => {
    const seen: (string | undefined)[] = [];
    const server = await rawServer((request, response) => {
      seen.push(request.headers.authorization);
      response.setHeader("content-type", "application/json").end('{"gitVersion":"v1.0.0"}');
    });
    const reader = openRaw(server, { user: { username: "alice", password: "s3cret" } });
    valueOf(await reader.connect());
    expect(seen).toEqual(Array(2).fill(`Basic ${btoa("alice:s3cret")}`));
  });

  it("with nothing, to a plain http server, as for kubectl proxy", async () => {
    const server = await rawServer((request, response) => {
      response
        .setHeader("content-type", "application/json")
        .end(JSON.stringify({ gitVersion: request.headers.authorization ?? "anonymous" }));
    }, false);
    const { host } = new URL(server.url);
    const reader = openRaw({ url: host }, { user: {} });
    expect(valueOf(await reader.connect())).toEqual({ serverVersion: "anonymous" });
  });

  it("reads a token file again when the server refuses its token", async () => {
    const server = await apiServer({ users: [{ name: "alice", token: "new-token" }] });
    const tokenFile = join(temporaryDirectory(), "token");
    writeFileSync(tokenFile, "new-token");
    const reader = openServer(server, { user: { tokenFile, token: "ignored" } });
    expect(valueOf(await reader.connect()).user).toBe("alice");
    await server.setUsers([{ name: "alice", token: "newer-token" }]);
    writeFileSync(tokenFile, "newer-token\n");
    expect(valueOf(await reader.connect()).user).toBe("alice");
  });

  it("says that the credentials are refused, having asked once more", async () => {
    const server = await apiServer();
    const reader = openServer(server, { user: { token: "wrong" } });
    expect(missingOf(await reader.connect())).toEqual({
      ok: false,
      why: "unauthorized",
      detail: "the API server does not accept the credentials (401)",
    });
    const file = join(temporaryDirectory(), "token");
    writeFileSync(file, "wrong");
    const other = openServer(server, { user: { tokenFile: file } });
    server.requests.length = 0;
    expect(await causeOf(other.list(RESOURCES.pods))).toMatch(/^unauthorized: /);
    expect(server.requests).toHaveLength(2);
  });

  it("says that a token file cannot be read, and falls back on the token", async () => {
    const server = await apiServer();
    const tokenFile = join(temporaryDirectory(), "absent");
    expect(await causeOf(openServer(server, { user: { tokenFile } }).connect())).toBe(
      `unauthorized: the token file ${tokenFile} cannot be read or is empty`,
    );
    const reader = openServer(server, { user: { tokenFile, token: server.token() } });
    valueOf(await reader.connect());
  });

  it("acts as another user and groups", async () => {
    const server = await apiServer();
    const reader = openServer(server, { as: "jürgen", asGroups: ["system:masters", "b"] });
    expect(valueOf(await reader.connect()).user).toMatch(/^j.+rgen$/);
    valueOf(await reader.list(RESOURCES.pods));
    const user = { token: server.token(), as: "kurt", "as-groups": ["system:masters"] };
    expect(valueOf(await openServer(server, { user }).connect()).user).toBe("kurt");
    const flag = openServer(server, { user, as: "flag" });
    expect(valueOf(await flag.connect()).user).toBe("flag");
    expect((await flag.list(RESOURCES.pods)).ok).toBe(false);
    expect(() => openServer(server, { asGroups: ["a"] })).toThrow(UsageError);
    expect(() => openServer(server, { as: "a\nb" })).toThrow(UsageError);
  });

  it("passes on all that the kubeconfig says of whom to act as", async () => {
    let headers = {};
    const server = await rawServer((request, response) => {
      ({ headers } = request);
      response.setHeader("content-type", "application/json").end('{"gitVersion":"v1"}');
    });
    const user = { as: "a", "as-uid": "7", "as-user-extra": { "Scope/x": ["one", "two"] } };
    await openRaw(server, { user }).connect();
    expect(headers).toMatchObject({
      "impersonate-user": "a",
      "impersonate-uid": "7",
      "impersonate-extra-scope%2fx": "one, two",
    });
  });

  it("says that an auth provider is no more", async () => {
    const server = await apiServer();
    const open = (name: string, config: Record<string, string>) =>
      openServer(server, { user: { "auth-provider": { name, config } } });
    expect(await causeOf(open("gcp", {}).connect())).toBe(
      'unauthorized: user "ctx" has auth-provider "gcp", which Kubernetes no longer supports: use an exec plugin',
    );
    expect(valueOf(await open("oidc", { "id-token": server.token() }).connect()).user).toBe(
      "kubernetes-admin",
    );
  });
});

describe("connect", () => {
  it("does without the version or the user, where they are withheld", async () => {
    const server = await apiServer({
      faults: [{ kind: "status", status: 404, match: { path: "/apis/authentication" } }],
    });
    expect(valueOf(await openServer(server).connect())).toEqual({ serverVersion: "v1.36.0" });
    server.setFaults([{ kind: "status", status: 403, match: { path: "/version" } }]);
    expect(valueOf(await openServer(server).connect())).toEqual({ user: "kubernetes-admin" });
    server.setFaults([{ kind: "html", match: { path: "/version" } }]);
    expect(valueOf(await openServer(server).connect())).toEqual({ user: "kubernetes-admin" });
    server.setFaults([{ kind: "html", match: { path: "/apis/authentication" } }]);
    expect(valueOf(await openServer(server).connect())).toEqual({ serverVersion: "v1.36.0" });
    server.setFaults([{ kind: "status", status: 403 }]);
    expect(valueOf(await openServer(server).connect())).toEqual({});
  });

  it("does not take another JSON server for a Kubernetes API", async () => {
    const server = await rawServer((_request, response) => {
      response.setHeader("content-type", "application/json").end("{}");
    });
    expect(await causeOf(openRaw(server).connect())).toBe(
      "unreadable: /version does not answer as the Kubernetes API does",
    );
  });
});

describe("nobody signed in", () => {
  const NOBODY = "unauthorized: nobody is signed in: ";

  it("is a fault of the connection, though /version is answered", async () => {
    const server = await apiServer();
    const reader = openServer(server, { user: {} });
    const answer = missingOf(await reader.connect());
    expect(answer).toEqual({
      ok: false,
      why: "unauthorized",
      detail: 'nobody is signed in: user "ctx" of the kubeconfig has no credentials',
      advice: "Name a user with credentials in this context of the kubeconfig.",
    });
  });

  it("also where the context names no user", async () => {
    const server = await apiServer();
    const config = server.kubeconfig({ context: "ctx", dir: temporaryDirectory() });
    for (const { context } of config.contexts) delete context["user"];
    expect(await causeOf(openKubeconfig(config).connect())).toBe(
      `${NOBODY}context "ctx" names no user`,
    );
  });

  it("also where the server takes credentials for nobody's", async () => {
    const review = (username: string) => ({
      kind: "SelfSubjectReview",
      status: { userInfo: { username } },
    });
    const server = await rawServer((request, response) => {
      const body = request.method === "GET" ? { gitVersion: "v1" } : review("system:anonymous");
      response.setHeader("content-type", "application/json").end(JSON.stringify(body));
    });
    expect(await causeOf(openRaw(server).connect())).toBe(
      `${NOBODY}the API server knows none of the credentials that it was shown`,
    );
    // Who acts as nobody is signed in.
    expect(valueOf(await openRaw(server, { as: "system:anonymous" }).connect()).user).toBe(
      "system:anonymous",
    );
  });

  it("also where the server refuses strangers", async () => {
    const server = await rawServer((_request, response) => {
      response.statusCode = 401;
      response.end();
    });
    const reader = openRaw(server, { user: {} });
    for (const answer of [reader.connect(), reader.list(RESOURCES.pods)]) {
      expect(await causeOf(answer)).toBe(
        `${NOBODY}user "ctx" of the kubeconfig has no credentials`,
      );
    }
  });

  it.each(["exec", "tokenFile"])("not where a token of the %s cannot be sent", async (how) => {
    const server = await apiServer();
    const file = join(temporaryDirectory(), "token");
    const credential = {
      apiVersion: "client.authentication.k8s.io/v1",
      kind: "ExecCredential",
      status: { token: "hunter\n2" },
    };
    writeFileSync(file, how === "exec" ? JSON.stringify(credential) : "hunter\n2");
    const exec = { apiVersion: credential.apiVersion, command: "cat", args: [file] };
    const user = how === "exec" ? { exec } : { tokenFile: file };
    expect(await causeOf(openServer(server, { user }).connect())).toBe(
      "unauthorized: the token has a line end or another control character in it",
    );
    expect(server.requests).toEqual([]);
  });
});

describe("a server that speaks TLS, by a URL of http", () => {
  it("is known by what it answers", async () => {
    const server = await rawServer((_request, response) => {
      response.statusCode = 400;
      response.end("Client sent an HTTP request to an HTTPS server.\n");
    }, false);
    const { host } = new URL(server.url);
    expect(missingOf(await openRaw({ url: server.url }).connect())).toEqual({
      ok: false,
      why: "unreachable",
      detail: `${host} speaks TLS, but its URL is http`,
      advice: 'Write https:// in the server of cluster "ctx" in the kubeconfig.',
    });
  });

  it("is guessed where it says nothing", async () => {
    const server = await rawServer((_request, response) => void response.end());
    const { host } = new URL(server.url);
    expect(await causeOf(openRaw({ url: `http://${host}` }).connect())).toMatch(
      /^un\w+: .*: its URL is http; does it speak TLS\?$/,
    );
  });
});

describe.each([
  ["HTTP/2", true],
  ["HTTP/1.1", false],
])("lists over %s", (_name, http2) => {
  it("gives each object its kind and version", async () => {
    const server = await apiServer({ http2, objects: [pod("a"), pod("b", "other"), GATEWAY] });
    const reader = openServer(server);
    const [pods, gateways] = await Promise.all([
      reader.list(RESOURCES.pods),
      reader.list(RESOURCES.gateways),
    ]);
    expect(valueOf(pods)).toMatchObject([
      { apiVersion: "v1", kind: "Pod", metadata: { name: "a" }, spec: { nodeName: "node" } },
      { apiVersion: "v1", kind: "Pod", metadata: { name: "b" } },
    ]);
    expect(valueOf(gateways)).toMatchObject([
      { apiVersion: "gateway.networking.k8s.io/v1", kind: "Gateway" },
    ]);
  });

  it("selects by namespace, labels and fields", async () => {
    const server = await apiServer({ http2, objects: [pod("a"), pod("b"), pod("a", "other")] });
    const reader = openServer(server);
    const select = async (options: Parameters<typeof reader.list>[1]) =>
      valueOf(await reader.list(RESOURCES.pods, options)).map(({ metadata }) => {
        const { namespace, name } = metadata as Record<string, string>;
        return `${namespace}/${name}`;
      });
    expect(await select({ namespace: "other" })).toEqual(["other/a"]);
    expect(await select({ labelSelector: "app in (b,c),app!=c" })).toEqual(["default/b"]);
    expect(await select({ fieldSelector: "metadata.name=a" })).toEqual(["default/a", "other/a"]);
  });

  it("reads page by page, keeping of each object what `slim` leaves", async () => {
    const objects = Array.from({ length: 1201 }, (_, n) =>
      pod(`pod-${String(n).padStart(4, "0")}`),
    );
    const server = await apiServer({ http2, objects });
    const reader = openServer(server);
    const found = valueOf(
      await reader.list(RESOURCES.pods, {
        slim: ({ kind, metadata }) => ({ kind, metadata }),
      }),
    );
    expect(namesOf(found)).toEqual(objects.map(({ metadata }) => metadata.name));
    expect(found[700]).toEqual({ kind: "Pod", metadata: expect.anything() });
    expect(server.requests.map(({ query }) => query.replace(/continue=.+/, "continue"))).toEqual([
      "limit=500",
      "limit=500&continue",
      "limit=500&continue",
    ]);
  });

  it("asks for metadata only", async () => {
    const server = await apiServer({ http2, objects: [pod("a")] });
    const found = valueOf(await openServer(server).list(RESOURCES.pods, { metadataOnly: true }));
    expect(found).toEqual([
      { apiVersion: "v1", kind: "Pod", metadata: expect.objectContaining({ name: "a" }) },
    ]);
    expect(server.requests[0]?.headers.accept).toContain("as=PartialObjectMetadataList");
  });

  it("keeps the metadata where a server sends whole objects all the same", async () => {
    const server = await rawServer((_request, response) => {
      response
        .setHeader("content-type", "application/json")
        .end(JSON.stringify({ kind: "PodList", items: [pod("a")] }));
    });
    const reader = openRaw(server);
    expect(valueOf(await reader.list(RESOURCES.pods, { metadataOnly: true }))).toEqual([
      { apiVersion: "v1", kind: "Pod", metadata: pod("a").metadata },
    ]);
    expect(await causeOf(reader.list(RESOURCES.nodes, { metadataOnly: true }))).toBe(
      "unreadable: the answer is a PodList, not a NodeList",
    );
  });
});

function tokenIn(body: string, status = 200): string | undefined {
  return nextToken({ status, headers: {}, body: Buffer.from(body) });
}

describe("the token of the next page", () => {
  const meta = '"metadata":{"resourceVersion":"1","continue":"abc=","remainingItemCount":5}';
  const items = `"items":[{"metadata":{"name":"a"},"spec":{"x":["${"y".repeat(9000)}"]}}]`;

  it("is found at either end of a list", () => {
    expect(tokenIn(`{"kind":"PodList","apiVersion":"v1",${meta},${items}}\n`)).toBe("abc=");
    expect(tokenIn(`{"apiVersion":"v1",${items},"kind":"GatewayList",${meta}}\n`)).toBe("abc=");
    expect(tokenIn(`{"kind":"PodList","metadata":{"continue":""},${items}}`)).toBeUndefined();
    expect(tokenIn(`{"kind":"PodList",${items}}`)).toBeUndefined();
    expect(tokenIn(`{${meta}}`, 410)).toBeUndefined();
    expect(tokenIn("")).toBeUndefined();
  });

  it("is not believed when the list says otherwise", async () => {
    const asked: string[] = [];
    const server = await rawServer((request, response) => {
      const url = new URL(request.url ?? "", "https://x");
      asked.push(url.searchParams.get("continue") ?? "");
      const pages: Record<string, string> = {
        "": '{"metadata":{"continue":"wrong"},"kind":"PodList","items":[{"n":1}],"metadata":{"continue":"right"}}',
        right: '{"kind":"PodList","items":[{"n":2}]}',
      };
      const page = pages[asked.at(-1) ?? ""] ?? "<html>";
      response.setHeader("content-type", "application/json").end(page);
    });
    expect(valueOf(await openRaw(server).list(RESOURCES.pods))).toMatchObject([{ n: 1 }, { n: 2 }]);
    expect(new Set(asked)).toEqual(new Set(["", "wrong", "right"]));
  });
});

describe("pages that expire", () => {
  const objects = Array.from({ length: 600 }, (_, n) => pod(`pod-${n}`));

  it("are read again from the beginning", async () => {
    const server = await apiServer({ objects, faults: [{ kind: "expired-continue", times: 2 }] });
    const found = valueOf(await openServer(server).list(RESOURCES.pods));
    expect(new Set(namesOf(found)).size).toBe(600);
    expect(found).toHaveLength(600);
    expect(server.requests).toHaveLength(6);
  });

  it("are given up when they expire again and again", async () => {
    const server = await apiServer({ objects, faults: [{ kind: "expired-continue" }] });
    expect(await causeOf(openServer(server).list(RESOURCES.pods))).toBe(
      "unreadable: the list expired 4 times before its last page",
    );
  });

  it("are not followed in circles", async () => {
    const server = await rawServer((_request, response) => {
      response
        .setHeader("content-type", "application/json")
        .end('{"kind":"PodList","metadata":{"continue":"x"},"items":[null, 5]}');
    });
    expect(await causeOf(openRaw(server).list(RESOURCES.pods))).toBe(
      "unreadable: the list comes back to the same page",
    );
  });
});

describe("get", () => {
  it("reads one object", async () => {
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "default" } };
    const server = await apiServer({ objects: [pod("a"), namespace] });
    const reader = openServer(server);
    expect(valueOf(await reader.get(RESOURCES.pods, "default", "a"))).toMatchObject({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "a" },
    });
    expect(valueOf(await reader.get(RESOURCES.namespaces, "", "default"))).toMatchObject({
      kind: "Namespace",
    });
  });

  it("tells an object that is not there from a type that is not served", async () => {
    const server = await apiServer({ crds: { gatewayApi: false } });
    const reader = openServer(server);
    expect(missingOf(await reader.get(RESOURCES.pods, "default", "a"))).toEqual({
      ok: false,
      why: "not-found",
      detail: 'pods "a" not found',
      request: { verb: "get", group: "", resource: "pods", namespace: "default", name: "a" },
    });
    server.requests.length = 0;
    expect(await causeOf(reader.get(RESOURCES.gateways, "default", "a"))).toBe(
      "not-found: gateways.gateway.networking.k8s.io is not served by the cluster",
    );
    expect(server.requests.map(({ path }) => path)).toEqual([
      "/apis/gateway.networking.k8s.io/v1/namespaces/default/gateways/a",
      "/apis/gateway.networking.k8s.io",
    ]);
    expect(await causeOf(reader.list(RESOURCES.openshiftNetworks))).toBe(
      "not-found: networks.operator.openshift.io is not served by the cluster",
    );
  });

  it("names the RBAC rule that is missing", async () => {
    const server = await apiServer({ users: [{ name: "viewer", allowOnly: [] }] });
    const reader = openServer(server);
    expect(missingOf(await reader.list(RESOURCES.gateways, { namespace: "a" }))).toEqual({
      ok: false,
      why: "forbidden",
      detail:
        'gateways.gateway.networking.k8s.io is forbidden: User "viewer" cannot list resource "gateways" in API group "gateway.networking.k8s.io" in the namespace "a"',
      request: {
        verb: "list",
        group: "gateway.networking.k8s.io",
        resource: "gateways",
        namespace: "a",
      },
    });
    expect(missingOf(await reader.list(RESOURCES.nodes)).request).toEqual({
      verb: "list",
      group: "",
      resource: "nodes",
    });
  });
});

/** Serves WorkloadEntries in one version; discovery answers as the status says. */
async function serving(version: string, discovery = 200) {
  const paths: string[] = [];
  const server = await rawServer((request, response) => {
    const { url = "" } = request;
    paths.push(url);
    response.setHeader("content-type", "application/json");
    if (url === "/apis/networking.istio.io") {
      response.statusCode = discovery;
      response.end(JSON.stringify({ versions: [{ version }, { version: "v9" }, {}] }));
    } else if (url.startsWith(`/apis/networking.istio.io/${version}/`)) {
      response.end(JSON.stringify({ kind: "WorkloadEntryList", items: [{ metadata: {} }] }));
    } else {
      response.statusCode = 404;
      response.setHeader("content-type", "text/plain").end("404 page not found\n");
    }
  });
  return { paths, reader: openRaw(server) };
}

describe("versions", () => {
  it("asks discovery when the preferred one is not served, and remembers the answer", async () => {
    const { paths, reader } = await serving("v1alpha3");
    expect(valueOf(await reader.list(RESOURCES.workloadEntries))).toEqual([
      { apiVersion: "networking.istio.io/v1alpha3", kind: "WorkloadEntry", metadata: {} },
    ]);
    expect(paths).toEqual([
      "/apis/networking.istio.io/v1/workloadentries?limit=500",
      "/apis/networking.istio.io",
      "/apis/networking.istio.io/v1alpha3/workloadentries?limit=500",
    ]);
    paths.length = 0;
    valueOf(await reader.list(RESOURCES.workloadEntries));
    expect(paths).toEqual(["/apis/networking.istio.io/v1alpha3/workloadentries?limit=500"]);
  });

  it("tries one after the other when discovery is withheld", async () => {
    const { paths, reader } = await serving("v1alpha3", 403);
    expect(valueOf(await reader.list(RESOURCES.workloadEntries))).toHaveLength(1);
    expect(paths).toHaveLength(4);
  });

  it("asks discovery once for all, and again after renew", async () => {
    const { paths, reader } = await serving("v2");
    const asked = () => paths.filter((path) => path === "/apis/networking.istio.io").length;
    const [first, second] = await Promise.all([
      reader.list(RESOURCES.workloadEntries),
      reader.list(RESOURCES.workloadEntries, { namespace: "a" }),
    ]);
    expect([missingOf(first).why, missingOf(second).why]).toEqual(["not-found", "not-found"]);
    expect(asked()).toBe(1);
    reader.renew();
    await reader.list(RESOURCES.workloadEntries);
    expect(asked()).toBe(2);
  });
});

describe("a server below a path", () => {
  it("is asked below it, with the host's own name", async () => {
    const seen: unknown[] = [];
    const server = await rawServer((request, response) => {
      seen.push([request.url, request.headers.host]);
      response.setHeader("content-type", "application/json").end('{"kind":"PodList","items":null}');
    });
    const reader = openRaw({ ...server, url: `${server.url}/k8s/clusters/c-1/` });
    expect(valueOf(await reader.list(RESOURCES.pods))).toEqual([]);
    expect(seen).toEqual([["/k8s/clusters/c-1/api/v1/pods?limit=500", new URL(server.url).host]]);
  });
});

describe("ending", () => {
  it("aborts what is under way, and all that comes later", async () => {
    const server = await apiServer({ faults: [{ kind: "hang" }] });
    const reader = openServer(server);
    const waiting = Promise.all([reader.list(RESOURCES.pods), reader.connect()]);
    await expect.poll(() => server.requests.length).toBe(3);
    await reader.close();
    for (const answer of await waiting) {
      expect(missingOf(answer)).toMatchObject({
        why: "unreachable",
        detail: "the connection was closed before it answered",
      });
    }
    expect(await causeOf(reader.list(RESOURCES.pods))).toMatch(/^unreachable: /);
    await reader.close();
  });

  it("comes when the time is up, and renew gives new time", async () => {
    await withTimeEnough(async (_limit, timeoutMs) => {
      const server = await apiServer({ objects: [pod("a")], faults: [{ kind: "hang", times: 2 }] });
      const reader = openServer(server, { timeoutMs });
      const both = [reader.list(RESOURCES.pods), reader.list(RESOURCES.nodes)];
      for (const answer of await Promise.all(both)) {
        expect(missingOf(answer).why).toBe("timeout");
      }
      expect(await causeOf(reader.list(RESOURCES.pods))).toMatch(/^timeout: no answer within \w+$/);
      expect(server.requests).toHaveLength(2);
      reader.renew();
      expect(valueOf(await reader.list(RESOURCES.pods))).toHaveLength(1);
    });
  });

  it("starts the clock with the first request", async () => {
    const server = await apiServer({ objects: [pod("a")] });
    const timers = vi.spyOn(globalThis, "setTimeout");
    afterwards(() => timers.mockRestore());
    const reader = openServer(server);
    const started = (): boolean => timers.mock.calls.some(([, ms]) => ms === PLENTY);
    expect(started()).toBe(false);
    expect(valueOf(await reader.list(RESOURCES.pods))).toHaveLength(1);
    expect(started()).toBe(true);
  });
});
