import { describe, expect, it } from "vitest";
import { unacceptedClass, writeProblems } from "../../src/gateway/preconditions.ts";
import { arranged, factOf, problem, read } from "../../src/gateway/problem.ts";
import type { GatheredCluster, WritableCluster } from "../../src/model/cluster.ts";
import type { GatewayClassFact } from "../../src/model/facts.ts";
import { gathered, missing } from "../../src/model/gathered.ts";
import { clusterRef } from "../support/facts.ts";
import { deadCluster, FORBIDDEN, gatheredCluster } from "../support/gathered.ts";
import { writer } from "../support/writer.ts";

const INTENT = { namespace: "istio-eastwest", className: "istio-remote", creates: true };

async function problems(
  cluster: GatheredCluster,
  changes: Partial<WritableCluster> = {},
  intent: Partial<typeof INTENT> = {},
): Promise<string[]> {
  const found = await writeProblems(cluster, writer(changes), { ...INTENT, ...intent });
  return found.map(({ message, commands }) => [message, ...commands].join("\n  "));
}

function gatewayClass(changes: Partial<GatewayClassFact> = {}): GatewayClassFact {
  return { name: "istio-remote", controller: "istio.io/unmanaged-gateway", ...changes };
}

describe("writeProblems", () => {
  it("none where all is there", async () => {
    expect(await problems(gatheredCluster())).toEqual([]);
  });

  it("names everything at once, each with its command", async () => {
    const cluster = gatheredCluster("a", { gatewayClasses: [] }, { network: "" });
    const denied = { allowed: async () => gathered(false) };
    expect(await problems(cluster, denied, { namespace: "nope" })).toEqual([
      "namespace istio-system has no label topology.istio.io/network\n  kubectl --context ctx-a label namespace istio-system topology.istio.io/network=a",
      "namespace nope does not exist\n  kubectl --context ctx-a create namespace nope",
      [
        "GatewayClass istio-remote does not exist: istiod makes it when peering is enabled (platforms.peering.enabled=true)",
        "kubectl --context ctx-a get gatewayclasses",
        "kubectl --context ctx-a -n istio-system logs -l app=istiod --tail=100",
      ].join("\n  "),
      [
        "you may not create or patch gateways.gateway.networking.k8s.io in namespace nope",
        "kubectl --context ctx-a -n nope create role mc-link --verb=get,list,watch,create,patch --resource=gateways.gateway.networking.k8s.io",
        "kubectl --context ctx-a -n nope create rolebinding mc-link --role=mc-link --user=admin",
      ].join("\n  "),
    ]);
  });

  it("a dead cluster is one problem", async () => {
    expect(await problems(deadCluster())).toEqual(["cannot be reached: connection refused"]);
  });

  it("needs the CRDs", async () => {
    const cluster = gatheredCluster("a", { gateways: { served: false, eastWest: [], remote: [] } });
    expect(await problems(cluster)).toEqual([expect.stringContaining("is not installed")]);
  });

  it("says what could not be read", async () => {
    const facts = { namespaces: FORBIDDEN, gateways: FORBIDDEN };
    expect(await problems(gatheredCluster("a", facts))).toEqual([
      expect.stringContaining("its namespaces could not be read"),
      expect.stringContaining("its Gateways could not be read"),
    ]);
    expect(await problems(gatheredCluster("a", { gatewayClasses: FORBIDDEN }))).toEqual([
      expect.stringContaining("its GatewayClasses could not be read"),
    ]);
  });

  it("does not claim that a namespace is missing where not all may be listed", async () => {
    const narrowed = [
      { group: "", resource: "namespaces", namespaces: ["istio-system"], refused: FORBIDDEN },
    ];
    const cluster = { ...gatheredCluster(), narrowed };
    expect(await problems(cluster, {}, { namespace: "elsewhere" })).toEqual([]);
    expect(await problems({ ...gatheredCluster("a", { namespaces: [] }), narrowed })).toEqual([]);
    const other = [
      { group: "", resource: "namespaces", namespaces: ["kube-system"], refused: FORBIDDEN },
    ];
    const unread = gatheredCluster("a", { namespaces: [] }, { network: "" });
    expect(await problems({ ...unread, narrowed: other })).toEqual([
      "namespace istio-system could not be read: its network is not known\n  kubectl --context ctx-a get namespace istio-system --show-labels",
    ]);
  });

  it("claims it where that one was looked for by itself", async () => {
    const narrowed = [
      {
        group: "",
        resource: "namespaces",
        namespaces: ["istio-system", "elsewhere"],
        refused: FORBIDDEN,
      },
    ];
    const cluster = { ...gatheredCluster(), narrowed };
    expect(await problems(cluster, {}, { namespace: "elsewhere" })).toEqual([
      expect.stringMatching(/^namespace elsewhere does not exist/),
    ]);
  });

  it("asks for the right to create only where something is to be created", async () => {
    const verbs: string[] = [];
    const allowed: WritableCluster["allowed"] = async ({ verb }) => {
      verbs.push(verb);
      return gathered(verb === "patch");
    };
    expect(await problems(gatheredCluster(), { allowed }, { creates: false })).toEqual([]);
    expect(verbs).toEqual(["patch"]);
    expect(await problems(gatheredCluster(), { allowed })).toEqual([
      expect.stringMatching(/^you may not create gateways/),
    ]);
  });

  it("leaves it to the dry run where the question itself is refused", async () => {
    const allowed = async () => missing("forbidden", "no reviews for you");
    expect(await problems(gatheredCluster(), { allowed })).toEqual([]);
  });

  it("grants to a ServiceAccount as one, and to an unknown user nothing", async () => {
    const allowed = async () => gathered(false);
    const account = gatheredCluster("a", { connection: { user: "system:serviceaccount:ops:mc" } });
    expect(await problems(account, { allowed })).toEqual([
      expect.stringContaining("--role=mc-link --serviceaccount=ops:mc"),
    ]);
    const nobody = gatheredCluster("a", { connection: {} });
    expect(await problems(nobody, { allowed })).toEqual([
      expect.stringContaining("auth can-i patch gateways.gateway.networking.k8s.io"),
    ]);
  });
});

describe("unacceptedClass", () => {
  const messages = (...classes: GatewayClassFact[]) =>
    unacceptedClass(gatheredCluster("a", { gatewayClasses: classes }), "istio-remote").map(
      ({ message }) => message,
    );

  it("is one that nobody has accepted", () => {
    const pending = { type: "Accepted", status: "Unknown", reason: "Pending", message: "Waiting" };
    expect(messages(gatewayClass({ accepted: pending }))).toEqual([
      "GatewayClass istio-remote is not accepted by istiod (Pending: Waiting)",
    ]);
    expect(messages(gatewayClass())).toEqual([
      "GatewayClass istio-remote is not accepted by istiod (it has no such condition)",
    ]);
  });

  it("is none that is accepted, missing or unread", () => {
    const accepted = { type: "Accepted", status: "True", reason: "Accepted", message: "" };
    expect(messages(gatewayClass({ accepted }))).toEqual([]);
    expect(messages()).toEqual([]);
    const unread = gatheredCluster("a", { gatewayClasses: FORBIDDEN });
    expect(unacceptedClass(unread, "istio-remote")).toEqual([]);
  });
});

describe("problems", () => {
  it("are told once, in the order of the contexts", () => {
    const [a, b] = [clusterRef("a"), clusterRef("b")];
    const all = [problem(b, "x"), problem(a, "y"), problem(b, "x"), problem(a, "x")];
    expect(
      arranged(all, ["ctx-a", "ctx-b"]).map((one) => [one.cluster.context, one.message]),
    ).toEqual([
      ["ctx-a", "y"],
      ["ctx-a", "x"],
      ["ctx-b", "x"],
    ]);
  });

  it("a fact that was not gathered is a fault of ours", () => {
    const cluster = { ref: clusterRef(), facts: {} };
    expect(() => factOf(cluster, "gateways")).toThrow("fact gateways was not gathered");
    expect(() => read(cluster, "gateways", [])).toThrow("was not gathered");
  });
});
