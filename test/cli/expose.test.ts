import { Gateway } from "@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/Gateway";
import { load } from "js-yaml";
import { afterEach, describe, expect, it } from "vitest";
import { type ClusterOptions, type Clusters, hasKubectl, startClusters } from "../support/cli.ts";
import { withTimeEnough } from "../support/time-enough.ts";

let clusters: Clusters;

afterEach(() => clusters.close());

async function start(options: ClusterOptions = {}, scenario = "unlinked"): Promise<Clusters> {
  clusters = await startClusters(scenario, options);
  return clusters;
}

/** A cluster whose east-west Gateway is still to be made. */
async function startBare(options: ClusterOptions = {}): Promise<Clusters> {
  await start(options);
  const gateway = { apiVersion: "gateway.networking.k8s.io/v1", kind: "Gateway" };
  clusters
    .server("cluster1")
    .remove({ ...gateway, namespace: "istio-eastwest", name: "istio-eastwest" });
  return clusters;
}

const EXPOSE = ["expose", "--context=cluster1", "-n", "istio-eastwest"];
const REGION = "topology.kubernetes.io/region";
const ZONE = "topology.kubernetes.io/zone";

const made = (): ReturnType<Clusters["objects"]> => clusters.objects("cluster1", "Gateway");

function labels(): unknown {
  return made().get("istio-eastwest/istio-eastwest")?.metadata["labels"];
}

function realWrites(): string[] {
  return clusters.writes("cluster1").filter((line) => !line.includes("dryRun=All"));
}

const GATEWAY = `\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata:
  labels:
    istio.io/expose-istiod: "15012"
    topology.istio.io/cluster: cluster1
    topology.istio.io/network: cluster1
    topology.kubernetes.io/region: us-east-1
    topology.kubernetes.io/zone: us-east-1a
  name: istio-eastwest
spec:
  gatewayClassName: istio-eastwest
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

describe("mc expose --generate", () => {
  it("prints the Gateway without a namespace", async () => {
    await startBare();
    const { code, stdout, stderr } = await clusters.mc([
      "expose",
      "--generate",
      "--context=cluster1",
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toBe(GATEWAY);
    new Gateway(load(stdout) as ConstructorParameters<typeof Gateway>[0]).validate();
    expect(realWrites()).toEqual([]);
  });

  it("of the current context, with the namespace that is given", async () => {
    await startBare();
    const { stdout } = await clusters.mc(["expose", "--generate", "-n", "mesh"]);
    expect(stdout).toBe(
      GATEWAY.replace("  name: istio-eastwest\n", "  name: istio-eastwest\n  namespace: mesh\n"),
    );
  });

  it("with node ports", async () => {
    await startBare();
    const { stdout } = await clusters.mc([
      "expose",
      "--generate",
      "--data-plane-service-type=NodePort",
    ]);
    expect(stdout).toBe(
      GATEWAY.replace(
        "metadata:\n",
        "metadata:\n  annotations:\n    peering.solo.io/data-plane-service-type: NodePort\n",
      ),
    );
  });

  it("with the locality that is given", async () => {
    await startBare();
    const zoned = await clusters.mc(["expose", "--generate", "--region=eu", "--zone=eu-1"]);
    expect(load(zoned.stdout)).toMatchObject({
      metadata: { labels: { [REGION]: "eu", [ZONE]: "eu-1" } },
    });
    const plain = await clusters.mc(["expose", "--generate", "--region=eu"]);
    expect(plain.stdout).not.toContain(ZONE);
    expect(plain.stderr).toBe("");
  });

  it("needs the network, and says how to set it", async () => {
    await startBare();
    clusters.edit("cluster1", "Namespace", "istio-system", ({ metadata }) => {
      metadata["labels"] = {};
    });
    expect(await clusters.mc(["expose", "--generate"])).toEqual({
      code: 1,
      stdout: "",
      stderr: [
        "❌ cluster1: namespace istio-system has no label topology.istio.io/network",
        "     kubectl --context cluster1 label namespace istio-system topology.istio.io/network=cluster1",
        "mc: nothing was generated",
        "",
      ].join("\n"),
    });
  });

  it("says that there is one already", async () => {
    await start();
    clusters.edit("cluster1", "Gateway", "istio-eastwest/istio-eastwest", ({ metadata }) => {
      metadata["managedFields"] = [{ manager: "helm", operation: "Update", apiVersion: "v1" }];
    });
    const here = await clusters.mc([...EXPOSE, "--generate"]);
    expect(here.stderr).toBe(
      "note: cluster1: has this east-west Gateway already: istio-eastwest/istio-eastwest, managed by helm\n",
    );
    const elsewhere = await clusters.mc(["expose", "--generate", "-n", "other"]);
    expect(elsewhere.stderr).toContain(
      "has another east-west Gateway already: istio-eastwest/istio-eastwest",
    );
  });

  it.skipIf(!hasKubectl)("pipes into kubectl apply", async () => {
    await startBare();
    const { stdout } = await clusters.mc([...EXPOSE, "--generate"]);
    const applied = await clusters.shell("kubectl --context cluster1 apply -f -", stdout);
    expect(applied).toMatchObject({ code: 0, stderr: "" });
    expect(labels()).toMatchObject({ "topology.istio.io/cluster": "cluster1" });
  });
});

describe("mc expose", () => {
  it("makes the Gateway, waits for it, and changes nothing the second time", async () => {
    await startBare({ server: { controller: { delayMs: 50 } } });
    const { code, stdout, stderr } = await clusters.mc([...EXPOSE, "--wait=10m"]);
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^note: the plan, .*:\nCLUSTER .*\ncluster1 +will create +istio-eastwest\/istio-eastwest +cluster1\n/,
    );
    expect(stderr).toMatch(/ mc check --precheck --contexts cluster1,'<context>'\n$/);
    expect(stdout).toBe(
      [
        'Gateway istio-eastwest/istio-eastwest applied to cluster "cluster1" (network "cluster1")\n',
        'Gateway istio-eastwest/istio-eastwest is programmed in cluster "cluster1"\n',
      ].join(""),
    );
    expect(made().get("istio-eastwest/istio-eastwest")?.metadata["managedFields"]).toMatchObject([
      { manager: "mc", operation: "Apply" },
      { subresource: "status" },
    ]);
    const before = made();
    realWrites();
    expect((await clusters.mc(EXPOSE)).stdout).toBe(
      'Gateway istio-eastwest/istio-eastwest unchanged in cluster "cluster1" (network "cluster1")\n',
    );
    expect(realWrites()).toEqual([]);
    expect(made()).toEqual(before);
  });

  it("into the namespace of the context", async () => {
    await startBare({ namespace: "istio-system" });
    await clusters.mc(["expose"]);
    expect(made().has("istio-system/istio-eastwest")).toBe(true);
  });

  it("makes no second one in the namespace of the context unless -n says so", async () => {
    await start();
    const { code, stdout, stderr } = await clusters.mc(["expose"]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(
      "❌ cluster1: has an east-west Gateway already, istio-eastwest/istio-eastwest: say by -n",
    );
    expect(stderr).toContain("     mc expose --context cluster1 -n istio-eastwest");
    expect(realWrites()).toEqual([]);
    expect((await clusters.mc(["expose", "-n", "default"])).code).toBe(0);
    expect(made().has("default/istio-eastwest")).toBe(true);
  });

  it("a dry run, with the difference", async () => {
    await startBare();
    const { code, stdout } = await clusters.mc([...EXPOSE, "--dry-run", "--diff"]);
    expect(code).toBe(0);
    expect(stdout).toContain("+  gatewayClassName: istio-eastwest\n");
    expect(stdout).toMatch(/applied to cluster "cluster1" \(network "cluster1"\) \(dry run\)\n$/);
    expect(made().size).toBe(0);
  });

  it("tells the conditions as they stand when time is up", async () => {
    await startBare({ controller: false });
    await withTimeEnough(async (limit) => {
      const { code, stderr } = await clusters.mc([...EXPOSE, `--wait=${limit}`, "-q"]);
      expect(code).toBe(1);
      expect(stderr.split("\n")).toEqual([
        `❌ cluster1: Gateway istio-eastwest/istio-eastwest is not programmed after ${limit}`,
        "     Accepted: Unknown (Pending: Waiting for controller)",
        "     Programmed: Unknown (Pending: Waiting for controller)",
        "     no address",
        "     kubectl --context cluster1 -n istio-eastwest describe gateways.gateway.networking.k8s.io istio-eastwest",
        "     kubectl --context cluster1 -n istio-eastwest get service,pods",
        "",
      ]);
    });
  });

  it("fields of another manager: who owns what; --force-conflicts takes them over", async () => {
    await start({ controller: false });
    clusters.edit("cluster1", "Gateway", "istio-eastwest/istio-eastwest", (gateway) => {
      const spec = gateway["spec"] as { listeners: { port: number }[] };
      for (const listener of spec.listeners) listener.port += 1;
      const listener = { "f:port": {} };
      gateway.metadata["managedFields"] = [
        {
          manager: "helm",
          operation: "Update",
          apiVersion: gateway.apiVersion,
          fieldsType: "FieldsV1",
          fieldsV1: {
            "f:spec": {
              "f:listeners": {
                'k:{"name":"xds-tls"}': listener,
                'k:{"name":"cross-network"}': listener,
              },
            },
          },
        },
      ];
    });
    const { code, stdout, stderr } = await clusters.mc(EXPOSE);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(
      "note: cluster1: has this east-west Gateway already: istio-eastwest/istio-eastwest, managed by helm\n",
    );
    expect(stderr).toContain('helm owns .spec.listeners[name="xds-tls"].port');
    const shown = await clusters.mc([...EXPOSE, "--dry-run", "--diff"]);
    expect(shown).toMatchObject({ code: 1, stderr });
    expect(shown.stdout).toMatch(/^--- cluster1\/istio-eastwest\/istio-eastwest\n\+\+\+ /);
    expect(shown.stdout).toMatch(/^-\s+port: 15013\n\+\s+port: 15012$/m);
    expect(realWrites()).toEqual([]);
    expect(await clusters.mc([...EXPOSE, "--force-conflicts"])).toMatchObject({ code: 0 });
  });

  it("names everything that is missing, and writes nothing", async () => {
    await startBare({
      server: { users: [{ name: "viewer", deny: [{ verb: "patch" }] }] },
    });
    clusters.server("cluster1").remove({
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "GatewayClass",
      name: "istio-eastwest",
    });
    clusters.edit("cluster1", "Namespace", "istio-system", ({ metadata }) => {
      metadata["labels"] = {};
    });
    const { code, stdout, stderr } = await clusters.mc(["expose", "-n", "nope"]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr.match(/❌ .*/g)).toEqual([
      "❌ cluster1: namespace istio-system has no label topology.istio.io/network",
      "❌ cluster1: namespace nope does not exist",
      expect.stringMatching(/^❌ cluster1: GatewayClass istio-eastwest does not exist/),
      "❌ cluster1: you may not patch gateways.gateway.networking.k8s.io in namespace nope",
    ]);
    expect(stderr).toContain("\nmc: nothing was applied\n");
    expect(realWrites()).toEqual([]);
  });

  it("a class that nobody has accepted is a warning", async () => {
    await startBare();
    clusters.edit("cluster1", "GatewayClass", "istio-eastwest", (one) => {
      one["status"] = {};
    });
    const { code, stderr } = await clusters.mc([...EXPOSE, "-q"]);
    expect(code).toBe(0);
    expect(stderr).toBe(
      "warning: cluster1: GatewayClass istio-eastwest is not accepted by istiod (it has no such condition)\n",
    );
  });

  it("a cluster that is down, the CRDs missing", async () => {
    await start({ server: { crds: { gatewayApi: false } } });
    expect((await clusters.mc(EXPOSE)).stderr).toContain(
      "❌ cluster1: the Gateway API is not installed",
    );
    await clusters.server("cluster1").close();
    const { code, stderr } = await clusters.mc(EXPOSE);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^❌ cluster1: cannot be reached: .*\n {5}kubectl .*\nmc: nothing was applied\n$/,
    );
  });

  it("Ctrl-C: exit 130", async () => {
    await startBare({ controller: false });
    const { code, stdout } = await clusters.mc(EXPOSE, { signal: AbortSignal.abort() });
    expect({ code, stdout }).toEqual({ code: 130, stdout: "" });
  });
});

describe("CLUSTER_ID", () => {
  const setId = (env: object[]): void => {
    clusters.edit("cluster1", "Deployment", "istio-system/istiod", (deployment) => {
      const spec = deployment["spec"] as {
        template: { spec: { containers: { env: object[] }[] } };
      };
      for (const container of spec.template.spec.containers) container.env = env;
    });
  };

  it("not set: the network stands in", async () => {
    await startBare();
    clusters.edit("cluster1", "Namespace", "istio-system", ({ metadata }) => {
      metadata["labels"] = { "topology.istio.io/network": "net-1" };
    });
    setId([]);
    const { stderr } = await clusters.mc(EXPOSE);
    expect(labels()).toMatchObject({
      "topology.istio.io/cluster": "net-1",
      "topology.istio.io/network": "net-1",
    });
    expect(stderr).toContain(
      "note: cluster1: CLUSTER_ID of its istiod is not set: its network stands in\n",
    );
  });

  it("of the revision that is asked for", async () => {
    await start({}, "two-revisions");
    clusters.edit("cluster1", "Deployment", "istio-system/istiod-1-26", (deployment) => {
      const spec = deployment["spec"] as {
        template: { spec: { containers: { env: { name: string; value: string }[] }[] } };
      };
      for (const { env } of spec.template.spec.containers) {
        for (const variable of env) if (variable.name === "CLUSTER_ID") variable.value = "old-one";
      }
    });
    const { stdout } = await clusters.mc(["expose", "--generate", "-r", "1-26"]);
    expect(load(stdout)).toMatchObject({
      metadata: { labels: { "topology.istio.io/cluster": "old-one" } },
    });
    const { code, stderr } = await clusters.mc(["expose", "--generate", "-r", "1-30"]);
    expect(code).toBe(1);
    expect(stderr).toContain(
      "❌ cluster1: has no istiod of revision 1-30; there are: 1-26, 1-28\n",
    );
  });
});

describe("locality", () => {
  const addNode = (values: Record<string, string>): void => {
    clusters.server("cluster1").put({
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: "another", labels: values },
    });
  };

  it("nodes agree on the region only", async () => {
    await startBare();
    addNode({ [REGION]: "us-east-1", [ZONE]: "us-east-1b" });
    const { stderr } = await clusters.mc(EXPOSE);
    expect(labels()).toMatchObject({ [REGION]: "us-east-1" });
    expect(labels()).not.toHaveProperty([ZONE]);
    expect(stderr).toContain(
      `note: cluster1: nodes differ in ${ZONE} (us-east-1a, us-east-1b): zone left out`,
    );
  });

  it("nodes differ", async () => {
    await startBare();
    addNode({ [REGION]: "eu-west-1" });
    const { stderr } = await clusters.mc(EXPOSE);
    expect(labels()).not.toHaveProperty([REGION]);
    expect(stderr).toContain(
      `note: cluster1: nodes differ in ${REGION} (eu-west-1, us-east-1): region and zone left out`,
    );
  });

  it("nodes may not be read", async () => {
    await startBare({ server: { users: [{ name: "viewer", deny: [{ resource: "nodes" }] }] } });
    const { code, stderr } = await clusters.mc(EXPOSE);
    expect(code).toBe(0);
    expect(labels()).not.toHaveProperty([REGION]);
    expect(stderr).toMatch(
      /note: cluster1: nodes could not be read \(nodes is forbidden: .*\): region and zone left out/,
    );
  });
});

describe("mc expose, wrongly called", () => {
  it.each<[string, string]>([
    ["cluster1", "expose takes no arguments: did you mean --context cluster1?"],
    ["--contexts=a,b", "expose takes one cluster at a time: --context, not --contexts"],
    ["--context=nope", `no context "nope"; contexts are: cluster1, cluster2`],
    ["--zone=z", "--zone needs --region"],
    ["--region=", "A label takes up to 63 letters"],
    ["--region=us_", "A label takes up to 63 letters"],
    ["--region=us --zone=a/b", "A label takes up to 63 letters"],
    ["--generate --wait", "--wait does not go with --generate"],
    ["--generate --dry-run", "--dry-run does not go with --generate"],
    ["--generate --diff", "--diff does not go with --generate"],
    ["--dry-run --wait=5s", "--wait does not go with --dry-run"],
    ["--dry-run=perhaps", "It is client or server"],
    ["--dry-run=client --diff", "--diff does not go with --generate"],
    ["--exit-code", "--exit-code is only for --dry-run"],
    ["--wait=0s", "Give a duration"],
    ["--data-plane-service-type=clusterip", "It is loadbalancer or nodeport"],
    ["-n Mesh", "argument 'Mesh' is invalid. No namespace can be called that."],
  ])("%s", async (line, message) => {
    await start();
    const { code, stdout, stderr } = await clusters.mc(["expose", ...line.split(" ")], {
      program: "kubectl mc",
    });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^kubectl mc: .*\n$/);
    expect(stderr).toContain(message);
  });
});

describe("expose --format helm-values", () => {
  it("prints the values of the peering chart, and what helm would refuse", async () => {
    await start();
    const { code, stdout, stderr } = await clusters.mc([
      ...EXPOSE,
      "--generate",
      "--format=helm-values",
    ]);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `\
eastwest:
  cluster: cluster1
  create: true
  dataplaneServiceTypes:
  - loadbalancer
  network: cluster1
`,
    });
    expect(stderr).toContain(
      "note: the peering chart needs Solo's Istio 1.29 or later: cluster1 runs 1.28.5-solo\n",
    );
    expect(stderr).toMatch(
      /warning: cluster1: Gateway istio-eastwest\/istio-eastwest is there already .*invalid ownership metadata.*\n {5}kubectl --context cluster1 .* label /,
    );
    const nodePort = await clusters.mc([
      ...EXPOSE,
      "--generate",
      "--format=helm-values",
      "--data-plane-service-type=nodeport",
      "-q",
    ]);
    expect(nodePort.stdout).toContain("dataplaneServiceTypes:\n  - nodeport\n");
    expect(nodePort.stderr).not.toContain("note:");
  });

  it("goes with --generate only", async () => {
    await start();
    const { code, stdout, stderr } = await clusters.mc([...EXPOSE, "--format=helm-values"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("--format helm-values goes with --generate");
  });
});

describe("an east-west Gateway of a Helm release", () => {
  it("is not taken over", async () => {
    await start();
    const found = made().get("istio-eastwest/istio-eastwest");
    const metadata = {
      ...found?.metadata,
      managedFields: [{ manager: "helm", operation: "Update" }],
    };
    clusters.server("cluster1").put({
      ...found,
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "Gateway",
      metadata: {
        ...metadata,
        name: "istio-eastwest",
        namespace: "istio-eastwest",
        annotations: { "meta.helm.sh/release-name": "peering" },
      },
    });
    const { code, stderr } = await clusters.mc(EXPOSE);
    expect(code).toBe(1);
    expect(stderr).toContain("belongs to Helm release peering");
    expect(realWrites()).toEqual([]);
  });
});
