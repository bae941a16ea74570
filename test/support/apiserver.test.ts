import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startApiServer, type ApiServer, type KubeObject } from "./apiserver.ts";
import { Client, text } from "./apiserver/client.ts";

const pod = (name: string, namespace: string, labels: Record<string, string>): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace, labels },
  spec: { nodeName: "node-1", containers: [{ name: "main", image: "example/main:1" }] },
  status: { phase: "Running" },
});

const gateway: KubeObject = {
  apiVersion: "gateway.networking.k8s.io/v1",
  kind: "Gateway",
  metadata: { name: "istio-eastwest", namespace: "istio-eastwest" },
  spec: { gatewayClassName: "istio-eastwest" },
};

const PODS = "/api/v1/pods";
const GATEWAYS = "/apis/gateway.networking.k8s.io/v1";

let server: ApiServer;
let client: Client;

beforeAll(async () => {
  server = await startApiServer({
    objects: [
      { apiVersion: "v1", kind: "Namespace", metadata: { name: "istio-system" } },
      pod("istiod-a", "istio-system", { app: "istiod", "istio.io/rev": "default" }),
      pod("istiod-b", "istio-system", { app: "istiod", "istio.io/rev": "gloo" }),
      pod("ztunnel-a", "kube-system", { app: "ztunnel" }),
      { ...pod("waiting", "default", {}), spec: {}, status: { phase: "Pending" } },
      gateway,
    ],
    users: [
      { name: "admin" },
      {
        name: "viewer",
        token: "viewer-token",
        deny: [
          { group: "gateway.networking.k8s.io" },
          { verb: "get", resource: "secrets", name: "cacerts" },
          { group: "example.com" },
        ],
      },
      { name: "reader", allowOnly: [{ verb: "list", resource: "pods", namespace: "default" }] },
    ],
  });
  client = new Client(server);
});

afterAll(async () => {
  await client.close();
  await server.close();
});

const names = async (path: string): Promise<unknown> => {
  const { json } = await client.ask(path);
  return (json["items"] as unknown as KubeObject[]).map(({ metadata }) => metadata.name);
};

describe("discovery", () => {
  it("tells the version, also to strangers", async () => {
    const { status, json } = await client.ask("/version", { token: "" });
    expect(status).toBe(200);
    expect(json).toMatchObject({ major: "1", minor: "36", gitVersion: "v1.36.0" });
  });

  it("lists groups, and resources with short names", async () => {
    const groups = await client.ask("/apis");
    expect(groups.json["groups"]).toContainEqual(
      expect.objectContaining({ name: "gateway.networking.k8s.io" }),
    );
    const { json } = await client.ask(GATEWAYS);
    expect(json["resources"]).toContainEqual(
      expect.objectContaining({ name: "gateways", shortNames: ["gtw"], kind: "Gateway" }),
    );
  });

  it("answers in plain text for a group that is not served", async () => {
    for (const path of ["/apis/example.com/v1/things", "/apis/operator.openshift.io/v1/networks"]) {
      const answer = await client.ask(path);
      expect([answer.status, answer.text.trim(), answer.headers["content-type"]]).toEqual([
        404,
        "404 page not found",
        "text/plain; charset=utf-8",
      ]);
    }
  });

  it("answers with a Status for an unknown resource of a known group", async () => {
    expect((await client.ask(`${GATEWAYS}/things`)).json).toMatchObject({
      reason: "NotFound",
      message: "the server could not find the requested resource",
    });
  });
});

describe("get and list", () => {
  it("gets an object in each served version", async () => {
    for (const version of ["v1", "v1beta1"]) {
      const path = `/apis/gateway.networking.k8s.io/${version}/namespaces/istio-eastwest/gateways/istio-eastwest`;
      const { json } = await client.ask(path);
      expect(json).toMatchObject({
        apiVersion: `gateway.networking.k8s.io/${version}`,
        kind: "Gateway",
        metadata: { uid: expect.any(String), resourceVersion: expect.any(String) },
      });
    }
  });

  it("says what is missing", async () => {
    const path = `${GATEWAYS}/namespaces/istio-system/gateways/nope`;
    expect((await client.ask(path)).json).toEqual({
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: 'gateways.gateway.networking.k8s.io "nope" not found',
      reason: "NotFound",
      details: { name: "nope", group: "gateway.networking.k8s.io", kind: "gateways" },
      code: 404,
    });
  });

  it("knows no named object outside its scope", async () => {
    for (const path of [`${PODS}/istiod-a`, "/api/v1/namespaces/istio-system/nodes"]) {
      expect((await client.ask(path)).json["message"]).toBe(
        "the server could not find the requested resource",
      );
    }
  });

  it("leaves kind and version out of the items of built-in types only", async () => {
    const pods = await client.ask(PODS);
    expect(pods.json).toMatchObject({ kind: "PodList", apiVersion: "v1" });
    expect(pods.json["items"]?.["0"]).not.toHaveProperty("kind");
    const gateways = await client.ask(`${GATEWAYS}/gateways`);
    expect(gateways.json["items"]?.["0"]).toHaveProperty("kind", "Gateway");
  });

  it.each([
    ["app=istiod", ["istiod-a", "istiod-b"]],
    ["app==istiod,istio.io/rev!=gloo", ["istiod-a"]],
    ["app!=istiod", ["waiting", "ztunnel-a"]],
    ["app in (istiod, ztunnel)", ["istiod-a", "istiod-b", "ztunnel-a"]],
    ["app notin (istiod)", ["waiting", "ztunnel-a"]],
    ["istio.io/rev", ["istiod-a", "istiod-b"]],
    ["!app", ["waiting"]],
    ["app in (istiod),istio.io/rev in (gloo,canary)", ["istiod-b"]],
  ])("selects by label %s", async (selector, expected) => {
    expect(await names(`${PODS}?labelSelector=${encodeURIComponent(selector)}`)).toEqual(expected);
  });

  it.each([
    ["metadata.name=istiod-a", ["istiod-a"]],
    ["status.phase!=Running", ["waiting"]],
    ["metadata.namespace=kube-system,spec.nodeName=node-1", ["ztunnel-a"]],
  ])("selects by field %s", async (selector, expected) => {
    expect(await names(`${PODS}?fieldSelector=${encodeURIComponent(selector)}`)).toEqual(expected);
  });

  it("refuses selectors that it cannot parse or does not support", async () => {
    const field = await client.ask(`${PODS}?fieldSelector=spec.color%3Dred`);
    expect(field.json).toMatchObject({ code: 400, reason: "BadRequest" });
    const label = await client.ask(`${PODS}?labelSelector=a%3D%3D%3Db`);
    expect(label.json).toMatchObject({ code: 400, reason: "BadRequest" });
  });

  it("cuts lists into pages that show one moment", async () => {
    const first = await client.ask(`${PODS}?limit=3`);
    const { continue: token, remainingItemCount, resourceVersion } = first.json["metadata"]!;
    expect([first.json["items"], remainingItemCount]).toEqual([expect.any(Array), 1]);
    server.put(pod("zz-new", "zz", {}));
    const second = await client.ask(`${PODS}?limit=3&continue=${text(token)}`);
    expect(second.json["metadata"]).toEqual({ resourceVersion });
    expect(second.json["items"]).toHaveLength(1);
    server.remove({ apiVersion: "v1", kind: "Pod", namespace: "zz", name: "zz-new" });
    expect((await client.ask(`${PODS}?continue=nonsense`)).status).toBe(400);
  });

  it("gives metadata alone when asked to", async () => {
    const accept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
    const { json } = await client.ask(PODS, { headers: { accept } });
    expect(json).toMatchObject({ kind: "PartialObjectMetadataList", apiVersion: "meta.k8s.io/v1" });
    expect(json["items"]?.["0"]).toEqual({
      kind: "PartialObjectMetadata",
      apiVersion: "meta.k8s.io/v1",
      metadata: expect.objectContaining({ name: "waiting" }),
    });
    const refused = await client.ask(PODS, { headers: { accept: "application/xml" } });
    expect(refused.status).toBe(406);
  });

  it("compresses large answers for who takes them", async () => {
    const big = { ...pod("big", "default", {}), note: "x".repeat(200_000) };
    server.put(big);
    const headers = { "accept-encoding": "gzip" };
    const large = await client.open(PODS, { headers });
    expect(large.headers["content-encoding"]).toBe("gzip");
    await large.body.dump();
    server.remove({ apiVersion: "v1", kind: "Pod", namespace: "default", name: "big" });
    const small = await client.open(PODS, { headers });
    expect(small.headers["content-encoding"]).toBeUndefined();
    await small.body.dump();
  });
});

const statusForReader = async (path: string): Promise<number> =>
  (await client.ask(path, { user: "reader" })).status;

describe("authentication and authorization", () => {
  it("refuses a token that it does not know", async () => {
    expect((await client.ask(PODS, { token: "wrong" })).json).toEqual({
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: "Unauthorized",
      reason: "Unauthorized",
      code: 401,
    });
  });

  it("takes a stranger for system:anonymous", async () => {
    const { json } = await client.ask(PODS, { token: "" });
    expect(json["message"]).toBe(
      'pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" at the cluster scope',
    );
    expect((await client.ask("/apis", { token: "" })).status).toBe(403);
  });

  it("names what a user may not do, before it looks whether it exists", async () => {
    const list = await client.ask(`${GATEWAYS}/gateways`, { user: "viewer" });
    expect(list.json).toEqual({
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message:
        'gateways.gateway.networking.k8s.io is forbidden: User "viewer" cannot list resource "gateways" in API group "gateway.networking.k8s.io" at the cluster scope',
      reason: "Forbidden",
      details: { group: "gateway.networking.k8s.io", kind: "gateways" },
      code: 403,
    });
    const named = await client.ask(`${GATEWAYS}/namespaces/istio-system/gateways/nope`, {
      user: "viewer",
    });
    expect(named.json).toMatchObject({
      message:
        'gateways.gateway.networking.k8s.io "nope" is forbidden: User "viewer" cannot get resource "gateways" in API group "gateway.networking.k8s.io" in the namespace "istio-system"',
      details: { name: "nope", group: "gateway.networking.k8s.io", kind: "gateways" },
    });
    const unserved = await client.ask("/apis/example.com/v1/things", { user: "viewer" });
    expect(unserved.status).toBe(403);
  });

  it("goes by rules of what is allowed, too", async () => {
    expect(await statusForReader("/api/v1/namespaces/default/pods")).toBe(200);
    expect(await statusForReader("/api/v1/namespaces/default/pods/waiting")).toBe(403);
    expect(await statusForReader(PODS)).toBe(403);
    expect(await statusForReader("/apis")).toBe(200);
  });

  it("lets those impersonate who may", async () => {
    const headers = { "impersonate-user": "viewer" };
    expect((await client.ask(`${GATEWAYS}/gateways`, { headers })).status).toBe(403);
    const denied = await client.ask(PODS, { user: "reader", headers });
    expect(denied.json["message"]).toBe(
      'users "viewer" is forbidden: User "reader" cannot impersonate resource "users" in API group "" at the cluster scope',
    );
  });

  it("knows its own client certificates", async () => {
    const { users } = server.kubeconfig({ auth: "clientCertificate", user: "viewer", dir: "" });
    const data = (field: string) => Buffer.from(String(users[0]?.user[field]), "base64").toString();
    const tls = { cert: data("client-certificate-data"), key: data("client-key-data") };
    const certified = new Client(server, tls);
    const { json } = await certified.ask(`${GATEWAYS}/gateways`, { token: "" });
    expect(json["message"]).toContain('User "viewer"');
    await certified.close();
  });
});

it("logs every request", async () => {
  const before = server.requests.length;
  const headers = { accept: "application/json", "user-agent": "test/1" };
  await client.ask(`${PODS}?limit=1`, { headers });
  expect(server.requests.slice(before)).toEqual([
    {
      method: "GET",
      path: PODS,
      query: "limit=1",
      user: "admin",
      status: 200,
      headers: { accept: "application/json", userAgent: "test/1" },
    },
  ]);
});
