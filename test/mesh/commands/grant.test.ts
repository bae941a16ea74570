import { describe, expect, it } from "vitest";
import { grantCommands, refusedUser } from "../../../src/mesh/commands/grant.ts";

const CLUSTER = { contextArgument: "ctx" };

describe("grantCommands", () => {
  it("makes a role for named objects in a namespace, and binds it to a ServiceAccount", () => {
    const grant = {
      name: "mc-cacerts",
      verbs: "get",
      resource: "secrets",
      names: ["cacerts", "istio-ca-secret"],
      namespace: "istio-system",
    };
    expect(grantCommands(CLUSTER, grant, "system:serviceaccount:ops:mc")).toEqual([
      "kubectl --context ctx -n istio-system create role mc-cacerts --verb=get --resource=secrets --resource-name=cacerts --resource-name=istio-ca-secret",
      "kubectl --context ctx -n istio-system create rolebinding mc-cacerts --role=mc-cacerts --serviceaccount=ops:mc",
    ]);
  });

  it("makes a cluster role without a namespace, and binds nobody who is not known", () => {
    const grant = { name: "mc-nodes", verbs: "get,list", resource: "nodes" };
    const role =
      "kubectl --context ctx create clusterrole mc-nodes --verb=get,list --resource=nodes";
    expect(grantCommands(CLUSTER, grant, undefined)).toEqual([role]);
    expect(grantCommands(CLUSTER, grant, "jane")).toEqual([
      role,
      "kubectl --context ctx create clusterrolebinding mc-nodes --clusterrole=mc-nodes --user=jane",
    ]);
  });
});

it("takes the refused user from the message of the API server", () => {
  expect(refusedUser('nodes is forbidden: User "jane doe" cannot list')).toBe("jane doe");
  expect(refusedUser("forbidden")).toBeUndefined();
});
