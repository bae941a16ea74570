import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startApiServer, type ApiServer } from "./apiserver.ts";
import { Client, list, text, type Json } from "./apiserver/client.ts";

const GATEWAY = "/apis/gateway.networking.k8s.io/v1/namespaces/istio-system/gateways/gw";

let server: ApiServer;
let client: Client;

beforeEach(async () => {
  server = await startApiServer({
    objects: [{ apiVersion: "v1", kind: "Namespace", metadata: { name: "istio-system" } }],
    users: [{ name: "admin" }, { name: "patcher", deny: [{ verb: "create" }] }],
  });
  client = new Client(server);
});

afterEach(async () => {
  await client.close();
  await server.close();
});

const xds = { name: "xds-tls", port: 15012, protocol: "TLS", tls: { mode: "Passthrough" } };
const cross = { name: "cross-network", port: 15008, protocol: "HBONE" };
const gateway = (listeners: object[] = [cross, xds], metadata: object = {}) => ({
  apiVersion: "gateway.networking.k8s.io/v1",
  kind: "Gateway",
  metadata: { name: "gw", ...metadata },
  spec: { gatewayClassName: "istio-eastwest", listeners },
});

function addressed(value: string): object {
  const base = gateway([xds]);
  return { ...base, spec: { ...base.spec, addresses: [{ type: "IPAddress", value }] } };
}

function apply(body: unknown, manager = "mc", query = "", path = GATEWAY, user = "admin") {
  return client.ask(`${path}?fieldManager=${manager}${query}`, {
    method: "PATCH",
    body,
    user,
    headers: { "content-type": "application/apply-patch+yaml" },
  });
}

const owners = (json: Json): unknown =>
  Object.fromEntries(
    list(json["metadata"]?.["managedFields"]).map((entry) => [
      `${text(entry["manager"])} ${text(entry["operation"])}`,
      entry["fieldsV1"],
    ]),
  );

const owned = (name: string, fields: object) => ({
  [`k:{"name":"${name}"}`]: { ".": {}, ...fields },
});

describe("server-side apply", () => {
  it("creates, owns what it said and no defaults, and does not change twice", async () => {
    const created = await apply(gateway([xds], { labels: { a: "b" } }));
    expect(created.status).toBe(201);
    expect(owners(created.json)).toEqual({
      "mc Apply": {
        "f:metadata": { "f:labels": { "f:a": {} } },
        "f:spec": {
          "f:gatewayClassName": {},
          "f:listeners": owned("xds-tls", {
            "f:name": {},
            "f:port": {},
            "f:protocol": {},
            "f:tls": { "f:mode": {} },
          }),
        },
      },
    });
    const again = await apply(gateway([xds], { labels: { a: "b" } }));
    expect([again.status, again.json]).toEqual([200, created.json]);
  });

  it("takes YAML and the other served version", async () => {
    const yaml =
      "apiVersion: gateway.networking.k8s.io/v1beta1\nkind: Gateway\nmetadata: {name: gw}\nspec: {gatewayClassName: x, listeners: [{name: a, port: 80, protocol: HTTP}]}\n";
    const path = GATEWAY.replace("/v1/", "/v1beta1/");
    expect((await apply(yaml, "mc", "", path)).json).toMatchObject({
      apiVersion: "gateway.networking.k8s.io/v1beta1",
      spec: { listeners: [{ name: "a" }] },
    });
    expect((await client.ask(GATEWAY)).json["apiVersion"]).toBe("gateway.networking.k8s.io/v1");
  });

  it("refuses to take what another manager owns, naming field and owner", async () => {
    await apply(gateway(), "kapi");
    const moved = gateway([cross, { ...xds, port: 15013 }]);
    expect((await apply(moved)).json).toEqual({
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message:
        'Apply failed with 1 conflict: conflict with "kapi": .spec.listeners[name="xds-tls"].port',
      reason: "Conflict",
      details: {
        causes: [
          {
            reason: "FieldManagerConflict",
            message: 'conflict with "kapi"',
            field: '.spec.listeners[name="xds-tls"].port',
          },
        ],
      },
      code: 409,
    });
  });

  it("lists several conflicts by owner", async () => {
    await apply(gateway([xds]), "kapi");
    await client.ask(`${GATEWAY}?fieldManager=edit`, {
      method: "PATCH",
      body: { metadata: { labels: { a: "b" } } },
      headers: { "content-type": "application/merge-patch+json" },
    });
    const changed = gateway([{ ...xds, port: 1, protocol: "HTTPS", tls: undefined }], {
      labels: { a: "c" },
    });
    const { json } = await apply(changed);
    expect(json["message"]).toMatch(
      /^Apply failed with 3 conflicts: conflicts with "edit" using gateway.networking.k8s.io\/v1 at [^\n]*:\n- \.metadata\.labels\.a\nconflicts with "kapi":\n- \.spec\.listeners\[name="xds-tls"\]\.port\n- \.spec\.listeners\[name="xds-tls"\]\.protocol$/,
    );
    expect(json["details"]?.["causes"]).toHaveLength(3);
  });

  it("takes it by force, and the other one loses it", async () => {
    await apply(gateway([xds]), "kapi");
    const { json } = await apply(gateway([{ ...xds, port: 15013 }]), "mc", "&force=true");
    expect(json["spec"]?.["listeners"]).toMatchObject([{ port: 15013 }]);
    expect(owners(json)).toMatchObject({
      "kapi Apply": {
        "f:spec": {
          "f:listeners": owned("xds-tls", {
            "f:name": {},
            "f:protocol": {},
            "f:tls": { "f:mode": {} },
          }),
        },
      },
    });
  });

  it("removes what only it owned and no longer says", async () => {
    const annotations = { "a/b": "c" };
    await apply(gateway([cross, xds], { annotations, labels: { own: "1", shared: "1" } }));
    await apply(gateway([xds], { labels: { shared: "1" } }), "other");
    const { json } = await apply(gateway([xds]));
    expect(json["spec"]?.["listeners"]).toMatchObject([{ name: "xds-tls" }]);
    expect(json["metadata"]?.["labels"]).toEqual({ shared: "1" });
    expect(json["metadata"]).not.toHaveProperty("annotations");
  });

  it("leaves alone what others added", async () => {
    await apply(gateway([xds]));
    await apply(gateway([cross]), "other");
    const { json } = await apply(gateway([xds]));
    expect(json["spec"]?.["listeners"]).toHaveLength(2);
  });

  it("owns addresses as a whole", async () => {
    await apply(addressed("192.0.2.1"), "kapi");
    expect((await apply(addressed("192.0.2.2"))).json["details"]?.["causes"]).toMatchObject([
      { field: ".spec.addresses" },
    ]);
    expect((await apply(addressed("192.0.2.1"))).status).toBe(200);
  });

  it("takes what it finds without owner for somebody's", async () => {
    server.put({ ...gateway([xds]), metadata: { name: "gw", namespace: "istio-system" } });
    const { json } = await apply(gateway([{ ...xds, port: 15013 }]));
    expect(json["message"]).toContain('conflict with "before-first-apply" using');
  });

  it("knows what an owner owns that a fixture only names", async () => {
    server.put({
      ...gateway([xds]),
      metadata: {
        name: "gw",
        namespace: "istio-system",
        managedFields: [{ manager: "kapi", operation: "Apply" }],
      },
    });
    const { json } = await apply(gateway([{ ...xds, port: 15013 }]));
    expect(json["message"]).toContain('conflict with "kapi": .spec.listeners[name="xds-tls"].port');
  });

  it("applies a status through its subresource, on its own account", async () => {
    await apply(gateway([xds]));
    const conditions = [
      {
        type: "Accepted",
        status: "True",
        reason: "Accepted",
        message: "",
        lastTransitionTime: "2026-01-01T00:00:00Z",
      },
    ];
    const status = {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "Gateway",
      metadata: { name: "gw" },
      status: { conditions },
    };
    const { json } = await apply(status, "istiod", "", `${GATEWAY}/status`);
    expect(json["status"]?.["conditions"]).toMatchObject([
      { status: "True" },
      { type: "Programmed" },
    ]);
    expect(JSON.stringify(owners(json))).toContain(String.raw`k:{\"type\":\"Accepted\"}`);
    const ignored = await apply({ ...gateway([xds]), status: { addresses: [] } });
    expect(ignored.json["metadata"]?.["resourceVersion"]).toBe(
      json["metadata"]?.["resourceVersion"],
    );
  });

  it("says what is wrong with a request", async () => {
    const noManager = await apply(gateway(), "");
    expect(noManager.json).toMatchObject({
      code: 422,
      message:
        'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    });
    const unknown = await apply(gateway([{ ...xds, tls: { mode: "Passthrough", bogus: 1 } }]));
    expect(unknown.json).toEqual({
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: expect.stringMatching(
        /^failed to create typed patch object \(.*Kind=Gateway\): \.spec\.listeners\[name="xds-tls"\]\.tls\.bogus: field not declared in schema$/,
      ),
      code: 500,
    });
    expect((await apply(gateway([xds, xds]))).json["message"]).toContain(
      "duplicate entries for key",
    );
    expect((await apply(gateway([{ ...xds, port: 70_000 }]))).status).toBe(422);
    expect((await apply(gateway([], { name: "other" }))).status).toBe(400);
    expect((await apply(gateway(), "mc", "", GATEWAY, "patcher")).status).toBe(403);
  });

  it("rehearses", async () => {
    expect((await apply(gateway(), "mc", "&dryRun=All")).status).toBe(201);
    expect((await client.ask(GATEWAY)).status).toBe(404);
  });
});
