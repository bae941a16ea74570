import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startApiServer, type ApiServer } from "./apiserver.ts";
import { Client, type AskOptions } from "./apiserver/client.ts";

const GATEWAYS = "/apis/gateway.networking.k8s.io/v1/namespaces/istio-system/gateways";
const GATEWAY = `${GATEWAYS}/gw`;
const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";

let server: ApiServer;
let client: Client;

beforeEach(async () => {
  server = await startApiServer({
    objects: [{ apiVersion: "v1", kind: "Namespace", metadata: { name: "istio-system" } }],
    users: [{ name: "admin" }, { name: "viewer", deny: [{ verb: "create" }] }],
  });
  client = new Client(server);
});

afterEach(async () => {
  await client.close();
  await server.close();
});

const listener = { name: "xds-tls", port: 15012, protocol: "TLS", tls: { mode: "Passthrough" } };
const gateway = (spec: object = {}, metadata: object = {}) => ({
  apiVersion: "gateway.networking.k8s.io/v1",
  kind: "Gateway",
  metadata: { name: "gw", ...metadata },
  spec: { gatewayClassName: "istio-eastwest", listeners: [listener], ...spec },
});

const post = (body: unknown, path = GATEWAYS, options: AskOptions = {}) =>
  client.ask(path, { method: "POST", body, ...options });

const patch = (type: string, body: unknown, path = GATEWAY) =>
  client.ask(path, {
    method: "PATCH",
    body,
    headers: { "content-type": `application/${type}` },
  });

const put = (body: unknown) => client.ask(GATEWAY, { method: "PUT", body });

const review = async (group: string, plural: string, spec: object) => {
  const path = `/apis/${group}.k8s.io/v1/${plural}`;
  return (await post({ spec }, path, { user: "viewer" })).json["status"];
};

describe("create", () => {
  it("fills in what the server and the CRD add", async () => {
    const { status, json } = await post(gateway({ addresses: [{ value: "192.0.2.1" }] }));
    expect(status).toBe(201);
    expect(json).toMatchObject({
      metadata: {
        namespace: "istio-system",
        uid: expect.any(String),
        creationTimestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        generation: 1,
      },
      spec: {
        addresses: [{ type: "IPAddress", value: "192.0.2.1" }],
        listeners: [{ ...listener, allowedRoutes: { namespaces: { from: "Same" } } }],
      },
      status: {
        conditions: ["Accepted", "Programmed"].map((type) => ({
          type,
          status: "Unknown",
          reason: "Pending",
          message: "Waiting for controller",
          lastTransitionTime: "1970-01-01T00:00:00Z",
        })),
      },
    });
  });

  it("ignores a status, and makes up a name when asked", async () => {
    const body = {
      ...gateway({}, { name: undefined, generateName: "gw-" }),
      status: { addresses: [] },
    };
    const { json } = await post(body);
    expect(json["metadata"]?.["name"]).toMatch(/^gw-[a-z0-9]{5}$/);
    expect(json["status"]).not.toHaveProperty("addresses");
  });

  it("refuses an object that exists", async () => {
    await post(gateway());
    expect((await post(gateway())).json).toMatchObject({
      code: 409,
      reason: "AlreadyExists",
      message: 'gateways.gateway.networking.k8s.io "gw" already exists',
    });
  });

  it("refuses a namespace that does not exist", async () => {
    const { json } = await post(gateway(), GATEWAYS.replace("istio-system", "nope"));
    expect(json).toMatchObject({
      code: 404,
      message: 'namespaces "nope" not found',
      details: { name: "nope", kind: "namespaces" },
    });
  });

  it("refuses or warns of unknown fields, as asked", async () => {
    const body = gateway({ listeners: [{ ...listener, tls: { mode: "Passthrough", bogus: 1 } }] });
    const strict = await post(body, `${GATEWAYS}?fieldValidation=Strict`);
    expect(strict.json).toMatchObject({
      code: 400,
      message: 'strict decoding error: unknown field "spec.listeners[0].tls.bogus"',
    });
    const { status, headers, json } = await post(body);
    expect([status, headers["warning"]]).toEqual([
      201,
      String.raw`299 - "unknown field \"spec.listeners[0].tls.bogus\""`,
    ]);
    expect(JSON.stringify(json)).not.toContain("bogus");
  });

  it.each([
    [
      { listeners: [{ ...listener, port: 70_000 }] },
      "FieldValueInvalid",
      "spec.listeners[0].port",
      "Invalid value: 70000: spec.listeners[0].port in body should be less than or equal to 65535",
    ],
    [
      { listeners: [{ ...listener, tls: { mode: "Off" } }] },
      "FieldValueNotSupported",
      "spec.listeners[0].tls.mode",
      'Unsupported value: "Off": supported values: "Terminate", "Passthrough"',
    ],
    [
      { listeners: [] },
      "FieldValueInvalid",
      "spec.listeners",
      "Invalid value: 0: spec.listeners in body should have at least 1 items",
    ],
    [
      { gatewayClassName: undefined },
      "FieldValueRequired",
      "spec.gatewayClassName",
      "Required value",
    ],
    [
      { listeners: [{ ...listener, tls: undefined }] },
      "FieldValueInvalid",
      "spec.listeners",
      'Invalid value: "array": tls mode must be set for protocol TLS',
    ],
    [
      { listeners: [{ ...listener, port: "15012" }] },
      "FieldValueTypeInvalid",
      "spec.listeners[0].port",
      'Invalid value: "string": spec.listeners[0].port in body must be of type integer: "string"',
    ],
    [
      { addresses: Array.from({ length: 17 }, (_, index) => ({ value: `192.0.2.${index}` })) },
      "FieldValueTooMany",
      "spec.addresses",
      "Too many: 17: must have at most 16 items",
    ],
  ])("judges the spec: %j", async (spec, reason, field, message) => {
    const { json } = await post(gateway(spec));
    expect(json).toMatchObject({
      code: 422,
      reason: "Invalid",
      message: `Gateway.gateway.networking.k8s.io "gw" is invalid: ${field}: ${message}`,
      details: {
        name: "gw",
        group: "gateway.networking.k8s.io",
        kind: "Gateway",
        causes: [{ reason, message, field }],
      },
    });
  });

  it("lists several faults in brackets", async () => {
    const twice = [listener, { ...listener, port: 0 }];
    const { json } = await post(gateway({ listeners: twice }));
    expect(json["message"]).toMatch(
      /is invalid: \[spec\.listeners\[1\]: Duplicate value: .*, .*\]$/,
    );
  });

  it("accepts HBONE with any tls", async () => {
    const hbone = { name: "a", port: 15008, protocol: "HBONE" };
    const options = { "gateway.istio.io/tls-terminate-mode": "ISTIO_MUTUAL" };
    for (const tls of [undefined, { mode: "Passthrough" }, { mode: "Terminate", options }]) {
      const body = gateway(
        { listeners: [{ ...hbone, tls }] },
        { name: undefined, generateName: "g" },
      );
      expect((await post(body)).status).toBe(201);
    }
  });

  it("judges names and labels", async () => {
    expect((await post(gateway({}, { name: "Bad_Name" }))).json["message"]).toContain(
      'metadata.name: Invalid value: "Bad_Name": a lowercase RFC 1123 subdomain must consist of',
    );
    expect((await post(gateway({}, { labels: { a: "b c" } }))).json["message"]).toContain(
      'metadata.labels: Invalid value: "b c": a valid label must be an empty string or consist of',
    );
  });

  it("asks for the right to create first", async () => {
    expect((await post({}, GATEWAYS, { user: "viewer" })).status).toBe(403);
  });

  it("does nothing in a dry run", async () => {
    expect((await post(gateway(), `${GATEWAYS}?dryRun=All`)).status).toBe(201);
    expect((await client.ask(GATEWAY)).status).toBe(404);
  });
});

describe("update and patch", () => {
  it("replaces the state that was read, and no later one", async () => {
    const { json } = await post(gateway());
    const changed = { ...json, spec: { ...json["spec"], gatewayClassName: "other" } };
    const first = await put(changed);
    expect(first.json).toMatchObject({
      metadata: { generation: 2 },
      spec: { gatewayClassName: "other" },
    });
    const second = await put(changed);
    expect(second.json).toMatchObject({ code: 409, reason: "Conflict" });
    expect(second.json["message"]).toBe(
      'Operation cannot be fulfilled on gateways.gateway.networking.k8s.io "gw": the object has been modified; please apply your changes to the latest version and try again',
    );
    expect(second.json["details"]).not.toHaveProperty("causes");
    const unversioned = await put(gateway());
    expect(unversioned.json["message"]).toContain("must be specified for an update");
  });

  it("keeps the version when nothing changes", async () => {
    const { json } = await post(gateway({}, { labels: { a: "b" } }));
    const same = await patch("merge-patch+json", { metadata: { labels: { a: "b" } } });
    expect(same.json["metadata"]).toEqual(json["metadata"]);
  });

  it("takes merge patches and JSON patches", async () => {
    await post(gateway({}, { labels: { a: "b", c: "d" } }));
    const merged = await patch("merge-patch+json", { metadata: { labels: { a: null, e: "f" } } });
    expect(merged.json["metadata"]?.["labels"]).toEqual({ c: "d", e: "f" });
    const operations = [
      { op: "test", path: "/metadata/labels/c", value: "d" },
      { op: "remove", path: "/metadata/labels/c" },
      { op: "add", path: "/metadata/labels/x.io~1y", value: "z" },
    ];
    const patched = await patch("json-patch+json", operations);
    expect(patched.json["metadata"]?.["labels"]).toEqual({ e: "f", "x.io/y": "z" });
    expect((await patch("json-patch+json", operations)).status).toBe(422);
  });

  it("takes strategic merge patches of built-in types only", async () => {
    await post(gateway());
    const refused = await patch("strategic-merge-patch+json", {});
    expect(refused.json).toMatchObject({ code: 415, reason: "UnsupportedMediaType" });
    const ports = [{ port: 80 }, { port: 81, name: "b" }];
    const services = "/api/v1/namespaces/default/services";
    await post({ metadata: { name: "s" }, spec: { ports } }, services);
    const change = {
      spec: {
        ports: [
          { port: 80, name: "a" },
          { port: 81, $patch: "delete" },
        ],
      },
    };
    const { json } = await patch("strategic-merge-patch+json", change, `${services}/s`);
    expect(json["spec"]?.["ports"]).toEqual([{ port: 80, name: "a" }]);
  });

  it("changes the status through its subresource, and nothing else there", async () => {
    await post(gateway());
    const addresses = [{ type: "IPAddress", value: "192.0.2.1" }];
    const change = { spec: { gatewayClassName: "other" }, status: { addresses } };
    const main = await patch("merge-patch+json", change);
    expect(main.json).toMatchObject({ spec: { gatewayClassName: "other" } });
    expect(main.json["status"]).not.toHaveProperty("addresses");
    const sub = await patch(
      "merge-patch+json",
      { ...change, spec: { gatewayClassName: "x" } },
      `${GATEWAY}/status`,
    );
    expect(sub.json).toMatchObject({ spec: { gatewayClassName: "other" }, status: { addresses } });
  });
});

describe("delete", () => {
  it("deletes with what it owns, unless preconditions fail", async () => {
    const { json } = await post(gateway());
    const uid = json["metadata"]?.["uid"];
    const ownerReferences = [{ apiVersion: "v1", kind: "Gateway", name: "gw", uid }];
    await post({ metadata: { name: "child", ownerReferences } }, CONFIG_MAPS);
    const remove = (body?: unknown) => client.ask(GATEWAY, { method: "DELETE", body });
    const refused = await remove({ preconditions: { uid: "other" } });
    expect(refused.json).toMatchObject({ code: 409, reason: "Conflict" });
    expect((await remove()).json).toEqual({
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Success",
      details: { name: "gw", group: "gateway.networking.k8s.io", kind: "gateways", uid },
    });
    expect((await client.ask(`${CONFIG_MAPS}/child`)).status).toBe(404);
    expect((await remove()).status).toBe(404);
  });

  it("waits for finalizers", async () => {
    await post(gateway({}, { finalizers: ["example.com/hold"] }));
    await client.ask(GATEWAY, { method: "DELETE" });
    const held = await client.ask(GATEWAY);
    expect(held.json["metadata"]).toHaveProperty("deletionTimestamp");
    await patch("merge-patch+json", { metadata: { finalizers: null } });
    expect((await client.ask(GATEWAY)).status).toBe(404);
  });

  it("deletes collections by selector, and namespaces with what they hold", async () => {
    for (const name of ["a", "b"])
      await post({ metadata: { name, labels: { name } } }, CONFIG_MAPS);
    await client.ask(`${CONFIG_MAPS}?labelSelector=name%3Da`, { method: "DELETE" });
    const left = await client.ask(CONFIG_MAPS);
    expect(left.json["items"]).toHaveLength(1);
    await post(gateway());
    await client.ask("/api/v1/namespaces/istio-system", { method: "DELETE" });
    expect((await client.ask(GATEWAY)).status).toBe(404);
    expect((await post(gateway())).status).toBe(404);
  });
});

describe("reviews", () => {
  it("tell who I am and what I may", async () => {
    expect(await review("authentication", "selfsubjectreviews", {})).toEqual({
      userInfo: { username: "viewer", groups: ["system:authenticated"] },
    });
    for (const [verb, allowed] of [
      ["create", false],
      ["get", true],
    ]) {
      const resourceAttributes = { verb, resource: "pods", namespace: "default" };
      const spec = { resourceAttributes };
      expect(await review("authorization", "selfsubjectaccessreviews", spec)).toEqual({ allowed });
    }
    const rules = await review("authorization", "selfsubjectrulesreviews", {
      namespace: "default",
    });
    expect(rules?.["resourceRules"]).toContainEqual({
      verbs: ["get", "list", "watch", "update", "patch", "delete", "deletecollection"],
      apiGroups: [""],
      resources: ["pods"],
    });
  });
});
