import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Gateway } from "@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/Gateway";
import { loadAll } from "js-yaml";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Clusters, hasKubectl, runMc, startClusters } from "../support/cli.ts";

interface Document {
  metadata: { name: string; namespace?: string; labels: Record<string, string> };
}

const documents = (text: string): Document[] => loadAll(text) as Document[];

function gateway(cluster: string, address: string): string {
  return `\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata:
  annotations:
    gateway.istio.io/service-account: istio-eastwest
    gateway.istio.io/trust-domain: cluster.local
  labels:
    topology.istio.io/cluster: ${cluster}
    topology.istio.io/network: ${cluster}
    topology.kubernetes.io/region: us-east-1
  name: istio-remote-peer-${cluster}
spec:
  addresses:
  - type: IPAddress
    value: ${address}
  gatewayClassName: istio-remote
  listeners:
  - name: cross-network
    port: 15008
    protocol: HBONE
    tls:
      mode: Passthrough
  - name: xds-tls
    port: 15012
    protocol: TLS
    tls:
      mode: Passthrough
`;
}

const UNLINKED = resolve(import.meta.dirname, "../../fixtures/unlinked");

describe("mc link, wrongly called", () => {
  let clusters: Clusters;
  let directory: string;

  beforeAll(async () => {
    clusters = await startClusters("unlinked");
    directory = mkdtempSync(join(tmpdir(), "mc-link-"));
    writeFileSync(join(directory, "file"), "");
  });

  afterAll(async () => {
    rmSync(directory, { recursive: true });
    await clusters.close();
  });

  const many = Array.from({ length: 31 }, (_, index) => `c${index}`).join(",");

  it.each<[string, string]>([
    ["", "name the clusters to link: --contexts a,b, or --from a --to b"],
    ["a b", "link takes no arguments: did you mean --contexts a,b?"],
    ["--contexts=cluster1", "--contexts needs two clusters or more"],
    ["--contexts=cluster1,cluster1", "--contexts names cluster1 twice"],
    ["--contexts=cluster1 --contexts=cluster1", "--contexts names cluster1 twice"],
    ["--contexts=,", "It needs at least one value"],
    ["--contexts", "--contexts needs names of kubeconfig contexts: cluster1, cluster2"],
    [`--contexts=${many}`, "--contexts takes at most 30 clusters, 31 are given"],
    ["--contexts=cluster1,clutser2", `no context "clutser2" (did you mean "cluster2"?)`],
    ["--contexts=cluster1,cluster2 --from=cluster1", "give either --contexts, or --from and --to"],
    ["--contexts=cluster1,cluster2 --context=cluster1", "--context does not go with --contexts"],
    ["--context=cluster1 --from=cluster1 --to=cluster2", "--context does not go with --from"],
    ["--from=cluster1", "--from needs --to: the clusters to link to"],
    ["--to=cluster1", "--to needs --from: the clusters to link from"],
    ["--context=cluster1 --to=cluster2", "--to needs --from"],
    ["--from=cluster1 --to=cluster1", "cluster1 cannot be linked to itself"],
    ["--from=cluster1,cluster1 --to=cluster2", "--from names cluster1 twice"],
    ["--context=cluster1", "--context links nothing by itself"],
    ["--contexts=cluster1,cluster2 --generate --wait", "--wait does not go with --generate"],
    ["--contexts=cluster1,cluster2 --generate --dry-run", "--dry-run does not go with --generate"],
    ["--contexts=cluster1,cluster2 --generate --diff", "--diff does not go with --generate"],
    [
      "--contexts=cluster1,cluster2 --generate --force-conflicts",
      "--force-conflicts does not go with",
    ],
    ["--contexts=cluster1,cluster2 --wait --dry-run", "--wait does not go with --dry-run"],
    ["--contexts=cluster1,cluster2 --wait=soon", "Give a duration such as 30s or 5m"],
    [
      "--contexts=cluster1,cluster2 --format=helm-values",
      "--format helm-values goes with --generate",
    ],
    ["--contexts=cluster1,cluster2 --generate --format=json", "It is gateway or helm-values"],
    ["--contexts=cluster1,cluster2 --output-dir=x", "--output-dir goes with --generate"],
    [
      "--contexts=cluster1,cluster2 --preferred-data-plane-service-type=clusterip",
      "It is loadbalancer or nodeport",
    ],
    [`--directory=${UNLINKED}`, "--directory goes with --generate"],
    [
      `--generate --directory=${UNLINKED} --from=cluster1 --to=c3`,
      "c3 is not recorded; there are cluster1, cluster2",
    ],
    ["--contexts=cluster1,cluster2 --address=cluster1", "it is TARGET=HOST"],
    ["--contexts=cluster1,cluster2 --address==192.0.2.1", "it is TARGET=HOST"],
    ["--contexts=cluster1,cluster2 --address=cluster1=", "it is TARGET=HOST"],
    [
      "--contexts=cluster1,cluster2 --address=c3=192.0.2.1",
      "c3 is no target; targets are cluster1, cluster2",
    ],
    [
      "--from=cluster1 --to=cluster2 --address=cluster1=192.0.2.1",
      "cluster1 is no target; targets are cluster2",
    ],
    [
      "--contexts=cluster1,cluster2 --address=cluster1=h:15008",
      "neither an IP address nor a host name",
    ],
    [
      "--contexts=cluster1,cluster2 --address=cluster1=a --address=cluster1=b",
      "--address is given twice for cluster1",
    ],
    [
      "--contexts=cluster1,cluster2 -n A_b",
      "argument 'A_b' is invalid. No namespace can be called that.",
    ],
    [
      "--contexts=cluster1,cluster2 --namespace=",
      "argument '' is invalid. No namespace can be called that.",
    ],
    ["--contexts=cluster1,cluster2 --zzz", "unknown option '--zzz'"],
    [
      "--contexts=cluster1,cluster2 --kubeconfig=/nonexistent",
      "kubeconfig /nonexistent cannot be read",
    ],
  ])("%s", async (line, message) => {
    const { code, stdout, stderr } = await clusters.mc([
      "link",
      ...line.split(" ").filter(Boolean),
    ]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^mc: .*\n$/);
    expect(stderr).toContain(message);
  });

  it.each<[string, string]>([
    ["file", "it is not a directory"],
    ["file/below", "not a directory"],
  ])("--output-dir %s", async (path, message) => {
    const { code, stderr } = await clusters.mc([
      "link",
      "--contexts=cluster1,cluster2",
      "--generate",
      "--output-dir",
      join(directory, path),
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(await clusters.mc(["link", "--generate", "--output-dir="])).toMatchObject({ code: 2 });
  });

  it("says its name as it was called", async () => {
    const { stderr } = await clusters.mc(["link"], { program: "kubectl mc" });
    expect(stderr).toMatch(/^kubectl mc: name the clusters/);
  });

  it("sends nothing to any cluster", async () => {
    expect(clusters.contexts.flatMap((context) => clusters.server(context).requests)).toEqual([]);
  });

  it("helps without a word of the arguments that it refuses", async () => {
    const { code, stdout } = await runMc(["link", "--help"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Usage: mc link \[options\]\n/);
    expect(stdout).not.toContain("arguments");
  });
});

describe("mc link --generate", () => {
  let clusters: Clusters;
  let directory: string;

  beforeAll(async () => {
    clusters = await startClusters("unlinked");
    directory = mkdtempSync(join(tmpdir(), "mc-link-"));
  });

  afterAll(async () => {
    rmSync(directory, { recursive: true });
    await clusters.close();
  });

  it("prints one Gateway of a target, for any source, without a namespace", async () => {
    const { code, stdout, stderr } = await clusters.mc([
      "link",
      "--generate",
      "--context",
      "cluster2",
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toBe(gateway("cluster2", "192.0.2.20"));
    for (const document of loadAll(stdout)) {
      new Gateway(document as ConstructorParameters<typeof Gateway>[0]).validate();
    }
  });

  it("prints of recordings what it prints of the clusters", async () => {
    const generate = ["link", "--generate", "-n", "istio-eastwest"];
    const recorded = [...generate, "--directory", UNLINKED];
    const all = await clusters.mc([...generate, "--contexts=cluster1,cluster2"]);
    const ofAll = await clusters.mc(recorded);
    expect(ofAll).toEqual({ code: 0, stdout: all.stdout, stderr: "" });
    const pair = ["--from=cluster1", "--to=cluster2"];
    const ofPair = await clusters.mc([...recorded, ...pair]);
    expect(ofPair.stdout).toBe((await clusters.mc([...generate, ...pair])).stdout);
    const one = ["--directory", join(UNLINKED, "cluster2")];
    const ofOne = await clusters.mc(["link", "--generate", ...one]);
    expect(ofOne.stdout).toBe(gateway("cluster2", "192.0.2.20"));
    const named = await clusters.mc([
      "link",
      "--generate",
      "--directory",
      UNLINKED,
      "--context=cluster2",
    ]);
    expect(named.stdout).toBe(ofOne.stdout);
  });

  it("takes the current context when none is given", async () => {
    const { stdout } = await clusters.mc(["link", "--generate", "--address=cluster1=192.0.2.77"]);
    expect(stdout).toBe(gateway("cluster1", "192.0.2.77"));
  });

  it("prints several with a comment that names the context of each", async () => {
    const { stdout } = await clusters.mc(["link", "--generate", "--contexts=cluster1,cluster2"]);
    expect(stdout).toBe(
      `# context: cluster1\n${gateway("cluster2", "192.0.2.20")}---\n# context: cluster2\n${gateway("cluster1", "192.0.2.10")}`,
    );
  });

  it("prints one way only, with the namespace that is given", async () => {
    const { stdout } = await clusters.mc([
      "link",
      "--generate",
      "--from=cluster1",
      "--to=cluster2",
      "-n",
      "mesh",
    ]);
    expect(stdout.startsWith("# context: cluster1\n")).toBe(true);
    expect(documents(stdout)).toMatchObject([
      { metadata: { name: "istio-remote-peer-cluster2", namespace: "mesh" } },
    ]);
  });

  it("writes nothing to the clusters, and asks for no more than to read", async () => {
    for (const context of clusters.contexts) expect(clusters.writes(context)).toEqual([]);
  });

  it("by node ports", async () => {
    const { stdout, stderr } = await clusters.mc([
      "link",
      "--generate",
      "--context=cluster2",
      "--preferred-data-plane-service-type",
      "NodePort",
    ]);
    expect(documents(stdout)).toMatchObject([
      {
        metadata: {
          annotations: { "peering.solo.io/preferred-data-plane-service-type": "NodePort" },
        },
        spec: { listeners: [{ name: "xds-tls", port: 15012 }] },
      },
    ]);
    expect(stderr).toContain(
      "note: cluster2: east-west Gateway istio-eastwest/istio-eastwest is not annotated",
    );
  });

  it("values for the peering chart, one document a source, and what it needs", async () => {
    const { stdout, stderr } = await clusters.mc([
      "link",
      "--generate",
      "--contexts=cluster1,cluster2",
      "--format=helm-values",
    ]);
    expect(stdout).toBe(`\
# context: cluster1
remote:
  create: true
  items:
  - address: 192.0.2.20
    addressType: IPAddress
    cluster: cluster2
    name: istio-remote-peer-cluster2
    network: cluster2
    preferredDataplaneServiceType: loadbalancer
    region: us-east-1
    trustDomain: cluster.local
---
# context: cluster2
remote:
  create: true
  items:
  - address: 192.0.2.10
    addressType: IPAddress
    cluster: cluster1
    name: istio-remote-peer-cluster1
    network: cluster1
    preferredDataplaneServiceType: loadbalancer
    region: us-east-1
    trustDomain: cluster.local
`);
    expect(stderr).toBe(
      "note: the peering chart needs Solo's Istio 1.29 or later: cluster1 runs 1.28.5-solo, cluster2 runs 1.28.5-solo\n",
    );
  });

  it("values where the chart can be used, without naming anybody", async () => {
    const modern = await startClusters("unlinked", { controller: false });
    try {
      for (const context of modern.contexts) {
        modern.edit(context, "Deployment", "istio-system/istiod", (deployment) => {
          const text = JSON.stringify(deployment["spec"]).replaceAll("1.28.5", "1.29.0");
          deployment["spec"] = JSON.parse(text) as object;
        });
      }
      const { code, stderr } = await modern.mc([
        "link",
        "--generate",
        "--contexts=cluster1,cluster2",
        "--format=helm-values",
      ]);
      const said = "note: the peering chart needs Solo's Istio 1.29 or later\n";
      expect({ code, stderr }).toEqual({ code: 0, stderr: said });
    } finally {
      await modern.close();
    }
  });

  it("values of one target for any source", async () => {
    const { stdout, stderr } = await clusters.mc([
      "link",
      "--generate",
      "--context=cluster2",
      "--format=helm-values",
    ]);
    expect(stdout).toMatch(/^remote:\n/);
    expect(stderr).toBe("note: the peering chart needs Solo's Istio 1.29 or later\n");
  });

  it("one file a context", async () => {
    const target = join(directory, "made", "links");
    const args = ["link", "--generate", "--contexts=cluster1,cluster2", "--output-dir", target];
    const { code, stdout, stderr } = await clusters.mc(args);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toBe(
      `note: wrote ${target}/cluster1.yaml\nnote: wrote ${target}/cluster2.yaml\n`,
    );
    expect(readdirSync(target).toSorted()).toEqual(["cluster1.yaml", "cluster2.yaml"]);
    expect(readFileSync(join(target, "cluster1.yaml"), "utf8")).toBe(
      `# context: cluster1\n${gateway("cluster2", "192.0.2.20")}`,
    );
    writeFileSync(join(target, "cluster1.yaml"), "old and much longer".repeat(1000));
    await clusters.mc([...args, "-q"]);
    expect(readFileSync(join(target, "cluster1.yaml"), "utf8")).toMatch(/^# context: cluster1\n/);
  });

  it("a file that cannot be written is a failure that says so", async () => {
    const target = join(directory, "blocked");
    mkdirSync(join(target, "remote-peer.yaml"), { recursive: true });
    const { code, stderr } = await clusters.mc([
      "link",
      "--generate",
      "--context=cluster2",
      "--output-dir",
      target,
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^mc: .*remote-peer.yaml was not written: .*\n$/);
  });

  it.skipIf(!existsSync("/proc/self"))(
    "a place where no directory can be made is one, too",
    async () => {
      const nowhere = "/proc/no/directory";
      const { code, stderr } = await clusters.mc([
        "link",
        "--generate",
        "--context=cluster2",
        "--output-dir",
        nowhere,
      ]);
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /^mc: \/proc\/no\/directory was not written: no such file or directory\n$/,
      );
    },
  );

  it("a directory that cannot be made is a failure that says so", async () => {
    const dangling = join(directory, "dangling");
    symlinkSync(join(directory, "nowhere", "at", "all"), dangling);
    const { code, stderr } = await clusters.mc([
      "link",
      "--generate",
      "--context=cluster2",
      "--output-dir",
      dangling,
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^mc: .*dangling was not made: .*\n$/);
  });

  it.skipIf(!hasKubectl)("pipes into kubectl apply", async () => {
    const { stdout } = await clusters.mc([
      "link",
      "--generate",
      "--from=cluster1",
      "--to=cluster2",
      "-n",
      "istio-eastwest",
    ]);
    const applied = await clusters.shell("kubectl --context cluster1 apply -f -", stdout);
    expect(applied).toMatchObject({ code: 0, stderr: "" });
    expect(applied.stdout).toContain("istio-remote-peer-cluster2 created");
    // It is kubectl's then: applying makes it ours, without a change and without a conflict.
    const link = ["link", "--from=cluster1", "--to=cluster2", "-n", "istio-eastwest", "--diff"];
    const { code, stdout: lines } = await clusters.mc(link);
    expect(code).toBe(0);
    expect(lines).toMatch(
      /^Gateway istio-eastwest\/istio-remote-peer-cluster2 applied to cluster "cluster1" .*\n$/,
    );
  });

  it("fails with nothing on stdout where a target is not whole", async () => {
    clusters.edit("cluster2", "Namespace", "istio-system", ({ metadata }) => {
      metadata["labels"] = {};
    });
    const { code, stdout, stderr } = await clusters.mc([
      "link",
      "--generate",
      "--context=cluster2",
    ]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(
      /^❌ cluster2: namespace istio-system has no label .*\n {5}kubectl .*\nmc: nothing was generated\n$/,
    );
  });
});

describe("mc link --generate, names", () => {
  it("contexts of any name have a file each", async () => {
    const clusters = await startClusters("unlinked", {
      rename: { cluster1: "arn:aws:eks:us-east-1:1:cluster/../x", cluster2: "con" },
    });
    const directory = mkdtempSync(join(tmpdir(), "mc-link-"));
    try {
      await clusters.mc([
        "link",
        "--generate",
        "--contexts",
        clusters.contexts.join(","),
        "--output-dir",
        directory,
      ]);
      expect(readdirSync(directory).toSorted()).toEqual([
        "_con.yaml",
        "arn-aws-eks-us-east-1-1-cluster-..-x.yaml",
      ]);
    } finally {
      rmSync(directory, { recursive: true });
      await clusters.close();
    }
  });

  it.skipIf(!hasKubectl)("networks of any name read back through kubectl", async () => {
    const clusters = await startClusters("unlinked", { controller: false });
    const networks = [
      "no",
      "1e3",
      "0x10",
      "0X1F",
      "12.30",
      "y",
      "null",
      "a_b.C",
      "1_000",
      "0b1",
      "x".repeat(63),
      "2026-01-01",
      "NaN",
    ];
    try {
      for (const network of networks) {
        clusters.edit("cluster2", "Namespace", "istio-system", ({ metadata }) => {
          metadata["labels"] = { "topology.istio.io/network": network };
        });
        const { stdout } = await clusters.mc(["link", "--generate", "--context=cluster2"]);
        const read = await clusters.shell("kubectl create --dry-run=client -o json -f -", stdout);
        expect(read.stderr).toBe("");
        const seen = JSON.parse(read.stdout) as Document & { spec: unknown };
        expect(seen.metadata.labels["topology.istio.io/network"]).toBe(network);
        const [meant] = loadAll(stdout) as (Document & { spec: unknown })[];
        expect(seen.spec).toEqual(meant?.spec);
      }
    } finally {
      await clusters.close();
    }
  });

  it("a source that cannot be read is a note, for its own names only", async () => {
    const clusters = await startClusters("unlinked");
    try {
      await clusters.server("cluster1").close();
      const { code, stdout, stderr } = await clusters.mc([
        "link",
        "--generate",
        "--from=cluster1",
        "--to=cluster2",
      ]);
      expect(code).toBe(0);
      expect(documents(stdout)).toHaveLength(1);
      expect(stderr).toMatch(/^note: cluster1: it could not be read \(.*\): names assume/);
    } finally {
      await clusters.close();
    }
  });

  it("what a cluster says cannot act upon a terminal", async () => {
    const clusters = await startClusters("unlinked");
    try {
      clusters.edit("cluster2", "ConfigMap", "istio-system/istio", (map) => {
        map["data"] = { mesh: 'trustDomain: "x\\e[31m\\u202e\\ny"' };
      });
      const { stdout } = await clusters.mc(["link", "--generate", "--context=cluster2"]);
      expect(stdout).toContain(String.raw`gateway.istio.io/trust-domain: "x\e[31m\u202E\ny"`);
    } finally {
      await clusters.close();
    }
  });
});
