import { describe, expect, test } from "vitest";
import { links } from "../../../src/checks/links/check.ts";
import type { EndpointsFact, Facts, NetworkGatewayFact } from "../../../src/model/facts.ts";
import { gathered, missing, type Gathered } from "../../../src/model/gathered.ts";
import { clusterRef, COMMUNITY, env, istiod, runMesh } from "../../support/facts.ts";

/*
 * Of each pair: the credential, whether it is in use, the endpoints that come of it and the way to them.
 */

type Changes = { [K in keyof Facts]?: Facts[K] | Gathered<Facts[K]> };

const SECRET = {
  namespace: "istio-system",
  name: "r",
  kubeconfigs: gathered([{ cluster: "b", authorities: [], credentials: ["token"] }]),
};
const gateway = (changes: Partial<NetworkGatewayFact> = {}): NetworkGatewayFact => ({
  network: "net-b",
  cluster: "b",
  address: "192.0.2.20",
  port: 15_443,
  hbonePort: 0,
  ...changes,
});
const seen = (...gateways: NetworkGatewayFact[]): EndpointsFact => ({
  services: gathered([
    { host: "x", namespace: "x", shards: [{ cluster: "b", count: 1, networks: [] }] },
    { host: "y", namespace: "y", shards: [{ cluster: "a", count: 1, networks: [] }] },
  ]),
  gateways: gathered(gateways),
});
const NO = missing("forbidden", "no");
const ambient = {
  judged: [istiod({ env: env({ AMBIENT_ENABLE_MULTI_NETWORK: "true" }) })],
  others: [],
};

test.each<[string, Changes, string, object]>([
  [
    "endpoints and gateway",
    { endpoints: seen(gateway()) },
    ", has endpoints of 1 service there, goes by 192.0.2.20:15443",
    { services: 1, gateways: ["192.0.2.20:15443"] },
  ],
  [
    "gateways of both kinds, and of others",
    {
      endpoints: seen(
        gateway({ address: "2001:db8::1", hbonePort: 15_008 }),
        gateway({ network: "net-c" }),
      ),
    },
    ", goes by [2001:db8::1]:15443, [2001:db8::1]:15008",
    { gateways: ["[2001:db8::1]:15443", "[2001:db8::1]:15008"] },
  ],
  ["no gateway", { endpoints: seen() }, ", knows no gateway of its network", { gateways: [] }],
  ["nothing read of both", { endpoints: { services: NO, gateways: NO } }, "", {}],
  ["no answer", { endpoints: NO }, "", {}],
  [
    "ambient on several networks, which has no such list",
    { endpoints: seen(gateway({ port: 0, hbonePort: 15_008 })), istiods: ambient },
    ", goes by 192.0.2.20:15008",
    { gateways: ["192.0.2.20:15008"] },
  ],
])("%s", (_, changes, said, data) => {
  const a = { changes: { remoteSecrets: [SECRET], ...changes } };
  const verdict = runMesh(links, { a, b: {} }, COMMUNITY);
  expect(verdict.findings[0]?.message).toContain(`ctx-a reads ctx-b by Secret istio-system/r`);
  expect(verdict.findings[0]?.message).toContain(`${said}: whether its istiod gets through`);
  const read = { from: "ctx-a", to: "ctx-b", secret: { namespace: "istio-system", name: "r" } };
  expect(verdict.data?.reads).toEqual([expect.objectContaining({ ...read, ...data })]);
});

test("on one network no gateway is needed, and none is told where the network is not known", () => {
  const reads = (network: string | undefined) => {
    const a = {
      cluster: clusterRef("a", { network: network as never }),
      changes: { remoteSecrets: [SECRET], endpoints: seen(gateway()) },
    };
    const b = { cluster: clusterRef("b", { network: undefined as never }) };
    return runMesh(links, { a, b }, COMMUNITY).data?.reads?.[0];
  };
  expect(reads(undefined)).toMatchObject({ direct: true });
  expect(reads("net-a")).not.toHaveProperty("gateways");
});

test("several services are counted", () => {
  const { gateways } = seen();
  const shards = [{ cluster: "b", count: 1, networks: [] }];
  const services = gathered(["x", "y"].map((host) => ({ host, namespace: "n", shards })));
  const a = { changes: { remoteSecrets: [SECRET], endpoints: { services, gateways } } };
  const { findings } = runMesh(links, { a, b: {} }, COMMUNITY);
  expect(findings[0]?.message).toContain("has endpoints of 2 services there");
});

describe("where only istiod can tell", () => {
  const answers = (secret: string | undefined, ...ids: string[]) => [
    {
      namespace: "istio-system",
      pod: "istiod-1",
      answer: gathered(
        ["a", ...ids].map((id) => ({
          id,
          status: "synced",
          ...(id === "a" || secret === undefined ? {} : { secret }),
        })),
      ),
    },
  ];
  const FILES = {
    judged: [istiod({ env: env({ PILOT_MULTICLUSTER_KUBECONFIG_PATH: "/k" }) })],
    others: [],
  };
  const judge = (changes: Changes) => runMesh(links, { a: { changes }, b: {} }, COMMUNITY);

  test("its answer counts for Secrets that were not read", () => {
    const verdict = judge({
      remoteSecrets: NO,
      remoteClusters: answers("istio-system/r", "b", "z"),
    });
    expect(verdict.summary).toBe("who reads whom: ctx-a → ctx-b");
    expect(verdict.findings.map((one) => one.message)).toEqual([
      "ctx-a reads ctx-b by Secret istio-system/r",
    ]);
    expect(verdict.data?.unread).toEqual([]);
  });

  test.each([undefined, "/k/b", "/b"])("and for kubeconfigs in files: %s", (secret) => {
    const verdict = judge({ istiods: FILES, remoteClusters: answers(secret, "b") });
    expect(verdict.data?.reads?.[0]).toMatchObject({ file: secret ?? "", status: "synced" });
    expect(verdict.findings[0]?.message).toBe(`ctx-a reads ctx-b by file ${secret ?? ""}`);
    expect(verdict.findings[0]?.object).toBeUndefined();
  });

  test("of a cluster without an istiod there is nothing to tell", () => {
    const { data, summary } = judge({ remoteSecrets: NO, istiods: { judged: [], others: [] } });
    expect(data?.unread).toEqual([]);
    expect(summary).toBe("no cluster reads another");
  });

  test("without it nothing is known", () => {
    const { data, findings } = judge({ remoteSecrets: NO });
    expect(data?.unread).toEqual(["ctx-a"]);
    expect(findings.map((one) => one.message)).toEqual(["whom ctx-a reads not checked: no"]);
  });
});
