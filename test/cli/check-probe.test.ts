import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { dump } from "js-yaml";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Report } from "../../src/model/report.ts";
import schema from "../../schema/mc.check.v1.schema.json" with { type: "json" };
import { type Authority, makeIntermediate, makeLeaf, makeRoot } from "../support/certificates.ts";
import { type Clusters, runMc, startClusters } from "../support/cli.ts";
import { type TestServer, tlsServer } from "../support/tls-server.ts";

/*
 * `mc check --probe` as a whole: two clusters behind API servers, whose gateways are TLS servers on this
 * machine. The roots of the clusters are those of the fixture, so no certificate here is theirs.
 */

const FIXTURE = join(import.meta.dirname, "../../fixtures/healthy");

let clusters: Clusters;
let root: Authority;
let gateway: TestServer;

function readdress(object: Record<string, unknown>): void {
  Object.assign(object, { status: { addresses: [{ type: "IPAddress", value: "127.0.0.1" }] } });
  const spec = object["spec"] as { listeners: { port: number }[] };
  for (const listener of spec.listeners) listener.port = gateway.port;
}

beforeAll(async () => {
  root = await makeRoot();
  const intermediate = await makeIntermediate(root);
  const leaf = await makeLeaf(intermediate, { dnsNames: ["istiod.istio-system.svc"] });
  gateway = await tlsServer([leaf, intermediate]);
  clusters = await startClusters("healthy", { controller: false });
  clusters.edit("cluster2", "Gateway", "istio-eastwest/istio-eastwest", readdress);
  clusters.edit("cluster2", "Service", "istio-eastwest/istio-eastwest", (service) => {
    Object.assign(service, { status: {} });
  });
  const remote = clusters.server("cluster2");
  const config = remote.kubeconfig({ context: "cluster2", dir: dirname(clusters.kubeconfig) });
  clusters.server("cluster1").put({
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: "istio-remote-secret-cluster2",
      namespace: "istio-system",
      labels: { "istio/multiCluster": "true" },
    },
    data: { cluster2: Buffer.from(dump(config)).toString("base64") },
  });
});

afterAll(async () => {
  await clusters.close();
  await gateway.close();
});

const CHECK = ["check", "--contexts=cluster1,cluster2", "--check=license", "-q"];
/** Enough for what answers; what does not is waited for so long. */
const PROBE = ["--probe", "--probe-timeout=5s"];

describe("mc check --probe", () => {
  it("adds what it tried, as the schema has it, and changes nothing of the checks", async () => {
    const plain = await clusters.mc([...CHECK, "-o", "json"]);
    const probed = await clusters.mc([...CHECK, ...PROBE, "-o", "json"]);
    expect([plain.code, probed.code]).toEqual([0, 0]);
    const [before, after] = [plain, probed].map(({ stdout }) => JSON.parse(stdout) as Report);
    expect(before?.probe).toBeUndefined();
    expect([after?.outcome, after?.summary]).toEqual([before?.outcome, before?.summary]);
    const ajv = new Ajv2020({ strict: true, strictRequired: false });
    addFormats.default(ajv);
    const isValid = ajv.validate(schema, after);
    expect(ajv.errors).toBeNull();
    expect(isValid).toBe(true);
    const own = after?.probe?.attempts.filter(({ address }) => address === "127.0.0.1") ?? [];
    expect(own.map(({ to, purpose, verdict }) => [to, purpose, verdict])).toEqual([
      ["cluster2", "discovery", "wrong-certificate"],
      ["cluster2", "traffic", "wrong-certificate"],
    ]);
    expect(own[0]?.trust?.map(({ cluster, trusted }) => [cluster, trusted])).toEqual([
      ["cluster1", false],
      ["cluster2", false],
    ]);
    expect(after?.probe?.apiServers.map(({ cluster, verdict }) => [cluster, verdict])).toEqual([
      ["cluster2", "connected"],
    ]);
    const token = clusters.server("cluster2").token();
    expect(probed.stdout + probed.stderr).not.toContain(token);
  });

  it("uses no credential of a remote secret without it", async () => {
    const reviews = (): number =>
      clusters
        .server("cluster2")
        .requests.filter(({ path }) => path.endsWith("/selfsubjectreviews")).length;
    const before = reviews();
    await clusters.mc([...CHECK]);
    const ordinary = reviews() - before;
    await clusters.mc([...CHECK, ...PROBE]);
    expect(reviews() - before - ordinary).toBe(ordinary + 1);
  });

  it("takes the addresses of recordings, and says of when they are", async () => {
    const args = ["check", "--directory", FIXTURE, "--check=gateways", "--probe"];
    const { code, stdout } = await runMc([...args, "--probe-timeout=1ms"]);
    expect(code).toBe(0);
    expect(stdout).toContain("=== Probe from this machine: 0 of 4 connected ===");
    expect(stdout).toContain(
      "the addresses of cluster1, cluster2 are those of a recording, and may be others by now",
    );
    expect(stdout).toContain("✅ 4 checks passed");
  });

  it("takes a time for its attempts only with them", async () => {
    const { code, stderr } = await runMc(["check", "--directory", FIXTURE, "--probe-timeout=1s"]);
    expect([code, stderr]).toEqual([2, "mc: --probe-timeout is only for --probe\n"]);
  });

  it("ends at once at Ctrl-C", async () => {
    const interruption = new AbortController();
    const { requests } = clusters.server("cluster1");
    const before = requests.length;
    const running = clusters.mc([...CHECK, "--probe", "--probe-timeout=1h"], {
      signal: interruption.signal,
    });
    const isProbing = (): boolean =>
      requests.slice(before).some(({ path }) => path.endsWith("/istio-system/secrets"));
    await expect.poll(isProbing).toBe(true);
    interruption.abort();
    expect((await running).code).toBe(130);
  });
});
