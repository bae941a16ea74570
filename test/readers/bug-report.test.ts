import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { dump, loadAll } from "js-yaml";
import { describe, expect, test } from "vitest";
import { check } from "../../src/engine/check.ts";
import type { ClusterReader } from "../../src/model/reader.ts";
import { RESOURCES } from "../../src/model/resource.ts";
import { openRecordings } from "../../src/readers/recordings.ts";
import { clusterDirectories, recordedClusters } from "../support/scenario.ts";
import { directory, faultOf, filesUnder } from "./temp.ts";

interface Thing {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
}

const isCustom = ({ apiVersion }: Thing) => /\.\w+\//.test(apiVersion);

interface Slice extends Thing {
  endpoints?: { addresses: string[] }[];
  ports?: unknown;
}

/** It lists Endpoints, and not the slices that Kubernetes makes of them. */
function asEndpoints(object: Slice): Thing & { subsets?: unknown } {
  if (object.kind !== "EndpointSlice") return object;
  const { labels } = object.metadata as { labels?: Record<string, string> };
  const subset = {
    addresses: object.endpoints?.flatMap(({ addresses }) => addresses.map((ip) => ({ ip }))),
    ports: object.ports,
  };
  const name = labels?.["kubernetes.io/service-name"] ?? "";
  const metadata = { ...object.metadata, labels: {}, name };
  return { apiVersion: "v1", kind: "Endpoints", metadata, subsets: [subset] };
}

const isClusterWide = ({ kind }: Thing) => kind === "Node" || kind === "Namespace";

/** As kubectl prints objects of several types. */
function list(objects: readonly Thing[]): string {
  const items = objects.map(
    (object) =>
      `- ${dump(object, { seqNoIndent: true, noRefs: true }).trimEnd().replaceAll("\n", "\n  ")}\n`,
  );
  return `apiVersion: v1\nitems:\n${items.join("")}kind: List\nmetadata:\n  resourceVersion: ""\n`;
}

const crd = (name: string): Thing => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name },
});

interface Options {
  /** Nodes and namespaces in a file of their own, as from 1.30 on. */
  split: boolean;
  prefix: string;
  context?: string;
}

/** A bug report of a cluster of a scenario, by its paths. */
function bugReport(
  recorded: string,
  { split, prefix, context = "their-context" }: Options,
): Record<string, string> {
  const files = filesUnder(recorded);
  const objects = Object.entries(files)
    .filter(([path]) => path.startsWith("objects/"))
    .flatMap(([, text]) => loadAll(text) as Thing[])
    .filter(({ kind }) => kind !== "Secret")
    .map(asEndpoints);
  const noise = {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: "e", namespace: "default" },
    message: "items:\n- kind: Pod\n",
  };
  const plain = [
    ...objects.filter((object) => !isCustom(object)),
    crd("gateways.gateway.networking.k8s.io"),
    crd("gatewayclasses.gateway.networking.k8s.io"),
    crd("gateways.networking.istio.io"),
    crd("virtualservices.networking.istio.io"),
    noise,
  ];
  const report: Record<string, string> = {
    "cluster/k8s-resources": list(split ? plain.filter((one) => !isClusterWide(one)) : plain),
    "cluster/crs": list(objects.filter(isCustom)),
    "cluster/cluster-context": `${context}\nhttps://192.0.2.1:6443\n`,
    "cluster/nodes": "Name: node-1\nRoles: <none>\n\t- not: yaml: at all\n",
    "analyze/allNamespaces": "Info [IST0102]: …",
  };
  if (split) report["cluster/k8s-cluster-resources"] = list(plain.filter(isClusterWide));
  for (const [path, text] of Object.entries(files)) {
    const [, namespace, pod, name] =
      /^debug\/([^/]+)\/([^/]+)\/15014\/(.+)\.json$/.exec(path) ?? [];
    if (name !== undefined) report[`istio/${namespace}/${pod}/${name}`] = text;
  }
  return Object.fromEntries(
    Object.entries(report).map(([path, text]) => [`${prefix}${path}`, text]),
  );
}

async function statuses(readers: readonly ClusterReader[]): Promise<Record<string, string>[]> {
  const { clusters } = await check(readers, { precheck: false, concurrency: 4 });
  return clusters.map(({ checks }) =>
    Object.fromEntries(checks.map(({ id, status }) => [id, status])),
  );
}

describe.each([
  { version: "1.28", split: false, prefix: "bug-report/" },
  { version: "1.31", split: true, prefix: "" },
])("of Istio $version", (options) => {
  test.each(["healthy", "split-namespaces", "broken"])(
    "%s: the cluster's results",
    async (name) => {
      const [recorded = ""] = clusterDirectories(name);
      const [original] = await recordedClusters(name);
      const report = directory(bugReport(recorded, options));
      const readers = await openRecordings(report);
      expect(readers).toMatchObject([{ context: "their-context", kind: "recording" }]);
      expect(readers[0]?.contextArgument).toBeUndefined();
      const [expected] = await statuses(original ? [original] : []);
      // Remote secrets are Secrets: env-vars says that it did not see any.
      const envVars = expected?.["env-vars"] === "pass" ? "info" : expected?.["env-vars"];
      expect(await statuses(readers)).toEqual([
        { ...expected, connection: "info", "env-vars": envVars },
      ]);

      const archive = join(directory(), "bug-report.tar.gz");
      execFileSync("tar", ["-czf", archive, "-C", report, "."]);
      expect(await statuses(await openRecordings(archive))).toEqual(await statuses(readers));
    },
  );
});

describe("of meshes of community Istio", () => {
  const MESH = ["links", "endpoints", "istiod-remote", "mesh-id", "trust-domains", "network"];

  test.each(["community-sidecar", "community-primary-remote", "community-ambient"])(
    "%s: what istiods say is there, and Secrets are not",
    async (name) => {
      const reports = clusterDirectories(name).map((recorded, index) =>
        directory(bugReport(recorded, { split: true, prefix: "", context: `theirs-${index}` })),
      );
      const readers = await Promise.all(reports.map((report) => openRecordings(report)));
      const resultsOf = async (all: readonly ClusterReader[]) => {
        const { clusters, mesh } = await check(all, { precheck: false, concurrency: 4 });
        const own = clusters.map(({ checks }) =>
          checks.filter(({ id }) => id !== "connection").map(({ id, status }) => [id, status]),
        );
        return { own, mesh: new Map(mesh.map(({ id, status }) => [id as string, status])) };
      };
      const [found, expected] = [
        await resultsOf(readers.flat()),
        await resultsOf(await recordedClusters(name)),
      ];
      expect(found.own).toEqual(expected.own);
      expect(found.mesh.get("remote-secrets")).toBe("error");
      const told = MESH.filter((id) => found.mesh.get(id) !== expected.mesh.get(id));
      // Without an istiod nothing but the credential tells which cluster that is.
      const isLed = name === "community-primary-remote";
      expect(told).toEqual(isLed ? ["links", "endpoints"] : []);
    },
  );
});

describe("what is not there", () => {
  const [recorded = ""] = clusterDirectories("healthy");
  const whole = bugReport(recorded, { split: true, prefix: "" });
  const without = (...paths: string[]) =>
    Object.fromEntries(Object.entries(whole).filter(([path]) => !paths.includes(path)));

  test("Secrets are not recorded; a type whose CRD is missing is not served", async () => {
    const [reader] = await openRecordings(directory(whole));
    expect(await reader?.get(RESOURCES.secrets, "istio-system", "cacerts")).toMatchObject({
      why: "not-recorded",
      detail: expect.stringContaining("has no Secret objects") as string,
    });
    expect(await reader?.list(RESOURCES.workloadEntries)).toMatchObject({ why: "not-found" });
    expect(await reader?.list(RESOURCES.gateways)).toMatchObject({ ok: true });
  });

  test("Secrets of --full-secrets are read, and a table of their names is none", async () => {
    const cacerts = loadAll(filesUnder(recorded)["objects/istio-system/secret-cacerts.yaml"] ?? "");
    const full = { ...whole, "cluster/secrets": list(cacerts as Thing[]) };
    const [reader] = await openRecordings(directory(full));
    const found = await reader?.get(RESOURCES.secrets, "istio-system", "cacerts");
    expect(found).toMatchObject({
      ok: true,
      value: { data: { "ca-cert.pem": expect.stringMatching(/^LS0t/) as string } },
    });
    const { mesh } = await check(reader ? [reader] : [], { precheck: false, concurrency: 4 });
    const certs = mesh.find(({ id }) => id === "certs");
    expect(JSON.stringify(certs)).toContain("verifies its intermediate certificate");

    const table =
      "NAMESPACE      NAME      TYPE     DATA   AGE\nistio-system   cacerts   Opaque   4      5d\n";
    const [named] = await openRecordings(directory({ ...whole, "cluster/secrets": table }));
    expect(await named?.get(RESOURCES.secrets, "istio-system", "cacerts")).toMatchObject({
      why: "not-recorded",
    });
  });

  test("a file that failed takes its types with it, and nothing else", async () => {
    const [noCrs] = await openRecordings(directory(without("cluster/crs")));
    expect(await noCrs?.list(RESOURCES.gateways)).toMatchObject({ why: "not-recorded" });
    expect(await noCrs?.list(RESOURCES.pods)).toMatchObject({ ok: true });

    const [noNodes] = await openRecordings(directory(without("cluster/k8s-cluster-resources")));
    expect(await noNodes?.list(RESOURCES.nodes)).toMatchObject({ why: "not-recorded" });

    const root = directory(without("cluster/k8s-resources", "cluster/cluster-context"));
    const [onlyCrs] = await openRecordings(root);
    expect(await onlyCrs?.list(RESOURCES.deployments)).toMatchObject({ why: "not-recorded" });
    expect(await onlyCrs?.list(RESOURCES.workloadEntries)).toMatchObject({ value: [] });
    expect(onlyCrs?.context).toBe(root.split("/").at(-1));
  });

  test("a list that cannot be parsed is a fault that names it", async () => {
    const root = directory({
      "cluster/k8s-resources": "apiVersion: v1\nitems:\n- a: [\nkind: List\n",
    });
    expect(await faultOf(root)).toMatch(/cluster\/k8s-resources: line 4: /);
  });
});

test("debug answers of istiod at any port, and the dumps of ztunnel", async () => {
  const pod = { namespace: "n", pod: "p" };
  const root = directory({
    "bug-report/istio/n/p/debug/license": { State: "OK", Product: "gloo-mesh", Key: "hunter2" },
    "bug-report/istio/n/p/debug/syncz": "404 page not found\n",
    "bug-report/istio/n/q/debug/syncz": "upstream connect error",
    "bug-report/istio/n/p/debug/configz": "[".repeat(1000),
    "bug-report/proxies/n/p/config_dump": {
      config: { network: "west", clusterId: "c", secret: "hunter2" },
      certificates: [{ rootCerts: [{ pem: "none" }], key: "hunter2" }],
    },
    "bug-report/proxies/n/q/config_dump?include_eds": { configs: [] },
  });
  const [reader] = await openRecordings(root);
  expect(await reader?.debug({ ...pod, port: 15014 }, "/debug/license")).toEqual({
    ok: true,
    value: { State: "OK", Product: "gloo-mesh" },
  });
  expect(await reader?.debug({ ...pod, port: 8080 }, "/debug/license")).toMatchObject({ ok: true });
  expect(await reader?.debug({ ...pod, port: 15014 }, "/debug/syncz")).toMatchObject({
    why: "not-found",
  });
  expect(
    await reader?.debug({ namespace: "n", pod: "q", port: 15014 }, "/debug/syncz"),
  ).toMatchObject({
    why: "unreadable",
  });
  expect(await reader?.debug({ ...pod, port: 15014 }, "/debug/configz")).toMatchObject({
    why: "not-recorded",
  });
  expect(await reader?.debug({ ...pod, port: 15000 }, "/config_dump")).toEqual({
    ok: true,
    value: { config: { network: "west", clusterId: "c" }, certificates: [] },
  });
});

test("several bug reports below one directory are several clusters", async () => {
  const [one = "", two = ""] = clusterDirectories("healthy");
  const root = directory({
    ...bugReport(one, { split: false, prefix: "a/bug-report/" }),
    ...bugReport(two, { split: true, prefix: "b/" }),
  });
  expect(await openRecordings(root)).toHaveLength(2);
});
