import { afterEach, describe, expect, it } from "vitest";
import type { KubeObject } from "../support/apiserver.ts";
import { VERSION } from "../../src/version.ts";
import { type ClusterOptions, type Clusters, hasKubectl, startClusters } from "../support/cli.ts";
import { withTimeEnough } from "../support/time-enough.ts";

let clusters: Clusters;

afterEach(() => clusters.close());

async function start(options: ClusterOptions = {}, scenario = "unlinked"): Promise<Clusters> {
  clusters = await startClusters(scenario, options);
  return clusters;
}

const NAMESPACE = ["-n", "istio-eastwest"];
const LINK = ["link", "--contexts=cluster1,cluster2", ...NAMESPACE];
const PEERS = ["cluster1", "cluster2"] as const;

/** Writes that changed something: not those that the server was only asked to try. */
function realWrites(): string[] {
  return PEERS.flatMap((context) =>
    clusters
      .writes(context)
      .filter((line) => !line.includes("dryRun=All"))
      .map((line) => `${context}: ${line}`),
  );
}

function remoteGateways(context: string): KubeObject[] {
  return [...clusters.objects(context, "Gateway").values()].filter(
    ({ spec }) => (spec as { gatewayClassName: string }).gatewayClassName === "istio-remote",
  );
}

/** Everything on a cluster but what the server counts. */
function state(context: string): unknown {
  return clusters
    .server(context)
    .objects()
    .map(({ metadata, ...rest }) => ({ ...rest, metadata: { ...metadata, resourceVersion: "" } }));
}

/** What the remote Gateways of a cluster say. */
function meaning(context: string): unknown {
  return remoteGateways(context).map(({ metadata, spec }) => ({
    name: metadata.name,
    annotations: metadata["annotations"],
    labels: metadata["labels"],
    spec,
  }));
}

const applied = (from: string, to: string) =>
  `Gateway istio-eastwest/istio-remote-peer-${to} applied to cluster "${from}" pointing to cluster "${to}" (network "${to}")\n`;

/** Matches writes, not dry runs of them. */
const WRITE = /\/gateways\/[^?]*\?(?!.*dryRun)/;

describe("mc link", () => {
  it("prints what the samples print, and mc check is green then", async () => {
    await start();
    const before = PEERS.map(state);
    expect(await clusters.mc(LINK)).toEqual({
      code: 0,
      stdout: applied("cluster2", "cluster1") + applied("cluster1", "cluster2"),
      stderr:
        "note: the plan, before anything is done:\n" +
        "CLUSTER    PLAN          GATEWAY                                     FOR\n" +
        "cluster2   will create   istio-eastwest/istio-remote-peer-cluster1   cluster1\n" +
        "cluster1   will create   istio-eastwest/istio-remote-peer-cluster2   cluster2\n" +
        `note: next, see whether the links work: mc check --contexts cluster1,cluster2\n`,
    });
    expect(realWrites()).toEqual([
      expect.stringMatching(/^cluster1: PATCH .*\/istio-remote-peer-cluster2\?fieldManager=mc$/),
      expect.stringMatching(/^cluster2: PATCH .*\/istio-remote-peer-cluster1\?fieldManager=mc$/),
    ]);
    const check = await clusters.mc(["check", "--contexts=cluster1,cluster2"]);
    expect(check.stdout).not.toMatch(/❌|⚠️/);
    expect(check.code).toBe(0);
    const unlinked = await clusters.mc(["unlink", "--contexts=cluster1,cluster2", ...NAMESPACE]);
    expect(unlinked.code).toBe(0);
    expect(PEERS.map(state)).toEqual(before);
  });

  it("applies server-side as field manager mc", async () => {
    await start({ controller: false });
    await clusters.mc(LINK);
    const [gateway] = remoteGateways("cluster1");
    expect(gateway?.metadata["managedFields"]).toMatchObject([
      { manager: "mc", operation: "Apply" },
    ]);
    expect(gateway).toMatchObject({
      metadata: {
        annotations: {
          "gateway.istio.io/service-account": "istio-eastwest",
          "gateway.istio.io/trust-domain": "cluster.local",
        },
        labels: {
          "topology.istio.io/cluster": "cluster2",
          "topology.istio.io/network": "cluster2",
          "topology.kubernetes.io/region": "us-east-1",
        },
      },
      spec: { addresses: [{ type: "IPAddress", value: "192.0.2.20" }] },
    });
  });

  it("is what mc check prints, with the kubeconfig of that run", async () => {
    await start();
    const env = { KUBECONFIG: "/nowhere" };
    const flags = ["--kubeconfig", clusters.kubeconfig, "--contexts=cluster1,cluster2"];
    const { stdout } = await clusters.mc(["check", ...flags, "--check", "links"], { env });
    const command = /^ *mc (link .*)$/m.exec(stdout)?.[1] ?? "";
    expect(command).toBe(
      `link --contexts cluster1,cluster2 -n istio-eastwest --kubeconfig ${clusters.kubeconfig}`,
    );
    expect((await clusters.mc(command.split(" "), { env })).code).toBe(0);
    expect(PEERS.map((context) => remoteGateways(context).length)).toEqual([1, 1]);
  });

  it("changes nothing the second time", async () => {
    await start();
    await clusters.mc([...LINK, "--wait=10m"]);
    const before = PEERS.flatMap(remoteGateways);
    realWrites();
    const again = await clusters.mc(LINK);
    expect(again.code).toBe(0);
    expect(again.stdout).toBe(
      [
        `Gateway istio-eastwest/istio-remote-peer-cluster1 unchanged in cluster "cluster2" pointing to cluster "cluster1" (network "cluster1")\n`,
        `Gateway istio-eastwest/istio-remote-peer-cluster2 unchanged in cluster "cluster1" pointing to cluster "cluster2" (network "cluster2")\n`,
      ].join(""),
    );
    expect(again.stderr).toContain("cluster1   stays as it is   istio-eastwest/");
    expect(realWrites()).toEqual([]);
    expect(PEERS.flatMap(remoteGateways)).toEqual(before);
  });

  it("links one way, and to the namespace of the context", async () => {
    await start({ namespace: "istio-system" });
    const { stdout } = await clusters.mc(["link", "--from=cluster1", "--to", "cluster2"]);
    expect(stdout).toBe(
      applied("cluster1", "cluster2").replace("istio-eastwest/", "istio-system/"),
    );
    expect(remoteGateways("cluster2")).toEqual([]);
  });

  it("follows a change: another address, and back to load balancers", async () => {
    await start();
    await clusters.mc([...LINK, "--preferred-data-plane-service-type=NodePort"]);
    const [byNodePort] = remoteGateways("cluster1");
    expect(byNodePort).toMatchObject({ spec: { listeners: [{ name: "xds-tls" }] } });
    const { stderr } = await clusters.mc([...LINK, "--address", "cluster2=NAT.example.com"]);
    expect(stderr).toContain("cluster1   will change   istio-eastwest/istio-remote-peer-cluster2");
    const [back] = remoteGateways("cluster1");
    expect(back?.metadata["annotations"]).not.toHaveProperty([
      "peering.solo.io/preferred-data-plane-service-type",
    ]);
    expect(back).toMatchObject({
      spec: {
        addresses: [{ type: "Hostname", value: "nat.example.com" }],
        listeners: expect.arrayContaining([
          expect.objectContaining({ name: "cross-network" }),
          expect.objectContaining({ name: "xds-tls" }),
        ]),
      },
    });
    // Which of its listeners is the first says nothing.
    const again = await clusters.mc([...LINK, "--address", "cluster2=nat.example.com"]);
    expect(again.stdout.match(/unchanged in/g)).toHaveLength(2);
  });

  it("takes trust domain, host name, region and network of each target", async () => {
    await start({}, "three-clusters");
    for (const context of clusters.contexts) {
      for (const gateway of remoteGateways(context)) {
        clusters
          .server(context)
          .remove({ ...gateway, name: gateway.metadata.name, namespace: "istio-eastwest" });
      }
    }
    const { code } = await clusters.mc([
      "link",
      `--contexts=${clusters.contexts.join(",")}`,
      ...NAMESPACE,
    ]);
    expect(code).toBe(0);
    const west = remoteGateways("prod/east:6443/admin").find(
      ({ metadata }) => metadata.name === "istio-remote-peer-net-west",
    );
    expect(west).toMatchObject({
      metadata: {
        annotations: { "gateway.istio.io/trust-domain": "west.local" },
        labels: { "topology.istio.io/cluster": "west", "topology.kubernetes.io/region": "west-1" },
      },
      spec: { addresses: [{ type: "Hostname", value: "eastwest.west.mesh.example" }] },
    });
  });

  it("names clusters on one network by their IDs", async () => {
    await start();
    for (const context of PEERS) {
      clusters.edit(context, "Namespace", "istio-system", ({ metadata }) => {
        metadata["labels"] = { "topology.istio.io/network": "1e3" };
      });
    }
    const { stdout } = await clusters.mc(LINK);
    expect(stdout).toContain(
      `istio-remote-peer-cluster2 applied to cluster "cluster1" pointing to cluster "cluster2" (network "1e3")`,
    );
  });
});

describe("preconditions", () => {
  it("are told together, each with its command, and nothing is written", async () => {
    await start();
    clusters.server("cluster1").remove({
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "GatewayClass",
      name: "istio-remote",
    });
    clusters.edit("cluster2", "Namespace", "istio-system", ({ metadata }) => {
      metadata["labels"] = {};
    });
    clusters.edit("cluster2", "Service", "istio-eastwest/istio-eastwest", (service) => {
      service["status"] = {};
    });
    clusters.edit("cluster2", "Gateway", "istio-eastwest/istio-eastwest", (gateway) => {
      gateway["status"] = {};
    });
    const { code, stdout, stderr } = await clusters.mc([...LINK.slice(0, 2), "-n", "mesh"]);
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr.split("\n")).toEqual([
      "❌ cluster1: namespace mesh does not exist",
      "     kubectl --context cluster1 create namespace mesh",
      "❌ cluster1: GatewayClass istio-remote does not exist: istiod makes it when peering is enabled (platforms.peering.enabled=true)",
      "     kubectl --context cluster1 get gatewayclasses",
      "     kubectl --context cluster1 -n istio-system logs -l app=istiod --tail=100",
      "❌ cluster2: namespace istio-system has no label topology.istio.io/network",
      "     kubectl --context cluster2 label namespace istio-system topology.istio.io/network=cluster2",
      "❌ cluster2: east-west Gateway istio-eastwest/istio-eastwest has no address that can be reached from outside (--address gives one)",
      "     kubectl --context cluster2 -n istio-eastwest get service istio-eastwest",
      "     kubectl --context cluster2 -n istio-eastwest get gateways.gateway.networking.k8s.io istio-eastwest -o yaml",
      "❌ cluster2: namespace mesh does not exist",
      "     kubectl --context cluster2 create namespace mesh",
      "mc: nothing was applied",
      "",
    ]);
    expect(realWrites()).toEqual([]);
  });

  it.skipIf(!hasKubectl)("are met by running the commands", async () => {
    await start();
    clusters.edit("cluster2", "Namespace", "istio-system", ({ metadata }) => {
      metadata["labels"] = {};
    });
    const link = [...LINK.slice(0, 2), "-n", "mesh"];
    const { stderr } = await clusters.mc(link);
    const commands = stderr.split("\n").filter((line) => line.startsWith("     kubectl"));
    expect(commands).toHaveLength(3);
    for (const command of commands)
      expect(await clusters.shell(command)).toMatchObject({ code: 0 });
    expect(await clusters.mc(link)).toMatchObject({ code: 0 });
  });

  it("a GatewayClass that nobody accepted", async () => {
    await start();
    clusters.edit("cluster1", "GatewayClass", "istio-remote", (one) => {
      one["status"] = {
        conditions: [
          { type: "Accepted", status: "Unknown", reason: "Pending", message: "Waiting" },
        ],
      };
    });
    const { stderr } = await clusters.mc(LINK);
    expect(stderr).toContain(
      "❌ cluster1: GatewayClass istio-remote is not accepted by istiod (Pending: Waiting)",
    );
    expect(realWrites()).toEqual([]);
  });

  it("the CRDs", async () => {
    await start({
      server: (context) => (context === "cluster2" ? { crds: { gatewayApi: false } } : {}),
    });
    const { code, stderr } = await clusters.mc(LINK);
    expect(code).toBe(1);
    expect(stderr.match(/the Gateway API is not installed/g)).toHaveLength(1);
    expect(stderr).toContain("kubectl --context cluster2 apply -f https://");
    expect(realWrites()).toEqual([]);
  });

  it("a cluster that is down", async () => {
    await start();
    await clusters.server("cluster2").close();
    const { code, stdout, stderr } = await clusters.mc(LINK);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(
      /^❌ cluster2: cannot be reached: .*\n {5}kubectl --context cluster2 get --raw \/readyz\nmc: nothing was applied\n$/,
    );
  });

  it("permission to create and patch", async () => {
    await start({
      server: (context) =>
        context === "cluster1"
          ? {
              users: [
                {
                  name: "viewer",
                  deny: [
                    { verb: "patch", resource: "gateways" },
                    { verb: "create", resource: "gateways" },
                  ],
                },
              ],
            }
          : {},
    });
    const { code, stderr } = await clusters.mc(LINK);
    expect(code).toBe(1);
    expect(stderr.split("\n").slice(0, 3)).toEqual([
      "❌ cluster1: you may not create or patch gateways.gateway.networking.k8s.io in namespace istio-eastwest",
      "     kubectl --context cluster1 -n istio-eastwest create role mc-link --verb=get,list,watch,create,patch --resource=gateways.gateway.networking.k8s.io",
      "     kubectl --context cluster1 -n istio-eastwest create rolebinding mc-link --role=mc-link --user=viewer",
    ]);
    expect(realWrites()).toEqual([]);
  });

  it("what may not be read, with the rule that would allow it", async () => {
    await start({
      server: (context) =>
        context === "cluster2"
          ? { users: [{ name: "viewer", deny: [{ resource: "services" }] }] }
          : {},
    });
    const { code, stderr } = await clusters.mc(LINK);
    expect(code).toBe(1);
    expect(stderr).toMatch(/❌ cluster2: its Services could not be read: services is forbidden/);
    expect(stderr).toContain(
      "kubectl --context cluster2 create clusterrole mc-services --verb=get,list --resource=services",
    );
  });

  it("a revision and an istio namespace that are not there", async () => {
    await start();
    const revision = await clusters.mc([...LINK, "-r", "1-30"]);
    expect(revision.code).toBe(1);
    expect(revision.stderr).toContain(
      "❌ cluster1: has no istiod of revision 1-30; there are: default\n",
    );
    const namespace = await clusters.mc([...LINK, "-i", "istio-sytem"]);
    expect(namespace.code).toBe(1);
    expect(namespace.stderr).toContain(
      "❌ cluster2: istio namespace istio-sytem does not exist: -i names another\n",
    );
  });

  it("two contexts of one cluster", async () => {
    await start({}, "duplicate-identity");
    const network = "topology.istio.io/network";
    clusters.edit("cluster2", "Namespace", "istio-system", ({ metadata }) => {
      metadata["labels"] = { [network]: "cluster1" };
    });
    clusters.edit("cluster2", "Namespace", "kube-system", ({ metadata }) => {
      metadata["uid"] = clusters.objects("cluster1", "Namespace").get("kube-system")?.metadata[
        "uid"
      ];
    });
    const { code, stderr } = await clusters.mc(LINK);
    expect(code).toBe(1);
    expect(stderr).toContain("❌ cluster2: is the same cluster as cluster1");
  });

  it("clusters of one CLUSTER_ID", async () => {
    await start({}, "duplicate-identity");
    const { code, stderr } = await clusters.mc(LINK);
    expect(code).toBe(1);
    expect(stderr).toContain(
      "❌ cluster2: has the same CLUSTER_ID as cluster1 (cluster1): give each cluster its own",
    );
  });

  it("fields of another manager: who owns what; --force-conflicts takes them over", async () => {
    await start({ controller: false });
    await clusters.mc(LINK);
    clusters.edit("cluster1", "Gateway", "istio-eastwest/istio-remote-peer-cluster2", (gateway) => {
      gateway["spec"] = {
        ...(gateway["spec"] as object),
        addresses: [{ type: "IPAddress", value: "192.0.2.99" }],
      };
      gateway.metadata["managedFields"] = [
        {
          manager: "kapi",
          operation: "Apply",
          apiVersion: gateway.apiVersion,
          fieldsType: "FieldsV1",
          fieldsV1: { "f:spec": { "f:addresses": {} } },
        },
      ];
    });
    realWrites();
    const { code, stdout, stderr } = await clusters.mc(LINK);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toBe(
      [
        "❌ cluster1: Gateway istio-eastwest/istio-remote-peer-cluster2 has fields that others manage: kapi owns .spec.addresses (--force-conflicts takes them over)",
        "     kubectl --context cluster1 -n istio-eastwest get gateways.gateway.networking.k8s.io istio-remote-peer-cluster2 -o yaml --show-managed-fields",
        "mc: nothing was applied",
        "",
      ].join("\n"),
    );
    expect(realWrites()).toEqual([]);
    const forced = await clusters.mc([...LINK, "--force-conflicts"]);
    expect(forced).toMatchObject({ code: 0 });
    expect(remoteGateways("cluster1")).toMatchObject([
      { spec: { addresses: [{ value: "192.0.2.20" }] } },
    ]);
    expect(realWrites()).toEqual([expect.stringContaining("force=true")]);
  });

  it("conflicts are told together with all else", async () => {
    await start({ controller: false });
    await clusters.mc(["link", "--from=cluster1", "--to=cluster2", ...NAMESPACE]);
    clusters.edit("cluster1", "Gateway", "istio-eastwest/istio-remote-peer-cluster2", (gateway) => {
      gateway["spec"] = {
        ...(gateway["spec"] as object),
        addresses: [{ type: "IPAddress", value: "192.0.2.99" }],
      };
      gateway.metadata["managedFields"] = [
        {
          manager: "kapi",
          operation: "Apply",
          apiVersion: gateway.apiVersion,
          fieldsType: "FieldsV1",
          fieldsV1: { "f:spec": { "f:addresses": {} } },
        },
      ];
    });
    clusters.server("cluster2").remove({
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "GatewayClass",
      name: "istio-remote",
    });
    const { stderr } = await clusters.mc(LINK);
    expect(stderr).toContain(
      "❌ cluster1: Gateway istio-eastwest/istio-remote-peer-cluster2 has fields that others manage",
    );
    expect(stderr).toContain("❌ cluster2: GatewayClass istio-remote does not exist");
  });
});

describe("a write that fails", () => {
  const FAILING = {
    server: (context: string) =>
      context === "cluster1"
        ? {
            faults: [
              { kind: "status" as const, status: 422, match: { method: "PATCH", path: WRITE } },
            ],
          }
        : {},
  };

  it("stops the rest, says what was applied and how to undo it", async () => {
    await start(FAILING);
    const { code, stdout, stderr } = await clusters.mc(LINK);
    expect(code).toBe(1);
    expect(stdout).toBe(applied("cluster2", "cluster1"));
    expect(stderr).toMatch(
      /❌ cluster1: Gateway istio-eastwest\/istio-remote-peer-cluster2 cannot be applied: /,
    );
    expect(stderr).toContain("mc: stopped at the first failure\n");
    expect(stderr).toContain(
      "\napplied: istio-eastwest/istio-remote-peer-cluster1 on cluster2\nto undo:\n",
    );
    expect(stderr.trimEnd().split("\n").at(-1)).toBe(
      "     kubectl --context cluster2 -n istio-eastwest delete gateways.gateway.networking.k8s.io istio-remote-peer-cluster1 --ignore-not-found",
    );
  });

  it.skipIf(!hasKubectl)("is undone by those commands", async () => {
    await start({ controller: false });
    await clusters.mc(LINK);
    clusters.edit(
      "cluster2",
      "Gateway",
      "istio-eastwest/istio-remote-peer-cluster1",
      ({ metadata }) => {
        metadata["annotations"] = {
          ...(metadata["annotations"] as object),
          note: "yes, 'it' is: \"so\"",
        };
      },
    );
    const before = PEERS.map(meaning);
    clusters
      .server("cluster1")
      .setFaults([{ kind: "reset", match: { method: "PATCH", path: WRITE } }]);
    const { code, stderr } = await clusters.mc([
      ...LINK,
      "--address=cluster1=192.0.2.77",
      "--address=cluster2=192.0.2.78",
    ]);
    expect(code).toBe(1);
    expect(stderr).toContain(
      "\nperhaps applied: istio-eastwest/istio-remote-peer-cluster2 on cluster1\n",
    );
    expect(meaning("cluster2")).not.toEqual(before[1]);
    clusters.server("cluster1").setFaults([]);
    const commands = stderr.slice(stderr.indexOf("to undo:\n") + "to undo:\n".length);
    expect(await clusters.shell(`set -e\n${commands}`)).toMatchObject({ code: 0 });
    expect(PEERS.map(meaning)).toEqual(before);
  });

  it("the first one: nothing had been applied", async () => {
    await start({
      server: {
        faults: [{ kind: "status", status: 403, match: { method: "PATCH", path: WRITE } }],
      },
    });
    const { code, stdout, stderr } = await clusters.mc(LINK);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/mc: stopped at the first failure\nnothing had been applied\n$/);
  });
});

describe("Ctrl-C", () => {
  it("while reading: nothing is printed, exit 130", async () => {
    await start({ server: { faults: [{ kind: "hang", match: { method: "GET" } }] } });
    const stop = new AbortController();
    const running = clusters.mc(LINK, { signal: stop.signal });
    stop.abort();
    expect(await running).toEqual({ code: 130, stdout: "", stderr: "" });
  });

  it("while writes are under way: they are finished, it says so and how to undo it", async () => {
    await start();
    const stop = new AbortController();
    const { code, stdout, stderr } = await clusters.mc(LINK, {
      signal: stop.signal,
      onWrite: (stream) => {
        if (stream === "stdout") stop.abort();
      },
    });
    expect(code).toBe(130);
    expect(stdout).toBe(applied("cluster2", "cluster1") + applied("cluster1", "cluster2"));
    expect(stderr).toContain(
      "mc: interrupted: everything was applied\napplied: istio-eastwest/istio-remote-peer-cluster1 on cluster2, istio-eastwest/istio-remote-peer-cluster2 on cluster1\nto undo:\n     kubectl --context cluster1",
    );
  });

  it("after the last write: exit 130 all the same", async () => {
    await start();
    const stop = new AbortController();
    const { code, stdout, stderr } = await clusters.mc(LINK, {
      signal: stop.signal,
      onWrite: (_stream, text) => {
        if (text.includes('pointing to cluster "cluster2"')) stop.abort();
      },
    });
    expect(code).toBe(130);
    expect(stdout.split("\n")).toHaveLength(3);
    expect(stderr).toContain("mc: interrupted: everything was applied\n");
  });

  it("while waiting: exit 130, nothing half printed", async () => {
    await start({ controller: false });
    const stop = new AbortController();
    const { code, stdout, stderr } = await clusters.mc([...LINK, "--wait"], {
      signal: stop.signal,
      onWrite: (_stream, text) => {
        if (text.includes("waiting")) stop.abort();
      },
    });
    expect(code).toBe(130);
    expect(stdout).toBe(applied("cluster2", "cluster1") + applied("cluster1", "cluster2"));
    expect(stderr.endsWith("note: waiting up to 5m for 2 Gateways to be linked\n")).toBe(true);
  });
});

describe("--dry-run and --diff", () => {
  it("asks the servers and writes nothing", async () => {
    await start();
    const before = PEERS.map(state);
    const { code, stdout } = await clusters.mc([...LINK, "--dry-run"]);
    expect(code).toBe(0);
    expect(stdout).toBe(
      [applied("cluster2", "cluster1"), applied("cluster1", "cluster2")]
        .join("")
        .replaceAll("\n", " (dry run)\n"),
    );
    expect(PEERS.flatMap((context) => clusters.writes(context))).toHaveLength(2);
    expect(PEERS.map(state)).toEqual(before);
    // As kubectl has it: a dry run of the client prints, and a diff ends as diff does.
    const printed = await clusters.mc([...LINK, "--dry-run=client"]);
    const generated = await clusters.mc([...LINK, "--generate"]);
    expect([printed.code, printed.stdout]).toEqual([0, generated.stdout]);
    expect((await clusters.mc([...LINK, "--dry-run=server", "--exit-code"])).code).toBe(1);
    const impossible = [...LINK, "-n", "nowhere", "--dry-run", "--exit-code"];
    expect((await clusters.mc(impossible)).code).toBe(2);
    expect(PEERS.map(state)).toEqual(before);
  });

  it("mc version tells those of istiod, in words and as JSON", async () => {
    await start();
    const contexts = PEERS.join(",");
    const { code, stdout } = await clusters.mc(["version", "--contexts", contexts]);
    expect([code, stdout]).toEqual([
      0,
      `mc ${VERSION}\ncluster1: istiod 1.28.5-solo (default)\ncluster2: istiod 1.28.5-solo (default)\n`,
    ]);
    await clusters.server("cluster2").close();
    const json = await clusters.mc(["version", "--contexts", contexts, "-o", "json"]);
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toEqual({
      tool: { name: "mc", version: VERSION },
      clusters: [
        { context: "cluster1", istiods: [{ revision: "default", version: "1.28.5-solo" }] },
        { context: "cluster2", istiods: [], error: expect.stringMatching(/./) as string },
      ],
    });
    const dead = await clusters.mc(["version", "--context", "cluster2"]);
    expect(dead.stdout).toContain("\ncluster2: not read: ");
  });

  it("does not call unchanged what is being deleted", async () => {
    await start({}, "healthy");
    clusters.edit(
      "cluster1",
      "Gateway",
      "istio-eastwest/istio-remote-peer-cluster2",
      ({ metadata }) => {
        metadata["finalizers"] = ["example.com/hold"];
        metadata["deletionTimestamp"] = "2026-01-15T12:00:00Z";
      },
    );
    const { code, stdout, stderr } = await clusters.mc(LINK);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(
      "cluster1: Gateway istio-eastwest/istio-remote-peer-cluster2 is being deleted, held by finalizer example.com/hold: run this again when it is gone",
    );
    expect(realWrites()).toEqual([]);
  });

  it("says unchanged in a dry run, too", async () => {
    await start();
    await clusters.mc([...LINK, "--wait=10m"]);
    const { stdout } = await clusters.mc([...LINK, "--dry-run", "--diff"]);
    expect(stdout).not.toContain("dry run");
    expect(stdout.match(/unchanged in/g)).toHaveLength(2);
    expect((await clusters.mc([...LINK, "--dry-run", "--exit-code"])).code).toBe(0);
  });

  it("shows the change as a plain diff in a pipe, and applies", async () => {
    await start();
    const { stdout } = await clusters.mc([...LINK, "--diff"]);
    expect(stdout).toContain(
      "--- /dev/null\n+++ cluster1/istio-eastwest/istio-remote-peer-cluster2\n@@ -0,0 +1,",
    );
    expect(stdout).toContain("\n+    value: 192.0.2.20\n");
    expect(stdout).not.toContain("\u001B");
    expect(stdout.endsWith(applied("cluster1", "cluster2"))).toBe(true);
    expect(remoteGateways("cluster1")).toHaveLength(1);
  });

  it("paints it on a terminal, unless told otherwise", async () => {
    await start();
    const painted = await clusters.mc([...LINK, "--diff", "--dry-run"], { isTTY: true });
    expect(painted.stdout).toContain("\u001B[32m+kind: Gateway\u001B[39m");
    const plain = await clusters.mc([...LINK, "--diff", "--dry-run", "--no-color"], {
      isTTY: true,
    });
    expect(plain.stdout).not.toContain("\u001B");
  });
});

describe("warnings of the API server", () => {
  const WARNING = {
    kind: "warning" as const,
    headers: { Warning: '299 - "gateways v1 is \\"old\\""' },
  };

  it("are shown, once", async () => {
    await start({ server: { faults: [{ ...WARNING, match: { method: "PATCH" } }] } });
    const { code, stderr } = await clusters.mc([...LINK, "-q"]);
    expect(code).toBe(0);
    expect(stderr).toBe(
      'warning: cluster2: gateways v1 is "old"\nwarning: cluster1: gateways v1 is "old"\n',
    );
  });

  it("are shown in a dry run", async () => {
    await start({ server: { faults: [{ ...WARNING, match: { method: "PATCH" } }] } });
    const { stderr } = await clusters.mc([...LINK, "-q", "--dry-run"]);
    expect(stderr.match(/warning: /g)).toHaveLength(2);
  });

  it("and of links that are made automatically", async () => {
    await start({}, "self-peer");
    const { stderr } = await clusters.mc([...LINK, "-q"]);
    expect(stderr).toContain(
      "warning: cluster1: istiod istio-system/istiod has PEERING_AUTOMATIC_LOCAL_GATEWAY=true",
    );
  });
});

describe("--wait", () => {
  const linked = (context: string, to: string) =>
    `Gateway istio-eastwest/istio-remote-peer-${to} is linked in cluster "${context}"`;

  it("until they are connected, by watching", async () => {
    await start({
      server: (context) => ({
        controller: {
          delayMs: 1500,
          address: context === "cluster1" ? "192.0.2.10" : "192.0.2.20",
        },
      }),
    });
    const { code, stdout } = await clusters.mc([...LINK, "--wait=10m"]);
    expect(code).toBe(0);
    expect(stdout.split("\n").slice(2, 4).toSorted()).toEqual([
      linked("cluster2", "cluster1"),
      linked("cluster1", "cluster2"),
    ]);
    const watches = clusters
      .server("cluster1")
      .requests.filter(({ query }) => query.includes("watch=true"));
    expect(watches).toMatchObject([{ status: 200 }]);
  });

  it("by looking again where watching is forbidden", async () => {
    await start({
      server: {
        users: [{ name: "linker", deny: [{ verb: "watch", resource: "gateways" }] }],
        controller: { delayMs: 50 },
      },
    });
    const { code, stdout } = await clusters.mc([...LINK, "--wait=10m"]);
    expect(code).toBe(0);
    expect(stdout).toContain(linked("cluster1", "cluster2"));
  });

  it("tells the conditions as they stand when time is up", async () => {
    await start({
      server: (context) => ({
        controller: context === "cluster1" ? false : { address: "192.0.2.20" },
      }),
    });
    await withTimeEnough(async (limit) => {
      const { code, stdout, stderr } = await clusters.mc([...LINK, `--wait=${limit}`, "-q"]);
      expect(code).toBe(1);
      expect(stdout).toContain(linked("cluster2", "cluster1"));
      expect(stderr).toBe(
        [
          `❌ cluster1: Gateway istio-eastwest/istio-remote-peer-cluster2 is not linked after ${limit}`,
          "     Accepted: Unknown (Pending: Waiting for controller)",
          "     Programmed: Unknown (Pending: Waiting for controller)",
          "     gloo.solo.io/PeerConnected: not there: no istiod has reconciled it as it is now",
          "     gloo.solo.io/PeeringSucceeded: not there: no istiod has reconciled it as it is now",
          "     kubectl --context cluster1 -n istio-eastwest describe gateways.gateway.networking.k8s.io istio-remote-peer-cluster2",
          "     kubectl --context cluster1 -n istio-system logs -l app=istiod --tail=100",
          "     mc check --contexts cluster1,cluster2",
          "",
        ].join("\n"),
      );
    });
  });

  it("is not over while no istiod runs, whatever the conditions say", async () => {
    await start();
    await clusters.mc([...LINK, "--wait=10m"]);
    for (const [name, { metadata }] of clusters.objects("cluster1", "Pod")) {
      const labels = metadata["labels"] as Record<string, string>;
      if (labels["app"] === "istiod") {
        clusters.edit("cluster1", "Pod", name, (pod) => {
          pod["status"] = { phase: "Pending" };
        });
      }
    }
    await withTimeEnough(async (limit) => {
      const { code, stdout, stderr } = await clusters.mc([...LINK, `--wait=${limit}`, "-q"]);
      expect({ code, linked: stdout.includes(linked("cluster1", "cluster2")) }).toEqual({
        code: 1,
        linked: false,
      });
      expect(stdout).toContain(linked("cluster2", "cluster1"));
      expect(stderr).toContain(
        "warning: cluster1: no istiod runs, so nobody takes the Gateway up\n",
      );
      expect(stderr).toContain(
        "     no istiod of its cluster runs, so nobody says how it stands\n",
      );
      expect(stderr).toContain(
        "     kubectl --context cluster1 get deployments,pods -A -l app=istiod -o wide\n",
      );
    });
  });

  it("says when there is nothing to tell", async () => {
    await start({ controller: false });
    const deleting = clusters.mc([...LINK, "--wait=300ms", "-q"], {
      onWrite: (_stream, text) => {
        if (!text.includes('applied to cluster "cluster1"')) return;
        for (const context of PEERS) {
          for (const { metadata, ...gateway } of remoteGateways(context)) {
            clusters
              .server(context)
              .remove({ ...gateway, name: metadata.name, namespace: metadata.namespace });
          }
        }
      },
    });
    const { code, stderr } = await deleting;
    expect(code).toBe(1);
    expect(stderr.match(/it is not there, or could not be read/g)).toHaveLength(2);
  });

  it("of a link that is there already", async () => {
    await start();
    await clusters.mc([...LINK, "--wait=10m"]);
    const { code, stdout } = await clusters.mc([...LINK, "--wait=10m"]);
    expect(code).toBe(0);
    expect(stdout).toContain("unchanged");
    expect(stdout).toContain(linked("cluster1", "cluster2"));
  });
});
