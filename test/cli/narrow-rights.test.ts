import { afterEach, describe, expect, it } from "vitest";
import { type Clusters, startClusters } from "../support/cli.ts";
import type { AccessRules } from "../support/rbac.ts";

/*
 * expose, link and unlink by a user who may read and write what some namespaces hold, and list nothing
 * of the whole cluster but GatewayClasses.
 */

const GATEWAY_API = "gateway.networking.k8s.io";
const WRITES = ["get", "list", "watch", "create", "patch", "delete"];
const READS = ["get", "list"];

function rights(gatewaysIn: readonly string[], restIn: readonly string[]): AccessRules {
  const rules = (
    namespaces: readonly string[],
    group: string,
    resource: string,
    verbs: readonly string[],
  ): AccessRules =>
    namespaces.flatMap((namespace) => verbs.map((verb) => ({ verb, group, resource, namespace })));
  return [
    ...rules(gatewaysIn, GATEWAY_API, "gateways", WRITES),
    ...rules(restIn, "apps", "deployments", READS),
    ...["services", "configmaps"].flatMap((resource) => rules(restIn, "", resource, READS)),
    ...["istio-system", "istio-eastwest", "team"].map((name) => ({
      verb: "get",
      group: "",
      resource: "namespaces",
      name,
    })),
    { verb: "list", group: GATEWAY_API, resource: "gatewayclasses" },
    { verb: "create", group: "authorization.k8s.io", resource: "selfsubjectaccessreviews" },
    { verb: "create", group: "authentication.k8s.io", resource: "selfsubjectreviews" },
  ];
}

const EASTWEST = "istio-eastwest";
const ALL = ["istio-system", EASTWEST];

let clusters: Clusters;

afterEach(() => clusters.close());

/** The scenario as somebody sees it who may use Gateways of some namespaces, and the rest of others. */
async function start(
  scenario: string,
  { gatewaysIn = ALL, restIn = ALL, namespace = "default", team = false } = {},
): Promise<void> {
  const users = [{ name: "viewer", allowOnly: rights(gatewaysIn, restIn) }];
  clusters = await startClusters(scenario, { server: { users }, namespace });
  for (const context of team ? clusters.contexts : []) {
    clusters.server(context).put({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "team" },
    });
  }
}

const remove = (context: string, name: string): void =>
  clusters.server(context).remove({
    apiVersion: `${GATEWAY_API}/v1`,
    kind: "Gateway",
    namespace: EASTWEST,
    name,
  });

describe("with rights in the namespace of the Gateways", () => {
  it("expose makes the first Gateway, told where, and says what was not read", async () => {
    await start("unlinked");
    remove("cluster1", "istio-eastwest");
    const told = await clusters.mc(["expose", "--context=cluster1", "-n", EASTWEST]);
    expect(told).toMatchObject({ code: 0, stdout: expect.stringContaining("applied to cluster") });
    expect(told.stderr).toContain(
      "note: cluster1: there may be another east-west Gateway: only namespaces istio-eastwest, istio-system could be read for Gateways\n",
    );
    expect(clusters.objects("cluster1", "Gateway").has(`${EASTWEST}/istio-eastwest`)).toBe(true);
  });

  it("expose makes none beside one that it cannot see, unless told", async () => {
    await start("healthy", { gatewaysIn: ["istio-system", "team"], namespace: "team", team: true });
    const { code, stderr } = await clusters.mc(["expose", "--context=cluster1"]);
    expect(code).toBe(1);
    expect(stderr).toContain(
      "❌ cluster1: may have an east-west Gateway already: only namespaces team, istio-system could be read for Gateways; say by -n where it belongs\n     mc expose --context cluster1 -n team\n",
    );
    expect(clusters.writes("cluster1")).toEqual([]);
    const told = await clusters.mc(["expose", "--context=cluster1", "-n", "team", "--dry-run"]);
    expect(told).toMatchObject({ code: 0 });
  });

  it("link makes the first links of a source", async () => {
    await start("unlinked");
    const link = ["link", "--contexts=cluster1,cluster2", "-n", EASTWEST];
    const { code, stdout } = await clusters.mc(link);
    expect({ code, lines: stdout.trim().split("\n").length }).toEqual({ code: 0, lines: 2 });
    const again = await clusters.mc(link);
    expect(again.stdout).toMatch(/^(Gateway .* unchanged in .*\n){2}$/);
  });

  it("the namespace of the context is one of those that are read", async () => {
    const gatewaysIn = [EASTWEST, "team"];
    await start("unlinked", { gatewaysIn, namespace: "team", team: true });
    const link = ["link", "--from=cluster1", "--to=cluster2"];
    expect(await clusters.mc(link)).toMatchObject({ code: 0 });
    expect(await clusters.mc(["unlink", "--from=cluster1", "--to=cluster2"])).toEqual({
      code: 0,
      stdout:
        'Gateway team/istio-remote-peer-cluster2 deleted from cluster "cluster1" pointing to cluster "cluster2"\n',
      stderr: "",
    });
    // What is not there any more may be in a namespace that could not be read.
    const { code, stderr } = await clusters.mc(["unlink", "--from=cluster1", "--to=cluster2"]);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr:
        "note: cluster1: no link to cluster2 in namespace team; only namespaces team, istio-eastwest could be read for Gateways\n",
    });
  });
});

describe("without rights in the namespace of the Gateways", () => {
  it.each([
    ["link", []],
    ["unlink", []],
    ["link", ["istio-system"]],
    ["unlink", ["istio-system"]],
  ])("%s asks for no more than what that namespace holds: %j", async (command, gatewaysIn) => {
    await start("healthy", { gatewaysIn });
    const ends = ["--from=cluster1", "--to=cluster2", "-n", EASTWEST];
    const { code, stderr } = await clusters.mc([command, ...ends]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /cluster1: its Gateways (in namespace istio-eastwest )?could not be read/,
    );
    expect(stderr).toContain(
      "kubectl --context cluster1 -n istio-eastwest create role mc-gateways --verb=get,list --resource=gateways.gateway.networking.k8s.io",
    );
    expect(stderr).not.toContain("--context cluster1 create clusterrole mc-gateways");
    expect(clusters.writes("cluster1")).toEqual([]);
  });

  it("link does not say that a target has no east-west Gateway that it may not see", async () => {
    await start("unlinked", { gatewaysIn: ["team"], namespace: "team", team: true });
    const { code, stderr } = await clusters.mc(["link", "--from=cluster1", "--to=cluster2"]);
    expect(code).toBe(1);
    expect(stderr).toContain("cluster2: no east-west Gateway among those that could be read");
    expect(stderr).not.toContain("mc expose");
  });

  it("expose does not label a namespace in which istiod may not run", async () => {
    await start("unlinked", { restIn: [EASTWEST] });
    clusters.edit("cluster1", "Namespace", "istio-system", ({ metadata }) => {
      metadata["labels"] = {};
    });
    const { code, stderr } = await clusters.mc(["expose", "--context=cluster1", "-n", EASTWEST]);
    expect(code).toBe(1);
    expect(stderr).toContain(
      "namespace istio-system has no label topology.istio.io/network; whether istiod runs there is not known",
    );
    expect(stderr).not.toContain("label namespace");
  });
});
