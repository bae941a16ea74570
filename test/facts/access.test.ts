import { describe, expect, it } from "vitest";
import { accessFor, FACT_ACCESS, type FactAccess } from "../../src/facts/access.ts";
import { FACTS } from "../../src/facts/index.ts";
import { ISTIO_GATEWAY_RESOURCE } from "../../src/mesh/names.ts";
import type { FactKey } from "../../src/model/facts.ts";
import { missing, type Missing } from "../../src/model/gathered.ts";
import type { GatherSettings } from "../../src/model/source.ts";
import { type MemoryContents, memorySource } from "../support/source.ts";

const KEYS = Object.keys(FACTS) as FactKey[];
/** Their facts are there all the same, and say themselves what they lack. */
const IN_PART: readonly string[] = ["pods/portforward", "networks"];

const CONTENTS: MemoryContents = {
  objects: [
    {
      kind: "Deployment",
      metadata: { name: "istiod", namespace: "istio-system", labels: { app: "istiod" } },
      spec: {
        template: {
          spec: {
            containers: [{ name: "discovery", env: [{ name: "CLUSTER_ID", value: "memory" }] }],
          },
        },
      },
    },
    {
      kind: "ConfigMap",
      metadata: { name: "istio-ca-root-cert", namespace: "istio-system" },
      data: {},
    },
    { kind: "Node", metadata: { name: "n", labels: { "node.openshift.io/os_id": "rhcos" } } },
  ],
};

/** Only where a cluster is in one are Segments asked for. */
const IN_SEGMENT: MemoryContents = {
  objects: [
    {
      kind: "Namespace",
      metadata: { name: "istio-system", labels: { "admin.solo.io/segment": "east" } },
    },
  ],
};

/** Only where a service is shared is anything asked about what peers make of it. */
const SHARING: MemoryContents = {
  objects: [
    {
      kind: "Service",
      metadata: { name: "a", namespace: "b", labels: { "solo.io/service-scope": "global" } },
    },
  ],
};

/** Only where sidecars of other networks come in are Istio's own Gateways asked for. */
const CROSS_NETWORK: MemoryContents = {
  objects: [
    {
      kind: "Service",
      metadata: {
        name: "istio-eastwestgateway",
        namespace: "istio-system",
        labels: { "topology.istio.io/network": "east" },
      },
      spec: { ports: [{ port: 15443 }] },
    },
  ],
};

/** Only where no istiod runs is it asked where its Services lead to. */
const WITHOUT_ISTIOD: MemoryContents = {};

/** Only where links are made automatically are the clusters of a management plane asked for. */
const AUTOMATED: MemoryContents = {
  objects: [
    {
      kind: "Deployment",
      metadata: { name: "istiod", namespace: "istio-system", labels: { app: "istiod" } },
      spec: {
        template: {
          spec: {
            containers: [
              {
                name: "discovery",
                env: [{ name: "PEERING_AUTOMATIC_LOCAL_GATEWAY", value: "true" }],
              },
            ],
          },
        },
      },
    },
    { kind: "Service", metadata: { name: "gloo-mesh-mgmt-server", namespace: "gloo-mesh" } },
  ],
};

/** Objects of SPIRE are asked for only where ztunnel takes identities from it. */
const WITH_SPIRE: MemoryContents = {
  objects: [
    {
      kind: "DaemonSet",
      metadata: { name: "ztunnel", namespace: "istio-system" },
      spec: {
        template: {
          spec: {
            containers: [{ name: "istio-proxy", env: [{ name: "SPIRE_ENABLED", value: "true" }] }],
          },
        },
      },
    },
  ],
};

const BY_KEY: { readonly [K in FactKey]?: MemoryContents } = {
  segments: IN_SEGMENT,
  kubernetesClusters: AUTOMATED,
  imports: SHARING,
  remoteEntries: SHARING,
  policies: SHARING,
  istioGateways: CROSS_NETWORK,
  istiodEndpoints: WITHOUT_ISTIOD,
};

function contentsFor(key: FactKey): MemoryContents {
  if (key.startsWith("spire")) return WITH_SPIRE;
  return BY_KEY[key] ?? CONTENTS;
}

/** They are asked for only where the mesh is of the community. */
const COMMUNITY: readonly FactKey[] = [
  "remoteClusters",
  "proxyPods",
  "istioGateways",
  "istiodEndpoints",
];

function settingsFor(key: FactKey): GatherSettings {
  return COMMUNITY.includes(key) ? { mode: "community" } : {};
}

/** Each of their parts says itself what it lacks, or they are of a run of several clusters. */
const ELSEWHERE: readonly FactKey[] = [
  "sourcePods",
  "servicePods",
  "credentialTarget",
  "endpoints",
];

/** Refuses the requests of one permission, in whatever namespace. */
function refusing({ verbs, group, resource, names }: FactAccess) {
  const full = `${resource}.${group}`;
  const called = full === ISTIO_GATEWAY_RESOURCE ? full : resource;
  return (line: string): Missing | undefined => {
    const [verb, path = ""] = line.split(" ");
    const [, plural, name] = verb === "get" ? path.split("/") : [undefined, path];
    const refused =
      verbs.some((one) => one === verb) &&
      plural === called &&
      (name === undefined || (names?.includes(name) ?? true));
    return refused ? missing("forbidden", `${line} is forbidden`) : undefined;
  };
}

const NEEDED = KEYS.flatMap((key) =>
  FACT_ACCESS[key]
    .filter(({ resource, optional }) => !optional && !IN_PART.includes(resource))
    .filter(() => !ELSEWHERE.includes(key))
    .map((access) => [key, `${access.verbs.join()} ${access.resource}`, access] as const),
);

describe("the permissions that facts take", () => {
  it.each(NEEDED)("%s cannot do without: %s", async (key, _name, access) => {
    const settings = settingsFor(key);
    const allowed = await memorySource(contentsFor(key), settings).source.fact(key);
    expect(allowed.ok).toBe(true);
    const refuse = refusing(access);
    const { source } = memorySource({ ...contentsFor(key), refuse }, settings);
    expect(await source.fact(key)).toMatchObject({ ok: false, why: "forbidden" });
  });

  it("are the only requests that facts make", async () => {
    const { source, reader } = memorySource(CONTENTS);
    await Promise.all(KEYS.map((key) => source.fact(key)));
    for (const line of reader.requests.filter((one) => one !== "connect")) {
      const covered = KEYS.flatMap((key) => FACT_ACCESS[key]).some((access) =>
        refusing(access)(line),
      );
      expect([line, covered]).toEqual([line, true]);
    }
  });

  it("are found for a request", () => {
    const get = { verb: "get", group: "", resource: "secrets", namespace: "istio-system" } as const;
    expect(accessFor({ ...get, name: "istio-ca-secret" })?.names).toContain("cacerts");
    expect(accessFor({ ...get, name: "password" })).toBeUndefined();
    expect(accessFor({ ...get, verb: "delete", name: "cacerts" })).toBeUndefined();
    expect(accessFor({ ...get, group: "x", name: "cacerts" })).toBeUndefined();
  });
});
