import { X509Certificate } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { startApiServer, type ApiServer, type ApiServerOptions, type Fault } from "./apiserver.ts";
import { Client, text } from "./apiserver/client.ts";

const PODS = "/api/v1/pods";
const pods = ["a", "b", "c"].map((name) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "default" },
}));

const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close();
});

async function serve(options: ApiServerOptions, allowH2 = true): Promise<[ApiServer, Client]> {
  const server = await startApiServer({ objects: pods, ...options });
  const client = new Client(server, {}, allowH2);
  open.push(server, client);
  return [server, client];
}

describe.each([
  ["HTTP/2", true],
  ["HTTP/1.1", false],
])("faults over %s", (_name, allowH2) => {
  const ask = async (fault: Fault, path = PODS) => {
    const [, client] = await serve({ faults: [fault] }, allowH2);
    return client.ask(path);
  };

  it("answers with a status, a body and headers", async () => {
    const busy = await ask({ kind: "status", status: 429, headers: { "Retry-After": "3" } });
    expect(busy).toMatchObject({
      status: 429,
      headers: { "retry-after": "3" },
      json: { kind: "Status", reason: "TooManyRequests", code: 429 },
    });
    expect(await ask({ kind: "status", status: 502, body: "bad gateway" })).toMatchObject({
      status: 502,
      text: "bad gateway",
    });
  });

  it("answers with what is no list", async () => {
    expect((await ask({ kind: "html" })).text).toContain("<!DOCTYPE html>");
    expect((await ask({ kind: "redirect" })).headers["location"]).toContain("login");
    expect((await ask({ kind: "empty" })).text).toBe("");
    expect((await ask({ kind: "items-null" })).json).toMatchObject({
      kind: "PodList",
      items: null,
    });
    expect((await ask({ kind: "wrong-kind" })).json["kind"]).toBe("Surprise");
    expect((await ask({ kind: "wrong-content-type" })).headers["content-type"]).toContain("text");
    expect((await ask({ kind: "huge", bytes: 300_000 })).json["padding"]).toHaveLength(300_000);
    expect((await ask({ kind: "warning" })).headers["warning"]).toContain("299");
  });

  it("breaks the connection, at once or in the middle of the body", async () => {
    await expect(ask({ kind: "reset" })).rejects.toThrow(/reset|closed|socket|ECONN/);
    await expect(ask({ kind: "truncate" })).rejects.toThrow(/.*/);
  });

  it("takes its time", async () => {
    const events: string[] = [];
    const gate = Promise.withResolvers<void>();
    const [server, client] = await serve(
      { faults: [{ kind: "latency", until: gate.promise }] },
      allowH2,
    );
    const asked = client.ask(PODS).then(({ status }) => events.push(`answered ${status}`));
    await expect.poll(() => server.requests.length).toBe(1);
    events.push("released");
    gate.resolve();
    await asked;
    expect(events).toEqual(["released", "answered 200"]);
    expect((await ask({ kind: "latency", ms: 1 })).status).toBe(200);
    expect((await ask({ kind: "trickle", ms: 1, bytes: 100 })).json["items"]).toHaveLength(3);
  });

  it("forgets lists that were begun", async () => {
    const [server, client] = await serve({}, allowH2);
    const { json } = await client.ask(`${PODS}?limit=2`);
    server.setFaults([{ kind: "expired-continue" }]);
    const token = text(json["metadata"]?.["continue"]);
    expect((await client.ask(`${PODS}?limit=2&continue=${token}`)).json).toMatchObject({
      code: 410,
      reason: "Expired",
    });
    expect((await client.ask(`${PODS}?limit=2`)).status).toBe(200);
  });

  it("survives clients that go away", async () => {
    const [server] = await serve({}, allowH2);
    const trickle: Fault = { kind: "trickle" };
    for (const [path, ...faults] of [[PODS], [PODS, trickle], [`${PODS}?watch=true`]] as [
      string,
      ...Fault[],
    ][]) {
      const gate = Promise.withResolvers<void>();
      server.setFaults([{ kind: "latency", until: gate.promise }, ...faults]);
      const impatient = new Client(server, {}, allowH2);
      const before = server.requests.length;
      const asked = impatient.ask(path).catch(() => "gone");
      await expect.poll(() => server.requests.length).toBe(before + 1);
      await impatient.close();
      expect(await asked).toBe("gone");
      gate.resolve();
      // The answer comes all the same, to nobody.
      await expect.poll(() => server.requests.at(-1)?.status).toBe(200);
    }
    server.setFaults([]);
    const patient = new Client(server, {}, allowH2);
    expect((await patient.ask(PODS)).status).toBe(200);
    await patient.close();
  });

  it("leaves requests without an answer until it closes", async () => {
    const server = await startApiServer({ faults: [{ kind: "hang" }] });
    const client = new Client(server, {}, allowH2);
    const asked = client.ask(PODS).catch(() => "closed");
    await expect.poll(() => server.requests.length).toBe(1);
    await server.close();
    expect(await asked).toBe("closed");
    await client.close();
  });
});

const statuses = async (client: Client, ...paths: string[]): Promise<number[]> => {
  const found: number[] = [];
  for (const path of paths) found.push((await client.ask(path)).status);
  return found;
};
const broken = (match: Fault["match"], more: Partial<Fault> = {}): ApiServerOptions => ({
  faults: [{ kind: "status", status: 503, ...(match && { match }), ...more }],
});

describe("matching", () => {
  it("goes by path, resource and method", async () => {
    const paths = [PODS, "/version", "/api/v1/namespaces/default/pods/a"];
    for (const [match, expected] of [
      [{ path: PODS }, [503, 200, 200]],
      [{ path: /\/pods/ }, [503, 200, 503]],
      [{ resource: "pods" }, [503, 200, 503]],
      [{ method: "POST" }, [200, 200, 200]],
      [{ user: "kubernetes-admin" }, [503, 503, 503]],
      [undefined, [503, 503, 503]],
    ] as const) {
      const [, client] = await serve(broken(match));
      expect(await statuses(client, ...paths)).toEqual(expected);
    }
  });

  it("goes by count", async () => {
    const four = [PODS, PODS, PODS, PODS];
    for (const [options, expected] of [
      [broken({ nth: 2 }), [200, 503, 200, 200]],
      [broken({ from: 3 }), [200, 200, 503, 503]],
      [broken({ from: 2 }, { times: 2 }), [200, 503, 503, 200]],
    ] as const) {
      const [, client] = await serve(options);
      expect(await statuses(client, ...four)).toEqual(expected);
    }
  });

  it("reaches debug requests behind pods/proxy and port-forwards", async () => {
    const [server, client] = await serve({
      objects: [
        {
          apiVersion: "v1",
          kind: "Pod",
          metadata: { name: "a", namespace: "n" },
          status: { phase: "Running" },
        },
      ],
      debug: { "n/a/15014/debug/license": { State: "OK" } },
      faults: [{ kind: "status", status: 500, match: { path: "/debug/license" } }],
    });
    const socket = client.socket("/api/v1/namespaces/n/pods/a/portforward?ports=15014", [
      "v4.channel.k8s.io",
    ]);
    const { promise, resolve } = Promise.withResolvers<string>();
    socket.on("message", (data: Buffer) => {
      if (data[0] === 0 && data.length > 3) resolve(data.toString());
    });
    socket.on("open", () => {
      socket.send(Buffer.from("\0GET /debug/license HTTP/1.1\r\nHost: x\r\n\r\n"));
    });
    expect(await promise).toContain("500 Internal Server Error");
    socket.terminate();
    const path = "/api/v1/namespaces/n/pods/a:15014/proxy/debug/license";
    expect((await client.ask(path)).status).toBe(500);
    server.setFaults([]);
    expect((await client.ask(path)).json).toEqual({ State: "OK" });
  });
});

describe("TLS", () => {
  it.each([
    ["other-ca", /self-signed certificate|unable to verify|signature/],
    ["expired", /expired/],
    ["wrong-host", /does not match|altnames/],
  ] as const)("can be wrong: %s", async (tls, message) => {
    const [, client] = await serve({ tls });
    await expect(client.ask(PODS)).rejects.toThrow(message);
  });

  it("has a certificate of its own CA otherwise", async () => {
    const [server, client] = await serve({});
    expect(new X509Certificate(server.caPem).ca).toBe(true);
    expect((await client.ask(PODS)).status).toBe(200);
  });
});
