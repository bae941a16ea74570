import { describe, expect, test } from "vitest";
import { SERVER_TEXT } from "../../src/facts/spire-text.ts";
import { slimFor } from "../../src/facts/slim.ts";
import { at } from "../../src/lib/json.ts";
import type { FactKey, Facts } from "../../src/model/facts.ts";
import { RESOURCES } from "../../src/model/resource.ts";
import { forbid, type MemoryContents, memorySource, valueOf } from "../support/source.ts";
import {
  change,
  type Change,
  config,
  rawObjects,
  spireClusters,
  without,
} from "../support/spire.ts";

async function contents(...changes: Change[]): Promise<MemoryContents> {
  const [fixture] = await spireClusters();
  if (!fixture) throw new Error("no cluster");
  for (const one of changes) one(fixture);
  return { objects: rawObjects(fixture) };
}

async function read<K extends FactKey>(key: K, ...changes: Change[]): Promise<Facts[K]> {
  return valueOf(key, await contents(...changes));
}

const SPIRE_FACTS = ["spire", "spirePods", "spireTrust", "spireEntries"] as const;
const isSpire = ({ metadata }: { metadata: { namespace?: string; name: string } }): boolean =>
  metadata.namespace === "spire-server";

/** No variable, volume or value says that the mesh uses SPIRE. */
const unused: Change = (fixture) => {
  for (const object of fixture.objects) {
    if (object.metadata.namespace === "spire-server") continue;
    const spec = object["spec"] as Record<string, unknown> | undefined;
    const template = spec?.["template"] as { spec: Record<string, unknown> } | undefined;
    for (const podSpec of [spec, template?.spec]) {
      if (!podSpec) continue;
      delete podSpec["volumes"];
      const [main] = (podSpec["containers"] as { env?: unknown[] }[] | undefined) ?? [];
      main?.env?.splice(0);
    }
  }
};
const withoutValues = without(({ metadata }) => metadata.name === "values");

describe("whether the mesh uses SPIRE", () => {
  test("is told by variables, volumes, gateways and the values of istiod", async () => {
    expect((await read("spire")).signs).toEqual([
      "ztunnel has SPIRE_ENABLED",
      "ztunnel mounts /run/spire/agent/sockets/csi.spiffe.io/admin of its nodes",
      "Pod bookinfo/waypoint-6f9d5c7b8d-k2x4v mounts csi.spiffe.io",
    ]);
    expect((await read("spire", unused)).signs).toEqual([
      "ConfigMap istio-system/values has gateways.spire.workloads",
    ]);
  });

  test("is not told by SPIRE alone, and then nothing more is asked for", async () => {
    const { reader, source } = memorySource(await contents(unused, withoutValues));
    const [spire, pods, trust, entries] = await Promise.all(
      SPIRE_FACTS.map((key) => source.fact(key)),
    );
    expect(spire).toMatchObject({
      ok: true,
      value: { signs: [], agents: [{ name: "spire-agent" }] },
    });
    expect(pods).toMatchObject({ ok: true, value: { servers: [], workloads: [] } });
    expect(trust).toEqual({ ok: true, value: { servers: [], bundles: [] } });
    expect(entries).toMatchObject({ ok: true, value: { served: false, spiffeIds: [] } });
    expect(reader.requests.filter((one) => /spiffe|static|federated|secrets/.test(one))).toEqual(
      [],
    );
    expect(reader.requests).not.toContain("list pods");
  });

  test("costs a cluster without SPIRE no request beside the lists of other facts", async () => {
    const ask = async (keys: readonly FactKey[]): Promise<string[]> => {
      const { reader, source } = memorySource(
        await contents(unused, withoutValues, without(isSpire)),
      );
      await Promise.all(keys.map((key) => source.fact(key)));
      return reader.requests.toSorted();
    };
    const before = ["ztunnels", "istiods", "gatewayPods"] as const;
    expect(await ask([...before, ...SPIRE_FACTS])).toEqual(await ask(before));
  });

  test("says where it could look only in some namespaces", async () => {
    const { source } = memorySource({
      ...(await contents()),
      refuse: (line) => (line === "list daemonsets" ? forbid("list")(line) : undefined),
    });
    expect(await source.fact("spire")).toMatchObject({
      ok: true,
      value: { partly: "list daemonsets is forbidden", agents: [] },
    });
  });
});

describe("an agent", () => {
  test("has its configuration, its admin socket and its bundle by its volumes", async () => {
    expect((await read("spire")).agents).toEqual([
      expect.objectContaining({
        configMap: "spire-agent",
        adminVolume: { path: "/run/spire/agent/sockets/csi.spiffe.io/admin" },
        bundleConfigMap: "spire-bundle",
        config: {
          ok: true,
          value: {
            trustDomain: "cluster1",
            delegates: ["spiffe://cluster1/ns/istio-system/sa/ztunnel"],
            adminSocket: "/tmp/spire-agent/private/admin.sock",
            trustBundle: "/run/spire/bundle/bundle.crt",
          },
        },
      }),
    ]);
  });

  test("may be configured in HCL, or in what is none", async () => {
    const hcl = config("spire-agent", "agent.conf", () => 'agent {\n  trust_domain = "a"\n}');
    const [agent] = (await read("spire", hcl)).agents;
    expect(agent?.config).toEqual({ ok: true, value: { trustDomain: "a", delegates: [] } });
    const broken = config("spire-agent", "agent.conf", () => 'agent {\n  trust_domain = "a');
    const [other] = (await read("spire", broken)).agents;
    expect(other?.config).toEqual({
      ok: true,
      value: { unreadable: "line 2 has a string that does not end" },
    });
  });

  test("may have its admin socket in a volume that nobody else reaches", async () => {
    const inPod = change("DaemonSet", "spire-agent", ({ spec }) => {
      const template = (spec as { template: { spec: { volumes: Record<string, unknown>[] } } })
        .template;
      for (const volume of template.spec.volumes) {
        if (volume["hostPath"] === undefined) continue;
        delete volume["hostPath"];
        volume["emptyDir"] = {};
      }
    });
    const [agent] = (await read("spire", inPod)).agents;
    expect(agent?.adminVolume).toBe("pod");
  });

  test("without a ConfigMap says so", async () => {
    const gone = without(({ metadata }) => metadata.name === "spire-agent" && !("x" in metadata));
    const onlyConfig: Change = (fixture) => {
      fixture.objects = fixture.objects.filter(
        ({ kind, metadata }) => kind !== "ConfigMap" || metadata.name !== "spire-agent",
      );
    };
    expect((await read("spire", gone)).agents).toEqual([]);
    const [agent] = (await read("spire", onlyConfig)).agents;
    expect(agent?.config).toMatchObject({ ok: false, why: "not-found" });
  });
});

describe("federation in server.conf", () => {
  test.each<[string, unknown]>([
    ["", undefined],
    ["federation {}", undefined],
    ["federation { bundle_endpoint { port = 8443 } }", { endpointProfile: "https_spiffe" }],
    ["federation { bundle_endpoint { acme {} } }", { endpointProfile: "https_web" }],
    [
      'federation { bundle_endpoint { profile "https_web" { acme {} } } }',
      { endpointProfile: "https_web" },
    ],
    ['federation { federates_with "a" { x = 1 } federates_with "b" {} }', { fetches: ["a", "b"] }],
  ])("%s", async (federation, expected) => {
    const text = `server { trust_domain = "cluster1"\n${federation}\n}`;
    const hcl = config("spire-server", "server.conf", () => text);
    const [server] = (await read("spireTrust", hcl)).servers;
    expect(server?.config).toEqual({
      trustDomain: "cluster1",
      authorities: [],
      ...(expected === undefined ? {} : { federation: { fetches: [], ...(expected as object) } }),
    });
    // What is kept of a text reads as the text itself.
    const slim = slimFor(RESOURCES.configMaps)({ data: { "server.conf": text } });
    expect(SERVER_TEXT.read(at(slim, "data", "server.conf"))).toEqual(server?.config);
  });
});

test("of a bundle's address with a user, and of the bundle itself, nothing is recorded", () => {
  const object = {
    kind: "ClusterFederatedTrustDomain",
    metadata: { name: "peer" },
    spec: { bundleEndpointURL: "https://user:hidden@peer", trustDomainBundle: '{"d":"hidden"}' },
  };
  const slim = slimFor(RESOURCES.federatedTrustDomains)(object);
  expect(slim).toMatchObject({ spec: { bundleEndpointURL: "", trustDomainBundle: "given" } });
  expect(JSON.stringify(slim)).not.toContain("hidden");
});

describe("servers and bundles", () => {
  test("have their configurations, the certificate of the upstream CA, and no key", async () => {
    const { servers, bundles } = await read("spireTrust");
    expect(servers).toEqual([
      expect.objectContaining({
        namespace: "spire-server",
        configMap: "spire-server",
        config: {
          trustDomain: "cluster1",
          authorities: [
            {
              name: "disk",
              certificateFile: "/run/spire/upstream_ca/tls.crt",
              bundleFile: "/run/spire/upstream_ca/bundle.crt",
            },
          ],
        },
        manager: {
          trustDomain: "cluster1",
          clusterName: "cluster1",
          className: "spire-server-spire",
          watchClassless: false,
          ignoreNamespaces: ["kube-system", "kube-public", "local-path-storage", "openshift-.*"],
          leavesOut: [],
        },
      }),
    ]);
    const [server] = servers;
    expect(server?.upstream).toMatchObject({ ok: true, value: { name: "spiffe-upstream-ca" } });
    expect(JSON.stringify(server)).toContain("BEGIN CERTIFICATE");
    expect(bundles).toEqual([
      { ok: true, value: expect.objectContaining({ name: "spire-bundle" }) as unknown },
    ]);
  });

  test("that were read in part say which part was not", async () => {
    const { source } = memorySource({
      ...(await contents()),
      refuse: forbid("get spire-server/secrets", "get spire-server/configmaps/spire-bundle"),
    });
    const trust = await source.fact("spireTrust");
    expect(trust).toMatchObject({
      ok: true,
      value: {
        servers: [{ upstream: { ok: false, why: "forbidden" } }],
        bundles: [{ ok: false, why: "forbidden" }],
      },
    });
  });

  test("take a bundle in the form of SPIFFE, and say of what is none why", async () => {
    const [bundle] = (await read("spireTrust")).bundles;
    const pem = bundle?.ok ? (bundle.value.pem ?? "") : "";
    const body = pem.replaceAll(/-----[^-]+-----|\s/g, "");
    const keys = [
      { use: "jwt-svid", kid: "a" },
      { use: "x509-svid", x5c: [body], n: "x" },
    ];
    const spiffe = (text: string): Change =>
      change("ConfigMap", "spire-bundle", (object) => {
        object["data"] = { "bundle.spiffe": text };
      });
    const [jwks] = (await read("spireTrust", spiffe(JSON.stringify({ keys })))).bundles;
    expect(jwks).toMatchObject({ ok: true, value: { spiffe: pem } });
    const [broken] = (await read("spireTrust", spiffe("keys:"))).bundles;
    expect(broken).toMatchObject({ ok: true, value: { unreadable: "it is not JSON" } });
  });

  test("may be missing", async () => {
    const gone = without(({ metadata: { name } }) =>
      ["spire-bundle", "spiffe-upstream-ca", "spire-server"].includes(name),
    );
    expect(await read("spireTrust", gone)).toEqual({
      servers: [
        expect.objectContaining({
          namespace: "spire-server",
          unread: expect.objectContaining({ why: "not-found" }) as unknown,
        }),
      ],
      bundles: [
        { ok: true, value: { namespace: "spire-server", name: "spire-bundle", missing: true } },
      ],
    });
  });
});

test("of configurations nothing is kept but what is read, also of those that cannot be", async () => {
  const secret = "p4ssw0rd-of-the-database";
  const slim = slimFor(RESOURCES.configMaps);
  const kept = slim({
    data: {
      "server.conf": JSON.stringify({
        server: { trust_domain: "a" },
        plugins: { DataStore: [{ sql: { plugin_data: { connection_string: secret } } }] },
      }),
      "agent.conf": `agent { token = "${secret}`,
      "controller-manager-config.yaml": `trustDomain: a\npassword: ${secret}\n`,
      "merged-values": JSON.stringify({ global: { token: secret } }),
      "bundle.spiffe": JSON.stringify({ keys: [{ use: "x509-svid", d: secret, x5c: [secret] }] }),
    },
  });
  expect(JSON.stringify(kept)).not.toContain(secret);
  expect(slim(kept)).toEqual(kept);
});

describe("pods and entries", () => {
  test("are all that may get an identity, and what gives it", async () => {
    const { workloads, servers, agents, drivers } = await read("spirePods");
    expect([servers, agents, drivers].map((list) => list.length)).toEqual([1, 1, 1]);
    expect(workloads.find(({ name }) => name.startsWith("waypoint"))).toMatchObject({
      serviceAccount: "waypoint",
      mountsSocket: true,
      owner: { kind: "ReplicaSet", name: "waypoint-6f9d5c7b8d" },
    });
    const { served, spiffeIds } = await read("spireEntries");
    expect(served).toBe(true);
    expect(spiffeIds.map(({ name, className, fallback }) => [name, className, fallback])).toEqual([
      ["istio-ambient-reg", "spire-server-spire", false],
      ["istio-waypoint-reg", "spire-server-spire", false],
      ["istio-ztunnel-reg", "spire-server-spire", false],
      ["spire-server-spire-default", "spire-server-spire", true],
    ]);
  });
});
