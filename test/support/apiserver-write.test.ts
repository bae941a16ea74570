import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startApiServer, type ApiServer } from "./apiserver.ts";
import { Client, type AskOptions } from "./apiserver/client.ts";

const GATEWAYS = "/apis/gateway.networking.k8s.io/v1/namespaces/istio-system/gateways";
const GATEWAY = `${GATEWAYS}/gw`;

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
