import { expect, test } from "vitest";
import {
  annotateGateway,
  deleteGateway,
  describeGateway,
  editGateway,
  installGatewayApi,
  labelGateway,
  mergeGateway,
  showGateway,
  showGatewayManagers,
  unannotateGateway,
} from "../../../src/mesh/commands/gateways.ts";
import { findIstiod, istiodLog, restartIstiod } from "../../../src/mesh/commands/istiod.ts";
import { addListener, moveListener, renameListener } from "../../../src/mesh/commands/listeners.ts";
import { XDS_LISTENER } from "../../../src/mesh/listeners.ts";
import { clusterRef } from "../../support/facts.ts";

const CLUSTER = clusterRef("a");
const GATEWAY = { namespace: "ns", name: "gw" };
const RESOURCE = "gateways.gateway.networking.k8s.io";

test.each([
  [labelGateway(CLUSTER, GATEWAY, "k", "v"), `label ${RESOURCE} gw k=v --overwrite`],
  [annotateGateway(CLUSTER, GATEWAY, "k", "v"), `annotate ${RESOURCE} gw k=v --overwrite`],
  [unannotateGateway(CLUSTER, GATEWAY, "k"), `annotate ${RESOURCE} gw k-`],
  [showGateway(CLUSTER, GATEWAY), `get ${RESOURCE} gw -o yaml`],
  [showGatewayManagers(CLUSTER, GATEWAY), `get ${RESOURCE} gw -o yaml --show-managed-fields`],
  [describeGateway(CLUSTER, GATEWAY), `describe ${RESOURCE} gw`],
  [editGateway(CLUSTER, GATEWAY), `edit ${RESOURCE} gw`],
  [deleteGateway(CLUSTER, GATEWAY), `delete ${RESOURCE} gw`],
  [
    deleteGateway(CLUSTER, GATEWAY, "--ignore-not-found"),
    `delete ${RESOURCE} gw --ignore-not-found`,
  ],
  [
    mergeGateway(CLUSTER, GATEWAY, { spec: {} }),
    `patch ${RESOURCE} gw --type=merge -p '{"spec":{}}'`,
  ],
  [
    addListener(CLUSTER, GATEWAY, XDS_LISTENER),
    `patch ${RESOURCE} gw --type=json -p '[{"op":"add","path":"/spec/listeners/-","value":{"name":"xds-tls","port":15012,"protocol":"TLS","tls":{"mode":"Passthrough"}}}]'`,
  ],
  [
    moveListener(CLUSTER, GATEWAY, 1, XDS_LISTENER),
    `patch ${RESOURCE} gw --type=json -p '[{"op":"test","path":"/spec/listeners/1/name","value":"xds-tls"},{"op":"add","path":"/spec/listeners/1/port","value":15012}]'`,
  ],
  [
    renameListener(CLUSTER, GATEWAY, 0, XDS_LISTENER),
    `patch ${RESOURCE} gw --type=json -p '[{"op":"test","path":"/spec/listeners/0/port","value":15012},{"op":"replace","path":"/spec/listeners/0/name","value":"xds-tls"}]'`,
  ],
])("%s", (command, expected) => {
  expect(command).toBe(`kubectl --context ctx-a -n ns ${expected}`);
});

test("the CRDs are those of a release", () => {
  expect(installGatewayApi(CLUSTER)).toMatch(
    /^kubectl --context ctx-a apply -f https:\/\/github\.com\/kubernetes-sigs\/gateway-api\/\S+\.yaml$/,
  );
});

test("istiod is found, its log shown, and restarted, in its namespace", () => {
  expect(istiodLog(CLUSTER)).toBe(
    "kubectl --context ctx-a -n istio-system logs -l app=istiod --tail=100",
  );
  expect(findIstiod(CLUSTER, "pods", "-o", "wide")).toBe(
    "kubectl --context ctx-a get pods -A -l app=istiod -o wide",
  );
  const restart = "rollout restart deployment -l app=istiod";
  expect(restartIstiod(CLUSTER)).toBe(`kubectl --context ctx-a -n istio-system ${restart}`);
  expect(restartIstiod(CLUSTER, "gloo")).toBe(`kubectl --context ctx-a -n gloo ${restart}`);
});
