import { expect, test } from "vitest";
import { createRemoteSecret } from "../../../src/mesh/commands/remote-secret.ts";
import { clusterRef } from "../../support/facts.ts";

test.each([
  ["the default kubeconfig", {}, "istioctl create-remote-secret --context ctx-b"],
  [
    "a kubeconfig of its own",
    { kubeconfig: "/tmp/my config" },
    "istioctl create-remote-secret --kubeconfig '/tmp/my config' --context ctx-b",
  ],
])("a cluster of %s is read from there", (_, changes, beginning) => {
  expect(createRemoteSecret(clusterRef("a"), clusterRef("b", changes))).toBe(
    `${beginning} --istioNamespace istio-system --name b | kubectl --context ctx-a apply -f -`,
  );
});
