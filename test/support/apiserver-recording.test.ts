import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startApiServer, type ApiServer } from "./apiserver.ts";
import { Client } from "./apiserver/client.ts";

let directory: string;
let server: ApiServer | undefined;
let client: Client | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "recording-"));
});

afterEach(async () => {
  await client?.close();
  await server?.close();
  rmSync(directory, { recursive: true });
});

async function serve(files: Record<string, string>): Promise<Client> {
  for (const [name, text] of Object.entries(files)) {
    const file = join(directory, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  server = await startApiServer({ directory });
  client = new Client(server);
  return client;
}

const configMap = (name: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: n, creationTimestamp: "2026-01-01T00:00:00Z"}\n`;

describe("a recording", () => {
  it("brings objects in YAML and JSON, several in a file, and lists", async () => {
    const list = { apiVersion: "v1", kind: "ConfigMapList", items: [{ metadata: { name: "c" } }] };
    const asked = await serve({
      "objects/a.yaml": `${configMap("a")}---\n${configMap("b")}`,
      "objects/n/deep/c.json": JSON.stringify(list),
      "objects/ignored.txt": "text",
    });
    const { json } = await asked.ask("/api/v1/configmaps");
    expect(json["items"]).toMatchObject([
      { metadata: { name: "c" } },
      { metadata: { name: "a", creationTimestamp: "2026-01-01T00:00:00Z" } },
      { metadata: { name: "b" } },
    ]);
  });

  it("brings debug answers, version and user", async () => {
    const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: n}\n";
    const asked = await serve({
      "objects/p.yaml": pod,
      "debug/n/p/15014/debug/license.json": '{"State":"OK"}\n',
      "snapshot.json": JSON.stringify({ serverVersion: "v1.31.2", user: "jane" }),
    });
    const answer = await asked.ask("/api/v1/namespaces/n/pods/p:15014/proxy/debug/license");
    expect(answer.text).toBe('{"State":"OK"}\n');
    expect((await asked.ask("/version")).json["gitVersion"]).toBe("v1.31.2");
    expect(server?.requests[0]?.user).toBe("jane");
  });

  it("refuses what could not be read when it was made", async () => {
    const request = { verb: "list", group: "" };
    const asked = await serve({
      "objects/a.yaml": configMap("a"),
      "snapshot.json": JSON.stringify({
        unread: [
          { why: "forbidden", detail: "", request: { ...request, resource: "configmaps" } },
          {
            why: "not-found",
            detail: "",
            request: { verb: "list", group: "networking.istio.io", resource: "workloadentries" },
          },
          {
            why: "forbidden",
            detail: "",
            debug: { namespace: "n", pod: "p", port: 15014, path: "debug/license" },
          },
        ],
      }),
    });
    expect((await asked.ask("/api/v1/configmaps")).status).toBe(403);
    expect((await asked.ask("/api/v1/namespaces/n/configmaps")).status).toBe(200);
    expect((await asked.ask("/apis/networking.istio.io/v1/workloadentries")).status).toBe(404);
    expect((await asked.ask("/apis/networking.istio.io/v1/serviceentries")).status).toBe(200);
    expect((await asked.ask("/api/v1/namespaces/n/pods/p:15014/proxy/x")).status).toBe(403);
  });

  it("serves kinds that it was not told of, and OpenShift's where they occur", async () => {
    const asked = await serve({
      "objects/a.yaml":
        "apiVersion: admin.solo.io/v1\nkind: Policy\nmetadata: {name: p, namespace: n}\n---\napiVersion: operator.openshift.io/v1\nkind: Network\nmetadata: {name: cluster}\n",
    });
    const policies = await asked.ask("/apis/admin.solo.io/v1/policies");
    expect(policies.json).toMatchObject({ kind: "PolicyList", items: [{ kind: "Policy" }] });
    expect((await asked.ask("/apis/operator.openshift.io/v1/networks/cluster")).status).toBe(200);
  });
});

it("leaves out groups that are switched off", async () => {
  server = await startApiServer({
    objects: [
      { apiVersion: "gateway.networking.k8s.io/v1", kind: "Gateway", metadata: { name: "a" } },
    ],
    crds: { gatewayApi: false },
  });
  client = new Client(server);
  const path = "/apis/gateway.networking.k8s.io/v1/gateways";
  expect((await client.ask(path)).text).toBe("404 page not found\n");
  expect(server.objects()).toEqual([]);
});
