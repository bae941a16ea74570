import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, it } from "vitest";
import { startApiServer, type ApiServer } from "./apiserver.ts";
import { Client, text, type AskOptions } from "./apiserver/client.ts";

let server: ApiServer;
let client: Client;

beforeEach(async () => {
  server = await startApiServer();
  client = new Client(server);
});

afterEach(async () => {
  await client.close();
  await server.close();
});

const configMap = (name: string, labels: Record<string, string> = {}) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "default", labels },
});

interface Event {
  type: string;
  object: { kind: string; metadata: { name: string; annotations?: object } };
}

/** The events of a watch, one by one. */
async function watch(query: string, options: AskOptions = {}) {
  const response = await client.open(`/api/v1/configmaps?watch=true&${query}`, options);
  const lines = createInterface({ input: response.body })[Symbol.asyncIterator]();
  return {
    status: response.statusCode,
    next: async (): Promise<string> => {
      const { value, done } = await lines.next();
      if (done) return "end";
      const { type, object } = JSON.parse(value) as Event;
      return `${type} ${object.kind} ${object.metadata.name}`;
    },
  };
}

const latest = async (): Promise<string> => {
  const { json } = await client.ask("/api/v1/configmaps");
  return text(json["metadata"]?.["resourceVersion"]);
};

it("starts with what is there and goes on with what changes", async () => {
  server.put(configMap("a"));
  const events = await watch("");
  expect(await events.next()).toBe("ADDED ConfigMap a");
  server.put(configMap("a", { x: "y" }));
  expect(await events.next()).toBe("MODIFIED ConfigMap a");
  server.remove({ apiVersion: "v1", kind: "ConfigMap", namespace: "default", name: "a" });
  expect(await events.next()).toBe("DELETED ConfigMap a");
});

it("starts after a resource version", async () => {
  server.put(configMap("a"));
  const version = await latest();
  server.put(configMap("b"));
  const events = await watch(`resourceVersion=${version}`);
  expect(await events.next()).toBe("ADDED ConfigMap b");
});

it("shows what comes to match and ceases to match a selector as added and deleted", async () => {
  const events = await watch(`resourceVersion=${await latest()}&labelSelector=x%3Dy`);
  server.put(configMap("a"));
  server.put(configMap("a", { x: "y" }));
  expect(await events.next()).toBe("ADDED ConfigMap a");
  server.put(configMap("a"));
  expect(await events.next()).toBe("DELETED ConfigMap a");
});

it("gives metadata alone, and says when what was there is through", async () => {
  server.put(configMap("a"));
  const accept = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
  const events = await watch("sendInitialEvents=true", { headers: { accept } });
  expect(await events.next()).toBe("ADDED PartialObjectMetadata a");
  expect(await events.next()).toContain("BOOKMARK");
});

it("ends when its time is over", async () => {
  const events = await watch("timeoutSeconds=0");
  expect(await events.next()).toBe("end");
});

it("reports a version that is none", async () => {
  const events = await watch("resourceVersion=abc");
  expect(await events.next()).toContain("ERROR Status");
});
