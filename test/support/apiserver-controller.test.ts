import { afterEach, describe, expect, it } from "vitest";
import { startApiServer, type ApiServer, type ControllerOptions } from "./apiserver.ts";
import { peersAmong } from "./apiserver/peering.ts";

const servers = new Map<string, ApiServer>();

afterEach(async () => {
  for (const server of servers.values()) await server.close();
  servers.clear();
});

const istiod = (cluster: string) => [
  {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `istiod-${cluster}`, namespace: "istio-system", labels: { app: "istiod" } },
  },
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "istiod", namespace: "istio-system", labels: { app: "istiod" } },
    spec: {
      template: { spec: { containers: [{ env: [{ name: "CLUSTER_ID", value: cluster }] }] } },
    },
  },
];

async function serve(cluster: string, controller: ControllerOptions | boolean = true) {
  const server = await startApiServer({ objects: istiod(cluster), controller });
  servers.set(cluster, server);
  return server;
}

const gateway = (name: string, gatewayClassName: string, spec: object = {}, labels = {}) => ({
  apiVersion: "gateway.networking.k8s.io/v1",
  kind: "Gateway",
  metadata: { name, namespace: "istio-eastwest", labels },
  spec: { gatewayClassName, listeners: [{ name: "xds-tls", port: 15012 }], ...spec },
});

const REF = {
  apiVersion: "gateway.networking.k8s.io/v1",
  kind: "Gateway",
  namespace: "istio-eastwest",
};

const find = (server: ApiServer, kind: string, name: string) =>
  server.objects().find((object) => object.kind === kind && object.metadata.name === name);

const trueConditions = (server: ApiServer, name: string) => {
  const status = find(server, "Gateway", name)?.["status"] as
    | { conditions: { type: string; status: string }[] }
    | undefined;
  return status?.conditions.filter(({ status: is }) => is === "True").map(({ type }) => type);
};

describe("the controller", () => {
  it("programs an east-west gateway and gives it its children", async () => {
    const server = await serve("a", { address: "lb.example.com" });
    server.put(
      gateway("istio-eastwest", "istio-eastwest", {}, { "topology.istio.io/network": "n" }),
    );
    await expect
      .poll(() => trueConditions(server, "istio-eastwest"))
      .toEqual(["Accepted", "Programmed"]);
    expect(find(server, "Gateway", "istio-eastwest")?.["status"]).toMatchObject({
      addresses: [{ type: "Hostname", value: "lb.example.com" }],
    });
    expect(find(server, "Service", "istio-eastwest")).toMatchObject({
      metadata: { labels: { "gateway.networking.k8s.io/gateway-name": "istio-eastwest" } },
      spec: { type: "LoadBalancer", ports: [{ port: 15021 }, { port: 15012 }] },
      status: { loadBalancer: { ingress: [{ hostname: "lb.example.com" }] } },
    });
    expect(find(server, "Deployment", "istio-eastwest")).toBeDefined();
    server.remove({ ...REF, name: "istio-eastwest" });
    await expect.poll(() => find(server, "Service", "istio-eastwest")).toBeUndefined();
    expect(server.objects().map(({ kind }) => kind)).toEqual(["Pod", "Deployment"]);
  });

  it("connects a remote gateway, and tells the other side", async () => {
    const onPeer = peersAmong(servers);
    const a = await serve("a", { onPeer: onPeer("a") });
    const b = await serve("b", { onPeer: onPeer("b") });
    const spec = { addresses: [{ type: "IPAddress", value: "192.0.2.2" }] };
    a.put(gateway("peer-b", "istio-remote", spec, { "topology.istio.io/cluster": "b" }));
    await expect
      .poll(() => trueConditions(a, "peer-b"))
      .toEqual([
        "Accepted",
        "Programmed",
        "gloo.solo.io/PeerConnected",
        "gloo.solo.io/PeeringSucceeded",
        "gloo.solo.io/PeerDataPlaneProgrammed",
      ]);
    expect(find(a, "Gateway", "peer-b")?.["status"]).toMatchObject(spec);
    const key = "istio-system/istiod-b/15014/debug/syncz";
    expect(b.debug(key)).toEqual([
      { cluster_id: "a", proxy: "istiod-a.istio-system", proxy_type: "istiod" },
    ]);
    a.remove({ ...REF, name: "peer-b" });
    await expect.poll(() => b.debug(key)).toEqual([]);
  });

  it("ignores what it is told to, and what was there before", async () => {
    const server = await serve("a", { ignore: ["slow"] });
    server.put(gateway("slow", "istio-remote"));
    server.put(gateway("quick", "istio-remote"));
    await expect.poll(() => trueConditions(server, "quick")).toHaveLength(5);
    expect(find(server, "Gateway", "slow")).not.toHaveProperty("status");
  });
});
