import { describe, expect, it } from "vitest";
import { remedyFor } from "../../src/engine/access.ts";
import { type AccessRequest, type Cause, missing } from "../../src/model/gathered.ts";
import { clusterRef } from "../support/facts.ts";

const CLUSTER = clusterRef("a");

function commands(why: Cause, request?: AccessRequest, user?: string, detail = "d"): string[] {
  return remedyFor(CLUSTER, missing(why, detail, request), user).commands;
}

const GATEWAYS: AccessRequest = {
  verb: "list",
  group: "gateway.networking.k8s.io",
  resource: "gateways",
};

describe("the remedy for an input that could not be read", () => {
  it("grants a cluster-wide rule to a user", () => {
    expect(commands("forbidden", GATEWAYS, "jane doe")).toEqual([
      "kubectl --context ctx-a create clusterrole mc-gateways --verb=get,list --resource=gateways.gateway.networking.k8s.io",
      "kubectl --context ctx-a create clusterrolebinding mc-gateways --clusterrole=mc-gateways '--user=jane doe'",
    ]);
  });

  it.each(["system:anonymous", "system:unauthenticated", "system:authenticated"])(
    "grants nothing to %s",
    (everybody) => {
      const detail = `pods is forbidden: User "${everybody}" cannot list`;
      for (const user of [everybody, undefined]) {
        expect(commands("forbidden", GATEWAYS, user, detail)).toEqual([
          "kubectl --context ctx-a auth whoami",
        ]);
      }
    },
  );

  it("passes on what the cause advises", () => {
    const cause = { ...missing("unauthorized", "d"), advice: "Install it." };
    expect(remedyFor(CLUSTER, cause)).toMatchObject({
      summary: "Install it.",
      commands: ["kubectl --context ctx-a auth whoami"],
    });
    expect(remedyFor(CLUSTER, { ...cause, why: "unreachable" }).commands).toEqual([
      "kubectl --context ctx-a get --raw /readyz",
    ]);
  });

  it("grants a rule in a namespace to a ServiceAccount", () => {
    const request: AccessRequest = {
      verb: "get",
      group: "",
      resource: "secrets",
      namespace: "istio-system",
      name: "cacerts",
    };
    expect(commands("forbidden", request, "system:serviceaccount:ops:mc")).toEqual([
      "kubectl --context ctx-a -n istio-system create role mc-secrets --verb=get --resource=secrets --resource-name=cacerts --resource-name=istio-ca-secret",
      "kubectl --context ctx-a -n istio-system create rolebinding mc-secrets --role=mc-secrets --serviceaccount=ops:mc",
    ]);
  });

  it("grants no more than what is asked for by name", () => {
    const request: AccessRequest = { verb: "list", group: "", resource: "configmaps" };
    const { summary, commands: lines } = remedyFor(
      CLUSTER,
      missing("forbidden", "d", request),
      "jane",
    );
    expect(summary).toBe(
      "Allow jane to list configmaps istio-cni-config (as someone who may grant it).",
    );
    expect(lines[0]).toBe(
      "kubectl --context ctx-a create clusterrole mc-configmaps --verb=list --resource=configmaps --resource-name=istio-cni-config",
    );
  });

  it("grants what a port-forward takes, and other verbs as they are", () => {
    const forward: AccessRequest = {
      verb: "create",
      group: "",
      resource: "pods/portforward",
      namespace: "ns",
    };
    expect(commands("forbidden", forward, "u")[0]).toContain(
      "create role mc-pods-portforward --verb=get,create --resource=pods/portforward",
    );
    expect(commands("forbidden", { ...GATEWAYS, verb: "watch" }, "u")[0]).toContain("--verb=watch");
  });

  it("takes the user from the message of the API server when nobody said who we are", () => {
    const detail = 'gateways is forbidden: User "viewer" cannot list resource "gateways"';
    expect(commands("forbidden", GATEWAYS, undefined, detail)[1]).toContain("--user=viewer");
    expect(commands("forbidden", GATEWAYS)).toEqual(["kubectl --context ctx-a auth can-i --list"]);
    expect(commands("forbidden", undefined, "u")).toEqual([
      "kubectl --context ctx-a auth can-i --list",
    ]);
  });

  it.each([
    ["unauthorized", "kubectl --context ctx-a auth whoami"],
    ["timeout", "kubectl --context ctx-a get --raw /readyz"],
    ["unreachable", "kubectl --context ctx-a get --raw /readyz"],
    ["not-recorded", "mc snapshot --contexts ctx-a --output-dir DIR"],
  ] as const)("%s: %s", (why, command) => {
    expect(commands(why)).toEqual([command]);
  });

  it("asks for what could not be understood directly", () => {
    expect(commands("unreadable")).toEqual(["kubectl --context ctx-a get --raw /version"]);
    expect(commands("unreadable", GATEWAYS)).toEqual([
      "kubectl --context ctx-a -A get gateways.gateway.networking.k8s.io",
    ]);
    expect(
      commands("not-found", { verb: "get", group: "", resource: "nodes", name: "n1" }),
    ).toEqual(["kubectl --context ctx-a get nodes n1"]);
    expect(
      commands("unreadable", {
        verb: "get",
        group: "",
        resource: "pods/log",
        namespace: "ns",
        name: "p",
      }),
    ).toEqual(["kubectl --context ctx-a -n ns get pods p"]);
  });
});
