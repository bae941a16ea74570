import { describe, expect, it } from "vitest";
import { ClusterSource } from "../../src/engine/source.ts";
import { FACTS } from "../../src/facts/index.ts";
import type { FactKey } from "../../src/model/facts.ts";
import type { Gathered } from "../../src/model/gathered.ts";
import type { Connection, RawObject } from "../../src/model/reader.ts";
import type { Resource } from "../../src/model/resource.ts";
import { certificateMaker } from "../support/mesh/certificates.ts";
import { SCENARIOS } from "../support/mesh/scenarios.ts";
import { MemoryReader, memorySource, type MemoryContents } from "../support/source.ts";

const KEYS = Object.keys(FACTS) as FactKey[];

const INDEPENDENT = [
  "connect",
  "get istio-system/configmaps/istio",
  "get istio-system/configmaps/istio-ca-root-cert",
  "get istio-system/secrets/cacerts",
  "list configmaps metadata.name=istio-cni-config",
  "list daemonsets",
  "list deployments app=istiod",
  "list deployments gateway.networking.k8s.io/gateway-name",
  "list gatewayclasses",
  "list gateways",
  "list namespaces",
  "list nodes",
  "list pods app in (istiod,ztunnel)",
  "list pods gateway.networking.k8s.io/gateway-name",
  "list pods k8s-app=istio-cni-node",
  "list secrets in istio-system istio/multiCluster=true (metadata)",
  "list services",
  "list workloadentries solo.io/source-workload (metadata)",
];

async function healthy(): Promise<MemoryContents> {
  const [first] = (await SCENARIOS["healthy"]?.(certificateMaker)) ?? [];
  // The recording's paths have the port between slashes.
  const debug = Object.entries(first?.debug ?? {}).map(
    ([path, body]) => [path.replace(/^([^/]+\/[^/]+)\/(\d+)/, "$1:$2"), body] as const,
  );
  const objects = (first?.objects ?? []).map((object): RawObject => ({ ...object }));
  return { objects, debug: Object.fromEntries(debug) };
}

/** Notes what it is asked for and never answers. */
class SilentReader extends MemoryReader {
  override connect(): Promise<Gathered<Connection>> {
    void super.connect();
    return new Promise(() => {});
  }
  override list(resource: Resource, options = {}): Promise<Gathered<RawObject[]>> {
    void super.list(resource, options);
    return new Promise(() => {});
  }
}

describe("requests for all facts of a healthy cluster", () => {
  it("are few, and each is made once", async () => {
    const { source, reader } = memorySource(await healthy());
    const facts = await Promise.all(KEYS.map((key) => source.fact(key)));
    expect(facts.filter(({ ok }) => !ok)).toEqual([]);
    const requests = reader.requests.map((line) => line.replace(/istiod-[^:]*/, "POD"));
    expect(requests.toSorted()).toEqual([
      "connect",
      "debug istio-system/POD:15014/debug/license",
      "debug istio-system/POD:15014/debug/syncz",
      ...INDEPENDENT.slice(1),
    ]);
  });

  it("go out at once, but for those that depend on others", () => {
    const reader = new SilentReader();
    const source = new ClusterSource(reader, {}, FACTS);
    for (const key of KEYS) void source.fact(key);
    expect(reader.requests.toSorted()).toEqual(INDEPENDENT);
  });
});
