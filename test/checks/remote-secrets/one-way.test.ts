import { expect, test } from "vitest";
import { remoteSecrets } from "../../../src/checks/remote-secrets/check.ts";
import type { Facts } from "../../../src/model/facts.ts";
import { gathered, missing, type Gathered } from "../../../src/model/gathered.ts";
import { COMMUNITY, env, istiod, labels, runMesh, service } from "../../support/facts.ts";
import { messagesOf, notPassed } from "../../support/verdict.ts";

/*
 * A cluster that nobody reads back: b reads a, and a does not read b.
 */

type Changes = { [K in keyof Facts]?: Facts[K] | Gathered<Facts[K]> };

const secret = (cluster: string) => ({
  namespace: "istio-system",
  name: `istio-remote-secret-${cluster}`,
  kubeconfigs: gathered([{ cluster, authorities: [], credentials: ["token"] }]),
});
const endpointsIn = (...clusters: string[]): Facts["endpoints"] => ({
  services: gathered([
    {
      host: "hello.sample.svc.cluster.local",
      namespace: "sample",
      shards: clusters.map((cluster) => ({ cluster, count: 1, networks: [] })),
    },
  ]),
  gateways: gathered([]),
});
const hello = service({ namespace: "sample", name: "hello", labels: labels({}) });
const sidecar = { namespace: "sample", name: "hello-1", labels: labels({ app: "hello" }) };
const gateway = service({
  namespace: "istio-system",
  name: "gateway",
  labels: labels({ "topology.istio.io/network": "net-a" }),
  selector: labels({ istio: "gateway" }),
});
const gatewayPod = {
  namespace: "istio-system",
  name: "gateway-1",
  labels: labels({ istio: "gateway" }),
};
const UNREAD = missing("forbidden", "no");

const READ: Changes = { services: [hello], proxyPods: [sidecar] };
const READER: Changes = { remoteSecrets: [secret("a")], endpoints: endpointsIn("a", "b") };

function judge(read: Changes, reader: Changes = {}) {
  const members = {
    a: { changes: { ...READ, ...read } },
    b: { changes: { ...READER, ...reader } },
  };
  return runMesh(remoteSecrets, members as never, COMMUNITY);
}

test("is a fault where it would gain endpoints", () => {
  expect(messagesOf(judge({}), "fail")).toEqual([
    "ctx-a has no remote secret for ctx-b: its proxies get no endpoints from there",
  ]);
});

test.each<[string, Changes, Changes, string]>([
  ["no pod has a proxy", { proxyPods: [] }, {}, "no pod there has a proxy"],
  [
    "only the gateway has one",
    { proxyPods: [gatewayPod], services: [hello, gateway] },
    {},
    "no pod there has a proxy",
  ],
  ["the other has no endpoints", {}, { endpoints: endpointsIn("a") }, "no Service there has"],
  ["it has no such Service", { services: [] }, {}, "no Service there has endpoints in the other"],
  [
    "the Service keeps to its cluster",
    {},
    {
      meshConfigs: [
        {
          revision: "default",
          configMap: "istio",
          trustDomain: "cluster.local",
          trustDomainAliases: [],
          clusterLocalHosts: ["*"],
        },
      ],
    },
    "no Service there has endpoints in the other",
  ],
])("is meant so where %s", (_, read, reader, why) => {
  const verdict = judge(read, reader);
  expect(notPassed(verdict)).toEqual(["info"]);
  expect(messagesOf(verdict, "info")[0]).toContain(
    `ctx-a does not read ctx-b, which reads it: one way is enough, as ${why}`,
  );
});

test.each<[string, Changes, Changes]>([
  ["pods", { proxyPods: UNREAD }, {}],
  ["Services", { services: UNREAD }, {}],
  ["istiods", { istiods: UNREAD }, {}],
  ["endpoints", { proxyPods: [sidecar] }, { endpoints: UNREAD }],
  ["any answer of the other's istiod", {}, { endpoints: undefined }],
  ["services of the other's istiod", {}, { endpoints: { services: UNREAD, gateways: UNREAD } }],
])("is a fault where it is not known for lack of %s", (_, read, reader) => {
  expect(notPassed(judge(read, reader))).toEqual(["fail"]);
});

test("in ambient pods need no proxy of their own", () => {
  const judged = [istiod({ env: env({ PILOT_ENABLE_AMBIENT: "true" }) })];
  const istiods = { judged, others: [] };
  expect(notPassed(judge({ proxyPods: [], istiods }))).toEqual(["fail"]);
});

test("clusters that read each other neither way are not joined, whatever they have", () => {
  const verdict = judge({ proxyPods: [], services: [] }, { remoteSecrets: [] });
  expect(notPassed(verdict)).toEqual(["fail", "fail"]);
});
