import { expect, test } from "vitest";
import { links } from "../../../src/checks/links/check.ts";
import { peers } from "../../../src/checks/peers/check.ts";
import type { GatewayFact } from "../../../src/model/facts.ts";
import {
  addressOf,
  conditions,
  eastWestGateway,
  labels,
  NOW,
  remoteGateway,
  runCluster,
  runMesh,
} from "../../support/facts.ts";
import { commandsOf } from "../../support/verdict.ts";

const UP = { Accepted: "True", Programmed: "True" };
const NOT_CONNECTED = conditions({ ...UP, "gloo.solo.io/PeerConnected": "False" });

function reached(value: string, createdAt: number | undefined): GatewayFact {
  const { createdAt: _, ...gateway } = remoteGateway("b", {
    addresses: [{ type: "Hostname", value }],
    conditions: NOT_CONNECTED,
  });
  return createdAt === undefined ? gateway : { ...gateway, createdAt };
}

function severities(gateway: GatewayFact): (string | undefined)[] {
  const gateways = { served: true, eastWest: [eastWestGateway("a")], remote: [gateway] };
  const peer = runCluster(peers, { gateways }).findings.find(({ message }) =>
    message.includes("not connected"),
  );
  const link = runMesh(links, { a: { changes: { gateways } }, b: {} }).findings.find(
    ({ message }) => message.includes(" is broken"),
  );
  return [peer?.severity, link?.severity];
}

test.each<[string, string, number | undefined, string]>([
  ["a host name of a moment ago", "eastwest.example", NOW - 60_000, "warn"],
  ["a host name of ten minutes ago", "eastwest.example", NOW - 600_000, "fail"],
  ["a host name of unknown age", "eastwest.example", undefined, "fail"],
  ["an address of a moment ago", addressOf("b"), NOW - 60_000, "fail"],
])("%s that is not connected: %s, %s, %s", (_, value, createdAt, severity) => {
  expect(severities(reached(value, createdAt))).toEqual([severity, severity]);
});

test("a young host name says why it is but a warning", () => {
  const gateways = {
    served: true,
    eastWest: [eastWestGateway("a")],
    remote: [reached("eastwest.example", NOW - 1000)],
  };
  expect(runCluster(peers, { gateways }).summary).toMatch(/; DNS may not know its address yet$/);
});

function pendingDataPlane(preferred: string | undefined) {
  const gateway = remoteGateway("b", {
    annotations: labels(
      preferred === undefined
        ? {}
        : { "peering.solo.io/preferred-data-plane-service-type": preferred },
    ),
    conditions: conditions({
      ...UP,
      "gloo.solo.io/PeerConnected": "True",
      "gloo.solo.io/PeeringSucceeded": "True",
      "gloo.solo.io/PeerDataPlaneProgrammed": "False",
    }),
  });
  return runCluster(peers, {
    gateways: { served: true, eastWest: [eastWestGateway("a")], remote: [gateway] },
  });
}

test("a data plane that stays pending: the hint on the case of NodePort", () => {
  const command =
    "kubectl --context ctx-a -n istio-eastwest annotate gateways.gateway.networking.k8s.io istio-remote-peer-net-b peering.solo.io/preferred-data-plane-service-type=nodeport --overwrite";
  expect(commandsOf(pendingDataPlane("NodePort"), "fail")[0]).toBe(command);
  for (const value of ["nodeport", undefined]) {
    expect(commandsOf(pendingDataPlane(value), "fail")).not.toContain(command);
  }
});
