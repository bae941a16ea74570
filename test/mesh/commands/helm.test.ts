import { expect, test } from "vitest";
import { helmUpgrade, installIstiod } from "../../../src/mesh/commands/helm.ts";
import { clusterRef } from "../../support/facts.ts";

test("a release is upgraded with the values that it has", () => {
  const cluster = clusterRef("a");
  const command = helmUpgrade(cluster, "cni", "kube-system", ["a=$B"]);
  expect(command).toMatch(/^helm upgrade --reuse-values istio-cni /);
  expect(command).toContain("--kube-context ctx-a -n kube-system");
  expect(command.endsWith('--set "a=$B"')).toBe(true);
  expect(helmUpgrade(cluster, "ztunnel", "x", [])).toContain(" ztunnel ");
  expect(helmUpgrade({ ...cluster, kubeconfig: "/my files/c" }, "cni", "x", [])).toContain(
    " --kubeconfig '/my files/c' --kube-context ctx-a ",
  );
});

test("istiod is installed with a network and a name, and the revision that was asked for", () => {
  const [install = "", look] = installIstiod(clusterRef("a"), "1-28", "kubectl get").commands;
  expect(install).toMatch(/^helm upgrade --install istiod /);
  expect(install).toContain("--set global.network=net-a ");
  expect(install).toContain("--set global.multiCluster.clusterName=net-a ");
  expect(install.endsWith("--set revision=1-28")).toBe(true);
  expect(look).toBe("kubectl get");
});

test("a network that is not known is left to be filled in", () => {
  const { network: _, ...cluster } = clusterRef("a");
  const [install = ""] = installIstiod(cluster, undefined, "kubectl get").commands;
  expect(install).toContain('--set "global.network=${NETWORK:?}"');
  expect(install).not.toContain("revision=");
});
