import { describe, expect, it } from "vitest";
import { RESOURCES } from "../../src/model/resource.ts";
import type { WatchEvent } from "../../src/model/writer.ts";
import type { KubeObject } from "../support/apiserver.ts";
import {
  apiServer,
  causeOf,
  missingOf,
  openRaw,
  openServer,
  pod,
  rawServer,
  valueOf,
} from "./live-support.ts";

const NAMESPACE: KubeObject = { apiVersion: "v1", kind: "Namespace", metadata: { name: "mesh" } };

function gateway(port = 15_012, changes: Record<string, unknown> = {}) {
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "Gateway",
    metadata: { name: "peer", namespace: "mesh" },
    spec: {
      gatewayClassName: "istio-remote",
      listeners: [{ name: "xds-tls", port, protocol: "TLS", tls: { mode: "Passthrough" } }],
    },
    ...changes,
  };
}

describe("apply", () => {
  it("creates and changes as field manager mc", async () => {
    const server = await apiServer({ objects: [NAMESPACE] });
    const writer = openServer(server);
    const created = await writer.apply(RESOURCES.gateways, gateway());
    expect(created).toMatchObject({
      ok: true,
      warnings: [],
      value: { metadata: { name: "peer", managedFields: [{ manager: "mc" }] } },
    });
    expect(await writer.apply(RESOURCES.gateways, gateway(1))).toMatchObject({
      ok: true,
      value: { spec: { listeners: [{ port: 1 }] } },
    });
  });

  it("changes nothing in a dry run", async () => {
    const server = await apiServer({ objects: [NAMESPACE] });
    const writer = openServer(server);
    const dry = await writer.apply(RESOURCES.gateways, gateway(), { dryRun: true });
    expect(dry.ok).toBe(true);
    expect(missingOf(await writer.get(RESOURCES.gateways, "mesh", "peer")).why).toBe("not-found");
  });

  it("names the managers and fields that stand against it, unless it is forced", async () => {
    const server = await apiServer({ objects: [NAMESPACE] });
    const writer = openServer(server);
    await writer.apply(RESOURCES.gateways, gateway());
    const response = await fetchApply(server.url, server.token(), gateway(1), "kapi");
    expect(response).toBe(200);
    const refused = await writer.apply(RESOURCES.gateways, gateway(2));
    expect(refused).toMatchObject({
      ok: false,
      why: "conflict",
      conflicts: [{ manager: "kapi", field: '.spec.listeners[name="xds-tls"].port' }],
      request: {
        verb: "patch",
        group: "gateway.networking.k8s.io",
        resource: "gateways",
        namespace: "mesh",
        name: "peer",
      },
    });
    const forced = await writer.apply(RESOURCES.gateways, gateway(2), { force: true });
    expect(forced).toMatchObject({ ok: true, value: { spec: { listeners: [{ port: 2 }] } } });
  });

  it("says what the API server does not take", async () => {
    const server = await apiServer({ objects: [NAMESPACE] });
    const writer = openServer(server);
    expect(await writer.apply(RESOURCES.gateways, gateway(70_000))).toMatchObject({
      ok: false,
      why: "invalid",
      detail: expect.stringContaining("70000"),
      conflicts: [],
    });
    const elsewhere = gateway(1, { metadata: { name: "peer", namespace: "nowhere" } });
    expect(await writer.apply(RESOURCES.gateways, elsewhere)).toMatchObject({
      ok: false,
      why: "not-found",
      detail: expect.stringContaining('namespaces "nowhere" not found'),
    });
  });

  it("says that the CRDs are missing, or that it is forbidden", async () => {
    const server = await apiServer({ crds: { gatewayApi: false } });
    expect(await openServer(server).apply(RESOURCES.gateways, gateway())).toMatchObject({
      ok: false,
      why: "not-found",
      detail: "gateways.gateway.networking.k8s.io is not served by the cluster",
    });
    const other = await apiServer({ users: [{ name: "viewer", deny: [{ verb: "patch" }] }] });
    expect(await openServer(other).apply(RESOURCES.gateways, gateway())).toMatchObject({
      ok: false,
      why: "forbidden",
    });
  });

  it("uses the version that is served", async () => {
    const bodies: string[] = [];
    const server = await rawServer((request, response) => {
      const { url = "" } = request;
      response.setHeader("content-type", "application/json");
      if (url === "/apis/gateway.networking.k8s.io") {
        response.end('{"versions":[{"version":"v1beta1"}]}');
      } else if (url.includes("/v1beta1/")) {
        request.setEncoding("utf8").on("data", (text: string) => bodies.push(text));
        response.end('{"kind":"Gateway"}');
      } else {
        response.statusCode = 404;
        response.setHeader("content-type", "text/plain").end("404 page not found\n");
      }
    });
    expect((await openRaw(server).apply(RESOURCES.gateways, gateway())).ok).toBe(true);
    expect(JSON.parse(bodies.join(""))).toMatchObject({
      apiVersion: "gateway.networking.k8s.io/v1beta1",
      kind: "Gateway",
    });
  });

  it("passes on the warnings", async () => {
    const server = await rawServer((_request, response) => {
      response
        .setHeader("content-type", "application/json")
        .setHeader("warning", ['299 - "old \\"thing\\""', '299 - "a, b", 299 k8s "c"'])
        .end('{"kind":"Gateway"}');
    });
    expect(await openRaw(server).apply(RESOURCES.gateways, gateway())).toMatchObject({
      ok: true,
      warnings: ['old "thing"', "a, b", "c"],
    });
  });

  it("comes back when the answer is none, or the server is down", async () => {
    const server = await apiServer({ faults: [{ kind: "html" }] });
    const writer = openServer(server);
    expect(await writer.apply(RESOURCES.gateways, gateway())).toMatchObject({
      ok: false,
      why: "unreadable",
    });
    await writer.close();
    expect(await writer.apply(RESOURCES.gateways, gateway())).toMatchObject({
      ok: false,
      why: "unreachable",
      warnings: [],
      conflicts: [],
    });
  });
});

async function fetchApply(
  url: string,
  token: string,
  object: unknown,
  manager: string,
): Promise<number> {
  const path = "/apis/gateway.networking.k8s.io/v1/namespaces/mesh/gateways/peer";
  const { Agent, request } = await import("undici");
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
  const { statusCode, body } = await request(`${url}${path}?fieldManager=${manager}&force=true`, {
    method: "PATCH",
    dispatcher,
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/apply-patch+yaml",
    },
    body: JSON.stringify(object),
  });
  await body.dump();
  await dispatcher.destroy();
  return statusCode;
}

describe("delete", () => {
  it("deletes the object, and says when there is none", async () => {
    const server = await apiServer({ objects: [NAMESPACE] });
    const writer = openServer(server);
    await writer.apply(RESOURCES.gateways, gateway());
    const dry = await writer.delete(RESOURCES.gateways, "mesh", "peer", { dryRun: true });
    expect(dry.ok).toBe(true);
    valueOf(await writer.get(RESOURCES.gateways, "mesh", "peer"));
    expect(await writer.delete(RESOURCES.gateways, "mesh", "peer")).toEqual({
      ok: true,
      value: undefined,
      warnings: [],
    });
    expect(await writer.delete(RESOURCES.gateways, "mesh", "peer")).toMatchObject({
      ok: false,
      why: "not-found",
    });
  });

  it("deletes only the object that is meant", async () => {
    const server = await apiServer({ objects: [NAMESPACE] });
    const writer = openServer(server);
    const created = await writer.apply(RESOURCES.gateways, gateway());
    const preconditions = { uid: "00000000-0000-0000-0000-000000000000" };
    expect(
      await writer.delete(RESOURCES.gateways, "mesh", "peer", { preconditions }),
    ).toMatchObject({ ok: false, why: "conflict", conflicts: [] });
    const { metadata } = (created as unknown as { value: { metadata: { uid: string } } }).value;
    const right = { preconditions: { uid: metadata.uid } };
    expect((await writer.delete(RESOURCES.gateways, "mesh", "peer", right)).ok).toBe(true);
  });
});

describe("allowed", () => {
  it("asks the API server", async () => {
    const server = await apiServer({ users: [{ name: "a", deny: [{ resource: "secrets" }] }] });
    const writer = openServer(server);
    const ask = async (resource: string) =>
      valueOf(await writer.allowed({ verb: "get", group: "", resource, namespace: "a" }));
    expect(await ask("pods/portforward")).toBe(true);
    expect(await ask("secrets")).toBe(false);
  });

  it("says why it was not told", async () => {
    const request = { verb: "get", group: "", resource: "pods" } as const;
    const server = await apiServer({ faults: [{ kind: "status", status: 403 }] });
    expect(missingOf(await openServer(server).allowed(request))).toMatchObject({
      why: "forbidden",
      request,
    });
    const other = await rawServer((_request, response) => {
      response.setHeader("content-type", "application/json").end("{}");
    });
    expect(await causeOf(openRaw(other).allowed(request))).toBe(
      "unreadable: the answer is no SelfSubjectAccessReview",
    );
  });
});

/** What a watch comes to that is answered so. */
async function watchAnswered(status: number, body: string) {
  const events: WatchEvent[] = [];
  const server = await rawServer((_request, response) => {
    response.statusCode = status;
    response.setHeader("content-type", "application/json").end(body);
  });
  const answer = await openRaw(server).watch(
    RESOURCES.pods,
    { resourceVersion: "1" },
    (change) => events.push(change),
    new AbortController().signal,
  );
  return { answer, events };
}

function event(type: string, resourceVersion: string): string {
  return JSON.stringify({ type, object: { metadata: { resourceVersion } } });
}

describe("watch", () => {
  it("passes changes on until it is stopped", async () => {
    const server = await apiServer({ objects: [pod("a", "mesh"), pod("b")] });
    const reader = openServer(server, { timeoutMs: 300 });
    const stop = new AbortController();
    const events: string[] = [];
    const watching = reader.watch(
      RESOURCES.pods,
      { namespace: "mesh" },
      ({ type, object }: WatchEvent) => {
        events.push(`${type} ${(object["metadata"] as { name: string }).name}`);
      },
      stop.signal,
    );
    await expect.poll(() => events).toEqual(["ADDED a"]);
    server.put(pod("c", "mesh"));
    server.put(pod("c", "mesh", { spec: {} }));
    server.remove({ apiVersion: "v1", kind: "Pod", namespace: "mesh", name: "c" });
    await expect.poll(() => events).toEqual(["ADDED a", "ADDED c", "MODIFIED c", "DELETED c"]);
    stop.abort();
    expect(valueOf(await watching)).toMatch(/^\d+$/);
  });

  it("ends when the server ends it, and says where to go on", async () => {
    const { answer, events } = await watchAnswered(
      200,
      `${event("ADDED", "5")}\n\n${event("BOOKMARK", "7")}\n`,
    );
    expect(valueOf(answer)).toBe("7");
    expect(events.map(({ type }) => type)).toEqual(["ADDED"]);
    expect(valueOf((await watchAnswered(200, "")).answer)).toBe("1");
  });

  it("says why it cannot go on", async () => {
    const status = { kind: "Status", message: "too old resource version: 1 (5)", code: 410 };
    const gone = await watchAnswered(200, `${JSON.stringify({ type: "ERROR", object: status })}\n`);
    expect(missingOf(gone.answer)).toMatchObject({
      why: "unreadable",
      detail: "the watch ended: too old resource version: 1 (5)",
      request: { verb: "watch", group: "", resource: "pods" },
    });
    expect(missingOf((await watchAnswered(403, "{}")).answer).why).toBe("forbidden");
    expect(missingOf((await watchAnswered(200, "{]\n")).answer).why).toBe("unreadable");
  });

  it("ends with the cluster, and when the server cannot be reached", async () => {
    const server = await apiServer({ objects: [pod("a")] });
    const reader = openServer(server);
    const { signal } = new AbortController();
    const { promise: begun, resolve } = Promise.withResolvers<unknown>();
    const waiting = reader.watch(RESOURCES.pods, {}, resolve, signal);
    await begun;
    await reader.close();
    valueOf(await waiting);
    const down = openRaw({ url: "https://127.0.0.1:1" });
    expect(await causeOf(down.watch(RESOURCES.pods, {}, () => undefined, signal))).toMatch(
      /refused the connection/,
    );
  });
});
