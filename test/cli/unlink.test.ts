import { afterEach, describe, expect, it } from "vitest";
import type { KubeObject } from "../support/apiserver.ts";
import { type ClusterOptions, type Clusters, hasKubectl, startClusters } from "../support/cli.ts";

let clusters: Clusters;

afterEach(() => clusters.close());

async function start(options: ClusterOptions = {}, scenario = "healthy"): Promise<Clusters> {
  clusters = await startClusters(scenario, options);
  return clusters;
}

const NAMESPACE = ["-n", "istio-eastwest"];
const UNLINK = ["unlink", "--contexts=cluster1,cluster2", ...NAMESPACE];
const PEERS = ["cluster1", "cluster2"] as const;
const WRITE = /\/gateways\/[^?]*$/;

function remoteGateways(context: string): KubeObject[] {
  return [...clusters.objects(context, "Gateway").values()].filter(
    ({ spec }) => (spec as { gatewayClassName: string }).gatewayClassName === "istio-remote",
  );
}

const names = (context: string): string[] =>
  remoteGateways(context).map(({ metadata }) => metadata.name);

/** A finalizer keeps the Gateway when it is deleted. */
function hold(context: string, name: string): void {
  clusters.edit(context, "Gateway", name, ({ metadata }) => {
    metadata["finalizers"] = ["example.com/hold"];
  });
}

const deleted = (from: string, to: string, gateway = to) =>
  `Gateway istio-eastwest/istio-remote-peer-${gateway} deleted from cluster "${from}" pointing to cluster "${to}"\n`;

describe("mc unlink", () => {
  it("deletes the Gateways both ways, and finds nothing the second time", async () => {
    await start();
    expect(await clusters.mc(UNLINK)).toEqual({
      code: 0,
      stdout: deleted("cluster1", "cluster2") + deleted("cluster2", "cluster1"),
      stderr: "",
    });
    expect(PEERS.flatMap(names)).toEqual([]);
    expect(await clusters.mc(UNLINK)).toEqual({
      code: 0,
      stdout: "",
      stderr:
        "note: cluster1: no link to cluster2 in namespace istio-eastwest\nnote: cluster2: no link to cluster1 in namespace istio-eastwest\n",
    });
  });

  it("leaves everything else as it was", async () => {
    await start();
    const others = (context: string): unknown =>
      clusters
        .server(context)
        .objects()
        .filter(({ metadata }) => !metadata.name.startsWith("istio-remote-peer-"));
    const before = PEERS.map(others);
    await clusters.mc(UNLINK);
    expect(PEERS.map(others)).toEqual(before);
  });

  it("deletes one way", async () => {
    await start();
    const { stdout } = await clusters.mc([
      "unlink",
      "--from=cluster1",
      "--to=cluster2",
      ...NAMESPACE,
    ]);
    expect(stdout).toBe(deleted("cluster1", "cluster2"));
    expect(names("cluster2")).toEqual(["istio-remote-peer-cluster1"]);
  });

  it("takes --context for --from", async () => {
    await start();
    const { code } = await clusters.mc([
      "unlink",
      "--context=cluster1",
      "--to=cluster2",
      ...NAMESPACE,
    ]);
    expect(code).toBe(0);
    expect(names("cluster1")).toEqual([]);
  });

  it("deletes those for one of several peers only", async () => {
    await start({}, "three-clusters");
    const [east = "", eu = "", west = ""] = clusters.contexts;
    const { code, stdout } = await clusters.mc([
      "unlink",
      "--from",
      east,
      "--to",
      eu,
      ...NAMESPACE,
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain(`pointing to cluster "${eu}"`);
    expect(names(east)).toEqual(["istio-remote-peer-net-west"]);
    expect(names(west)).toHaveLength(2);
  });

  it("knows Gateways that do not say which cluster they stand for", async () => {
    await start();
    clusters.edit(
      "cluster1",
      "Gateway",
      "istio-eastwest/istio-remote-peer-cluster2",
      ({ metadata }) => {
        metadata["labels"] = { "topology.istio.io/network": "cluster2" };
      },
    );
    const { stdout } = await clusters.mc(UNLINK);
    expect(stdout).toContain(deleted("cluster1", "cluster2"));
  });

  it("has not done what was asked when the link is in another namespace", async () => {
    await start();
    const { code, stdout, stderr } = await clusters.mc([
      "unlink",
      "--from=cluster1",
      "--to=cluster2",
    ]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toBe(
      [
        "❌ cluster1: no link to cluster2 in namespace default; there is one in istio-eastwest",
        "     mc unlink --from cluster1 --to cluster2 -n istio-eastwest",
        "mc: nothing was deleted\n",
      ].join("\n"),
    );
    expect(names("cluster1")).toEqual(["istio-remote-peer-cluster2"]);
  });
});

describe("a peer that is dead or gone", () => {
  it("by --contexts: the links to it go, its own stay until it is back", async () => {
    await start();
    await clusters.server("cluster2").close();
    const { code, stdout, stderr } = await clusters.mc(UNLINK);
    expect({ code, stdout }).toEqual({ code: 0, stdout: deleted("cluster1", "cluster2") });
    expect(stderr).toBe(
      "warning: cluster2: cannot be reached: its own Gateways stay until this is run again\n",
    );
    expect(names("cluster1")).toEqual([]);
  });

  it("by --from and --to", async () => {
    await start();
    await clusters.server("cluster2").close();
    const { code } = await clusters.mc([
      "unlink",
      "--from=cluster1",
      "--to=cluster2",
      ...NAMESPACE,
    ]);
    expect(code).toBe(0);
    expect(names("cluster1")).toEqual([]);
  });

  it("that goes by another name than its context: tells what to say", async () => {
    await start({ rename: { cluster2: "arn:aws:eks:x:cluster/two" } });
    await clusters.server("arn:aws:eks:x:cluster/two").close();
    const unlink = ["unlink", "--from=cluster1", ...NAMESPACE];
    const { code, stdout, stderr } = await clusters.mc([
      ...unlink,
      "--to=arn:aws:eks:x:cluster/two",
    ]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("give --to its CLUSTER_ID or network; there are cluster2\n");
    expect(stderr).toContain("\nmc: nothing was deleted\n");
    expect(await clusters.mc([...unlink, "--to=cluster2"])).toMatchObject({
      code: 0,
      stdout: deleted("cluster1", "cluster2"),
    });
  });

  it("that is no context any more: by CLUSTER_ID or network", async () => {
    await start({}, "three-clusters");
    const [east = "", eu = ""] = clusters.contexts;
    const byId = await clusters.mc(["unlink", "--from", east, "--to=west", ...NAMESPACE]);
    expect(byId.stdout).toContain(
      `istio-remote-peer-net-west deleted from cluster "${east}" pointing to cluster "west"`,
    );
    const byNetwork = await clusters.mc([
      "unlink",
      "--from",
      `${east},${eu}`,
      "--to=net-west",
      ...NAMESPACE,
    ]);
    expect(byNetwork.stdout).toBe(
      `Gateway istio-eastwest/istio-remote-peer-net-west deleted from cluster "${eu}" pointing to cluster "net-west"\n`,
    );
    expect(byNetwork.stderr).toContain(
      `${east}: no link to net-west in namespace istio-eastwest; there are links to eu`,
    );
  });

  it("a name that nobody knows is a fault that tells who there is", async () => {
    await start();
    for (const targets of ["clutser2", "cluster2,clutser2"]) {
      const { code, stdout, stderr } = await clusters.mc([
        "unlink",
        "--from=cluster1",
        `--to=${targets}`,
        ...NAMESPACE,
      ]);
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toBe(
        "❌ cluster1: no link to clutser2 in namespace istio-eastwest; there are links to cluster2\nmc: nothing was deleted\n",
      );
    }
  });

  it("all of them dead: nothing can be done", async () => {
    await start();
    await Promise.all(PEERS.map((context) => clusters.server(context).close()));
    const { code, stdout, stderr } = await clusters.mc(UNLINK);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr.match(/cannot be reached/g)).toHaveLength(2);
  });

  it("a source that is dead: nothing is deleted", async () => {
    await start();
    await clusters.server("cluster1").close();
    const { code, stderr } = await clusters.mc([
      "unlink",
      "--from=cluster1,cluster2",
      "--to=cluster1,cluster2",
      ...NAMESPACE,
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^❌ cluster1: cannot be reached/);
    expect(names("cluster2")).toHaveLength(1);
  });
});

describe("Gateways of others", () => {
  const helm = (): void => {
    clusters.edit(
      "cluster1",
      "Gateway",
      "istio-eastwest/istio-remote-peer-cluster2",
      ({ metadata }) => {
        metadata["managedFields"] = [{ manager: "helm", operation: "Update", apiVersion: "v1" }];
      },
    );
  };

  it("are left unless forced; then nothing is deleted at all", async () => {
    await start();
    helm();
    const { code, stdout, stderr } = await clusters.mc(UNLINK);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toBe(
      [
        "❌ cluster1: Gateway istio-eastwest/istio-remote-peer-cluster2 is managed by helm, not by mc: --force deletes it all the same",
        "     kubectl --context cluster1 -n istio-eastwest get gateways.gateway.networking.k8s.io istio-remote-peer-cluster2 -o yaml --show-managed-fields",
        "mc: nothing was deleted",
        "",
      ].join("\n"),
    );
    expect(PEERS.flatMap(names)).toHaveLength(2);
    expect(await clusters.mc([...UNLINK, "--force"])).toMatchObject({ code: 0 });
    expect(PEERS.flatMap(names)).toEqual([]);
  });

  it("the one for the cluster itself is nobody's link", async () => {
    await start({}, "self-peer");
    await clusters.mc(UNLINK);
    expect(names("cluster1")).toEqual(["istio-remote-peer-cluster1"]);
  });
});

describe("--dry-run and --generate", () => {
  it("asks the servers and deletes nothing", async () => {
    await start();
    const { code, stdout } = await clusters.mc([...UNLINK, "--dry-run"]);
    expect(code).toBe(0);
    expect(stdout).toBe(
      `${deleted("cluster1", "cluster2")}${deleted("cluster2", "cluster1")}`.replaceAll(
        "\n",
        " (dry run)\n",
      ),
    );
    expect(PEERS.flatMap(names)).toHaveLength(2);
  });

  it("prints the commands", async () => {
    await start();
    const { code, stdout, stderr } = await clusters.mc([...UNLINK, "--generate"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect((await clusters.mc([...UNLINK, "--dry-run=client"])).stdout).toBe(stdout);
    expect(stdout).toBe(
      [
        "kubectl --context cluster1 -n istio-eastwest delete gateways.gateway.networking.k8s.io istio-remote-peer-cluster2\n",
        "kubectl --context cluster2 -n istio-eastwest delete gateways.gateway.networking.k8s.io istio-remote-peer-cluster1\n",
      ].join(""),
    );
    expect(PEERS.flatMap((context) => clusters.writes(context))).toEqual([]);
  });

  it.skipIf(!hasKubectl)("which work", async () => {
    await start();
    const { stdout } = await clusters.mc([...UNLINK, "--generate"]);
    expect(await clusters.shell(stdout)).toMatchObject({ code: 0, stderr: "" });
    expect(PEERS.flatMap(names)).toEqual([]);
    expect(await clusters.mc([...UNLINK, "--generate"])).toMatchObject({ code: 0, stdout: "" });
  });
});

describe("failures", () => {
  it("what may not be deleted is told before anything is", async () => {
    await start({
      server: (context) =>
        context === "cluster2" ? { users: [{ name: "viewer", deny: [{ verb: "delete" }] }] } : {},
    });
    const { code, stdout, stderr } = await clusters.mc(UNLINK);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(
      /^❌ cluster2: Gateway istio-eastwest\/istio-remote-peer-cluster1 cannot be deleted: .*forbidden/,
    );
    expect(stderr).toContain(
      "create role mc-gateways --verb=delete --resource=gateways.gateway.networking.k8s.io",
    );
    expect(PEERS.flatMap(names)).toHaveLength(2);
  });

  it("a delete that fails: what was under way at the same time is told", async () => {
    await start({
      server: (context) => ({
        // The first is the dry run.
        faults: [
          {
            kind: "status",
            status: 409,
            match: { method: "DELETE", path: WRITE, from: context === "cluster1" ? 2 : 1 },
            times: context === "cluster1" ? 9 : 0,
          },
        ],
      }),
    });
    const { code, stdout, stderr } = await clusters.mc(UNLINK);
    expect({ code, stdout }).toEqual({ code: 1, stdout: deleted("cluster2", "cluster1") });
    expect(stderr).toContain("cluster1: Gateway istio-eastwest/istio-remote-peer-cluster2 cannot");
    expect(stderr).toContain("mc: stopped at the first failure; run it again to go on\n");
    expect(PEERS.flatMap(names)).toEqual(["istio-remote-peer-cluster2"]);
  });

  it("what a finalizer holds is not said to be deleted", async () => {
    await start();
    hold("cluster1", "istio-eastwest/istio-remote-peer-cluster2");
    const { code, stdout, stderr } = await clusters.mc(UNLINK);
    expect(code).toBe(1);
    expect(stdout).toBe(deleted("cluster2", "cluster1"));
    expect(stderr).toBe(
      [
        "❌ cluster1: Gateway istio-eastwest/istio-remote-peer-cluster2 is being deleted, held by finalizer example.com/hold: the link ends when it is gone",
        "     kubectl --context cluster1 -n istio-eastwest get gateways.gateway.networking.k8s.io istio-remote-peer-cluster2 -o yaml",
        "mc: not everything is deleted yet",
        "",
      ].join("\n"),
    );
    expect(names("cluster1")).toEqual(["istio-remote-peer-cluster2"]);
  });

  it("what a finalizer holds for a moment is waited for", async () => {
    await start();
    hold("cluster1", "istio-eastwest/istio-remote-peer-cluster2");
    const server = clusters.server("cluster1");
    const release = setInterval(() => {
      const [found] = remoteGateways("cluster1");
      if (found?.metadata["deletionTimestamp"]) server.remove({ ...found, ...found.metadata });
    }, 50);
    try {
      expect(await clusters.mc(UNLINK)).toEqual({
        code: 0,
        stdout: deleted("cluster1", "cluster2") + deleted("cluster2", "cluster1"),
        stderr: "",
      });
    } finally {
      clearInterval(release);
    }
  });

  it("what is gone meanwhile is gone", async () => {
    await start();
    const { code, stdout } = await clusters.mc(UNLINK, {
      onWrite: (_stream, text) => {
        if (!text.includes('from cluster "cluster1"')) return;
        for (const { metadata, ...gateway } of remoteGateways("cluster2")) {
          clusters
            .server("cluster2")
            .remove({ ...gateway, name: metadata.name, namespace: metadata.namespace });
        }
      },
    });
    expect(code).toBe(0);
    expect(stdout).toContain(deleted("cluster2", "cluster1"));
  });

  it("Ctrl-C while they are deleted: what was begun is finished and told, exit 130", async () => {
    await start();
    const stop = new AbortController();
    const { code, stdout, stderr } = await clusters.mc(UNLINK, {
      signal: stop.signal,
      onWrite: (stream) => {
        if (stream === "stdout") stop.abort();
      },
    });
    expect({ code, stdout, stderr }).toEqual({
      code: 130,
      stdout: deleted("cluster1", "cluster2") + deleted("cluster2", "cluster1"),
      stderr: "",
    });
    expect(PEERS.flatMap(names)).toEqual([]);
  });

  it("Ctrl-C at the end: exit 130", async () => {
    await start();
    const stop = new AbortController();
    const { code } = await clusters.mc(UNLINK, {
      signal: stop.signal,
      onWrite: (_stream, text) => {
        if (text.includes('from cluster "cluster2"')) stop.abort();
      },
    });
    expect(code).toBe(130);
    expect(PEERS.flatMap(names)).toEqual([]);
  });

  it("warnings of the API server are shown", async () => {
    await start({ server: { faults: [{ kind: "warning", match: { method: "DELETE" } }] } });
    const { stderr } = await clusters.mc(UNLINK);
    expect(stderr).toBe(
      "warning: cluster1: injected warning\nwarning: cluster2: injected warning\n",
    );
  });
});

describe("mc unlink, wrongly called", () => {
  it.each<[string, string]>([
    ["", "name the links to undo: --contexts a,b, or --from a --to b"],
    ["a b", "unlink takes no arguments: did you mean --contexts a,b?"],
    ["--contexts=cluster1", "--contexts needs two clusters or more"],
    ["--contexts=cluster1,cluster1", "--contexts names cluster1 twice"],
    ["--contexts=cluster1,cluster2 --to=cluster2", "give either --contexts, or --from and --to"],
    ["--contexts=cluster1,cluster2 --context=cluster1", "--context does not go with --contexts"],
    ["--context=cluster1 --from=cluster1 --to=cluster2", "--context does not go with --from"],
    ["--from=cluster1", "name the links to undo"],
    ["--to=cluster1", "name the links to undo"],
    ["--from=nope --to=cluster2", `no context "nope"`],
    ["--contexts=cluster1,nope", `no context "nope"`],
    ["--contexts=cluster1,nope", "; a cluster that is gone: --from a --to CLUSTER_ID or network"],
    ["--contexts=cluster1,cluster2 --generate --dry-run", "--dry-run does not go with --generate"],
    ["--contexts=cluster1,cluster2 -n a/b", "No namespace can be called that"],
  ])("%s", async (line, message) => {
    await start();
    const { code, stdout, stderr } = await clusters.mc([
      "unlink",
      ...line.split(" ").filter(Boolean),
    ]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^mc: .*\n$/);
    expect(stderr).toContain(message);
  });
});
