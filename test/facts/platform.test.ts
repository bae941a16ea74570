import { describe, expect, it } from "vitest";
import { factOf, forbid, memorySource, valueOf } from "../support/source.ts";

const node = (labels: object) => ({ kind: "Node", metadata: { name: "n", labels } });

const network = (defaultNetwork: object) => ({
  kind: "Network",
  metadata: { name: "cluster" },
  spec: { defaultNetwork },
});

describe("platform", () => {
  const openshift = node({ "node.openshift.io/os_id": "rhcos" });
  it("is plain Kubernetes without a sign of OpenShift, and asks nothing more", async () => {
    const { source, reader } = memorySource({ objects: [node({ os: "linux" })] });
    expect(await source.fact("platform")).toEqual({ ok: true, value: { openshift: false } });
    expect(reader.requests.toSorted()).toEqual([
      "list daemonsets",
      "list namespaces",
      "list nodes",
    ]);
  });

  it.each(["ztunnel", "istio-cni-node"])(
    "is looked for where %s is in kube-system",
    async (name) => {
      const agent = { kind: "DaemonSet", metadata: { name, namespace: "kube-system" } };
      const elsewhere = { kind: "DaemonSet", metadata: { name, namespace: "istio-system" } };
      const ovn = network({ type: "OVNKubernetes" });
      const known = { openshift: true, network: { ok: true, value: { type: "OVNKubernetes" } } };
      expect(await valueOf("platform", { objects: [agent, ovn] })).toEqual(known);
      expect(await valueOf("platform", { objects: [elsewhere, ovn] })).toEqual({
        openshift: false,
      });
      expect(await valueOf("platform", { objects: [agent] })).toEqual({ openshift: false });
      const refuse = forbid("get");
      expect(await valueOf("platform", { objects: [agent, ovn], refuse })).toEqual({
        openshift: false,
      });
    },
  );

  it("is looked for in recordings, where that is free", async () => {
    const objects = [network({ type: "OVNKubernetes" })];
    const known = { openshift: true, network: { ok: true, value: { type: "OVNKubernetes" } } };
    const settings = { dumps: true };
    expect(await valueOf("platform", { objects }, settings)).toEqual(known);
    expect(await valueOf("platform", { objects, refuse: forbid("list n") }, settings)).toEqual(
      known,
    );
    expect(await valueOf("platform", {}, settings)).toEqual({ openshift: false });
  });

  it("takes a network without a type for OVN when OVN is configured", async () => {
    const gatewayConfig = { routingViaHost: false };
    const of = async (defaultNetwork: object) =>
      (await valueOf("platform", { objects: [openshift, network(defaultNetwork)] })).network;
    expect(await of({ ovnKubernetesConfig: { gatewayConfig } })).toEqual({
      ok: true,
      value: { type: "OVNKubernetes", routingViaHost: false },
    });
    expect(await of({ ovnKubernetesConfig: null })).toEqual({ ok: true, value: { type: "" } });
  });

  it("reads the configuration of OVN", async () => {
    const gatewayConfig = { routingViaHost: true };
    const objects = [
      openshift,
      network({ type: "OVNKubernetes", ovnKubernetesConfig: { gatewayConfig } }),
    ];
    expect(await valueOf("platform", { objects })).toEqual({
      openshift: true,
      network: { ok: true, value: { type: "OVNKubernetes", routingViaHost: true } },
    });
  });

  it("is known by namespaces too, where OpenShift's API is served", async () => {
    const namespace = { kind: "Namespace", metadata: { name: "openshift-config" } };
    const refuse = forbid("list nodes");
    expect(await valueOf("platform", { objects: [namespace, network({})], refuse })).toEqual({
      openshift: true,
      network: { ok: true, value: { type: "" } },
    });
    expect(await valueOf("platform", { objects: [namespace], refuse })).toEqual({
      openshift: false,
    });
  });

  it("says why the configuration could not be read", async () => {
    const found = await valueOf("platform", { objects: [openshift], refuse: forbid("get") });
    expect(found).toMatchObject({ openshift: true, network: { ok: false, why: "forbidden" } });
    const absent = await valueOf("platform", { objects: [openshift] });
    expect(absent).toMatchObject({ openshift: true, network: { ok: false, why: "not-found" } });
  });

  it("is not known when neither nodes nor namespaces can be read", async () => {
    const fact = await factOf("platform", { refuse: forbid("list n") });
    expect(fact).toMatchObject({ ok: false, why: "forbidden" });
    const some = await factOf("platform", { refuse: forbid("list namespaces") });
    expect(some).toEqual({ ok: true, value: { openshift: false } });
  });
});
