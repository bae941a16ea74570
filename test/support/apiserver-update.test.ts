import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startApiServer, type ApiServer } from "./apiserver.ts";
import { Client } from "./apiserver/client.ts";

const GATEWAYS = "/apis/gateway.networking.k8s.io/v1/namespaces/istio-system/gateways";
const GATEWAY = `${GATEWAYS}/gw`;
const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";

let server: ApiServer;
let client: Client;

beforeEach(async () => {
  server = await startApiServer({
    objects: [{ apiVersion: "v1", kind: "Namespace", metadata: { name: "istio-system" } }],
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

const post = (body: unknown, path = GATEWAYS) => client.ask(path, { method: "POST", body });

const patch = (type: string, body: unknown, path = GATEWAY) =>
  client.ask(path, {
    method: "PATCH",
    body,
    headers: { "content-type": `application/${type}` },
  });

const put = (body: unknown) => client.ask(GATEWAY, { method: "PUT", body });

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
