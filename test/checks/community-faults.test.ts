import { describe, expect, test } from "vitest";
import { find, type ClusterFixture } from "../support/mesh/cluster.ts";
import { service } from "../support/mesh/objects.ts";
import {
  answerOf,
  clustersOf,
  debugKeyOf,
  faultFindings,
  faultsOf,
  kubeconfigIn,
  part,
  reportOfFixtures,
  resultsOf,
} from "../support/community-run.ts";

/*
 * The rows of Istio's page on troubleshooting multicluster: each fault in a mesh that is well
 * otherwise, judged by all checks together.
 */

type Change = (first: ClusterFixture, second: ClusterFixture) => void;

const NETWORK = "topology.istio.io/network";
const GATEWAY = "istio-eastwestgateway";

function removed(fixture: ClusterFixture, kind: string, name: string): void {
  fixture.objects = fixture.objects.filter(
    (one) => one.kind !== kind || one.metadata.name !== name,
  );
}

function statusOf(fixture: ClusterFixture, cluster: string): { syncStatus: string } {
  const all = answerOf(fixture, "clusterz") as { id: string; syncStatus: string }[];
  const found = all.find(({ id }) => id === cluster);
  if (!found) throw new Error(`${cluster} is not listed`);
  return found;
}

function sampleShards(fixture: ClusterFixture): Record<string, unknown> {
  const all = answerOf(fixture, "endpointShardz") as Record<
    string,
    Record<string, { Shards: Record<string, unknown> }>
  >;
  return all["helloworld.sample.svc.cluster.local"]?.["sample"]?.Shards ?? {};
}

const sidecar = (fixture: ClusterFixture) => {
  const pod = fixture.objects.find(({ metadata }) => metadata.name.startsWith("helloworld-v1-"));
  if (!pod) throw new Error("no sample");
  return pod;
};

function setMesh(fixture: ClusterFixture, change: (text: string) => string): void {
  const data = part(find(fixture, "ConfigMap", "istio"), "data") as Record<string, string>;
  data["mesh"] = change(data["mesh"] ?? "");
}

const SIDECAR: readonly (readonly [string, Change, readonly string[], RegExp])[] = [
  [
    "no remote secret",
    (first) => removed(first, "Secret", "istio-remote-secret-cluster2"),
    ["remote-secrets fail"],
    /cluster1 has no remote secret for cluster2/,
  ],
  [
    "the key is not the CLUSTER_ID",
    (first) => {
      const secret = find(first, "Secret", "istio-remote-secret-cluster2");
      secret["data"] = { other: part(secret, "data")["cluster2"] };
      Object.assign(statusOf(first, "cluster2"), { id: "other" });
    },
    ["remote-secrets fail"],
    /key other: it leads to cluster2, whose CLUSTER_ID is cluster2/,
  ],
  [
    "a kubeconfig that nobody can read",
    (first) => {
      part(find(first, "Secret", "istio-remote-secret-cluster2"), "data")["cluster2"] = "bm8=";
    },
    ["remote-secrets fail"],
    /cannot be read: it is not YAML of a map/,
  ],
  [
    "a server of the machine that it was made on",
    (first) => Object.assign(kubeconfigIn(first, "cluster2"), { server: "https://127.0.0.1:6443" }),
    ["remote-secrets fail"],
    /its server https:\/\/127\.0\.0\.1:6443 is the machine/,
  ],
  [
    "a command to sign in with",
    (first) => Object.assign(kubeconfigIn(first, "cluster2"), { credentials: ["exec"] }),
    ["remote-secrets fail"],
    /istiod refuses a kubeconfig with exec/,
  ],
  [
    "an expired token",
    (first) =>
      Object.assign(
        part(find(first, "Secret", "istio-remote-secret-cluster2"), "data", "cluster2", "claims"),
        {
          expires: Date.parse("2026-01-15T11:00:00Z"),
        },
      ),
    ["remote-secrets fail"],
    /its token expired 2026-01-15T11:00:00\.000Z/,
  ],
  [
    "a token that soon expires",
    (first) =>
      Object.assign(
        part(find(first, "Secret", "istio-remote-secret-cluster2"), "data", "cluster2", "claims"),
        {
          expires: Date.parse("2026-01-16T12:00:00Z"),
        },
      ),
    ["remote-secrets warn"],
    /its token expires in/,
  ],
  [
    "a Secret of the token that is gone",
    (_, second) =>
      removed(second, "Secret", "istio-reader-service-account-istio-remote-secret-token"),
    ["remote-secrets fail"],
    /cluster2 no longer has its Secret/,
  ],
  [
    "two Secrets for one cluster",
    (first) => {
      const secret = structuredClone(find(first, "Secret", "istio-remote-secret-cluster2"));
      secret.metadata.name = "another";
      first.objects.push(secret);
    },
    ["remote-secrets warn"],
    /are all for cluster cluster2/,
  ],
  [
    "a Secret for the cluster itself",
    (first) => {
      const secret = structuredClone(find(first, "Secret", "istio-remote-secret-cluster2"));
      secret.metadata.name = "own";
      secret["data"] = { cluster1: part(secret, "data")["cluster2"] };
      first.objects.push(secret);
    },
    ["remote-secrets warn"],
    /the cluster itself, which istiod passes over/,
  ],
  [
    "an API server that does not answer",
    (first) => Object.assign(statusOf(first, "cluster2"), { syncStatus: "timeout" }),
    ["cluster1/remote-clusters fail"],
    /does not get an answer from cluster cluster2/,
  ],
  [
    "a cluster that is being read, still",
    (first) => Object.assign(statusOf(first, "cluster2"), { syncStatus: "syncing" }),
    ["cluster1/remote-clusters warn"],
    /still reading cluster cluster2/,
  ],
  [
    "a Secret that istiod has not taken up",
    (first) => {
      first.debug[debugKeyOf(first, "clusterz")] = [{ id: "cluster1", syncStatus: "synced" }];
    },
    ["cluster1/remote-clusters fail"],
    /does not read cluster cluster2, for which there is Secret/,
  ],
  [
    "endpoints of the own cluster alone",
    (first) => {
      delete sampleShards(first)["Kubernetes/cluster2"];
    },
    ["endpoints fail"],
    /cluster1 has only its own endpoints of 1 service that cluster2 has too: helloworld/,
  ],
  [
    "no gateway for the network of endpoints",
    (first) => {
      const key = debugKeyOf(first, "networkz");
      first.debug[key] = (first.debug[key] as { Cluster: string }[]).filter(
        ({ Cluster }) => Cluster === "cluster1",
      );
    },
    ["endpoints fail"],
    /endpoints on network cluster2 and no gateway that leads there/,
  ],
  [
    "a pending load balancer",
    (_, second) => {
      find(second, "Service", GATEWAY)["status"] = { loadBalancer: {} };
    },
    ["cluster2/eastwest-service fail"],
    /its load balancer is pending/,
  ],
  [
    "a Service within its cluster",
    (_, second) => {
      const gateway = find(second, "Service", GATEWAY);
      gateway["status"] = {};
      part(gateway, "spec")["type"] = "ClusterIP";
    },
    ["cluster2/eastwest-service fail"],
    /is of type ClusterIP: it has no address/,
  ],
  [
    "a Service for another network",
    (_, second) => {
      part(find(second, "Service", GATEWAY), "metadata", "labels")[NETWORK] = "cluster1";
    },
    ["cluster2/eastwest-service fail"],
    /is a gateway of network cluster1, but the cluster's network is cluster2/,
  ],
  [
    "a Service without the label",
    (_, second) => {
      delete part(find(second, "Service", GATEWAY), "metadata", "labels")[NETWORK];
    },
    ["cluster2/eastwest-service fail"],
    /has no label topology\.istio\.io\/network/,
  ],
  [
    "a Service without a port for others",
    (_, second) => {
      part(find(second, "Service", GATEWAY), "spec")["ports"] = [{ name: "x", port: 15_021 }];
    },
    ["cluster2/eastwest-service warn"],
    /has neither port 15443 nor 15008/,
  ],
  [
    "no gateway at all",
    (_, second) => {
      removed(second, "Service", GATEWAY);
      const key = debugKeyOf(second, "networkz");
      second.debug[key] = [];
    },
    ["cluster2/eastwest-service fail", "endpoints fail"],
    /no gateway of network cluster2 for cluster1/,
  ],
  [
    "nothing that passes connections of other networks on",
    (_, second) => removed(second, "Gateway", "cross-network-gateway"),
    ["cluster2/eastwest-service fail"],
    /and Envoy ends them: no Gateway for its pods has port 15443/,
  ],
  [
    "a gateway that is not told its network",
    (_, second) => {
      const pod = second.objects.find(
        ({ kind, metadata }) => kind === "Pod" && metadata.name.startsWith(GATEWAY),
      );
      const [container] = part(pod ?? find(second, "Pod", ""), "spec")["containers"] as {
        env: unknown[];
      }[];
      container?.env.pop();
    },
    ["cluster2/eastwest-service warn"],
    /ISTIO_META_REQUESTED_NETWORK_VIEW is not cluster2/,
  ],
  [
    "a proxy on the wrong network",
    (first) => {
      const pod = sidecar(first);
      const [container] = part(pod, "spec")["containers"] as { env: { value: string }[] }[];
      if (container?.env[0]) container.env[0].value = "other";
    },
    ["cluster1/pod-networks fail"],
    /proxies of 1 pod have network other, but the cluster's is cluster1/,
  ],
  [
    "a proxy that knows no network",
    (first) => {
      const pod = sidecar(first);
      const [container] = part(pod, "spec")["containers"] as { env: unknown[] }[];
      container?.env.shift();
    },
    ["cluster1/pod-networks fail"],
    /proxies of 1 pod have no network/,
  ],
  [
    "no label on the namespace",
    (first) => {
      part(find(first, "Namespace", "istio-system"), "metadata")["labels"] = {};
    },
    ["network fail"],
    /namespace istio-system has no label topology\.istio\.io\/network/,
  ],
  [
    "different mesh IDs",
    (first) => setMesh(first, (text) => text.replace("mesh1", "mesh2")),
    ["mesh-id warn"],
    /different mesh IDs: mesh2 in cluster1; mesh1 in cluster2/,
  ],
  [
    "proxies that are sent to a Service that is not there",
    (first) =>
      setMesh(first, (text) =>
        text.replace(
          "defaultConfig:\n",
          'defaultConfig:\n  discoveryAddress: "istiod-remote.istio-system.svc:15012"\n',
        ),
      ),
    ["istiod-remote fail"],
    /but there is no such Service/,
  ],
];

describe("sidecars on two networks", () => {
  test.each(SIDECAR)("%s", async (_, change, faults, message) => {
    const [first, second] = await clustersOf("community-sidecar");
    change(first, second);
    const report = await reportOfFixtures([first, second]);
    expect(faultsOf(report)).toEqual(faults);
    const found = faultFindings(report);
    expect(found.some((one) => message.test(one.message))).toBe(true);
    expect(found.filter(({ remediation }) => !remediation)).toEqual([]);
  });

  const FINE: readonly (readonly [string, Change])[] = [
    ["nothing changed", () => undefined],
    [
      "an address that was set by hand",
      (_, second) => {
        const gateway = find(second, "Service", GATEWAY);
        gateway["status"] = {};
        part(gateway, "spec")["externalIPs"] = ["192.0.2.77"];
      },
    ],
    [
      "addresses of nodes",
      (_, second) => {
        const gateway = find(second, "Service", GATEWAY);
        gateway["status"] = {};
        gateway.metadata.annotations = { "traffic.istio.io/nodeSelector": "{}" };
        part(gateway, "spec")["type"] = "NodePort";
      },
    ],
    [
      "a gateway at another port, and called otherwise, as Helm does",
      (_, second) => {
        const gateway = find(second, "Service", GATEWAY);
        gateway.metadata.labels = {
          istio: "gateway-b",
          [NETWORK]: "cluster2",
          "networking.istio.io/gatewayPort": "443",
        };
        part(gateway, "spec")["ports"] = [{ name: "tls", port: 443 }];
      },
    ],
    [
      "a gateway that the mesh configuration sets",
      (_, second) => removed(second, "Service", GATEWAY),
    ],
    [
      "a pod that is on another network by its label",
      (first) => {
        const pod = sidecar(first);
        pod.metadata.labels = { ...pod.metadata.labels, [NETWORK]: "vm" };
        const [container] = part(pod, "spec")["containers"] as { env: { value: string }[] }[];
        if (container?.env[0]) container.env[0].value = "vm";
      },
    ],
    [
      "a service that keeps to its cluster",
      (first) => {
        delete sampleShards(first)["Kubernetes/cluster2"];
        setMesh(
          first,
          (text) =>
            `${text}serviceSettings: [{settings: {clusterLocal: true}, hosts: ["*.sample.svc.cluster.local"]}]\n`,
        );
      },
    ],
    [
      "a service that one cluster has alone",
      (first) => {
        delete sampleShards(first)["Kubernetes/cluster1"];
        delete sampleShards(first)["Kubernetes/cluster2"];
      },
    ],
    [
      "a token that says nothing",
      (first) => {
        const kubeconfig = kubeconfigIn(first, "cluster2");
        delete kubeconfig["claims"];
        kubeconfig["credentials"] = ["opaque token"];
      },
    ],
    [
      "a kubeconfig with oidc",
      (first) =>
        Object.assign(kubeconfigIn(first, "cluster2"), { credentials: ["auth-provider oidc"] }),
    ],
    [
      "a Secret for a cluster that is not in the run",
      (first) => {
        const secret = structuredClone(find(first, "Secret", "istio-remote-secret-cluster2"));
        secret.metadata.name = "elsewhere";
        secret["data"] = {
          cluster9: { authorities: [], credentials: ["token"], server: "https://c9:6443" },
        };
        first.objects.push(secret);
        (answerOf(first, "clusterz") as unknown[]).push({
          id: "cluster9",
          secretName: "x/y",
          syncStatus: "synced",
        });
      },
    ],
    [
      "an account that was not recorded",
      (_, second) => removed(second, "ServiceAccount", "istio-reader-service-account"),
    ],
    [
      "no answers of istiod, as of an older recording",
      (first, second) => {
        first.debug = {};
        second.debug = {};
      },
    ],
    [
      "a Service of the network that another controller exposes",
      (_, second) =>
        second.objects.push(
          service({
            namespace: "x",
            name: "ingress",
            labels: { istio: "ingressgateway" },
            ports: [{ name: "http", port: 80 }],
          }),
        ),
    ],
  ];

  test.each(FINE)("no fault: %s", async (_, change) => {
    const [first, second] = await clustersOf("community-sidecar");
    change(first, second);
    expect(faultsOf(await reportOfFixtures([first, second]))).toEqual([]);
  });
});

describe("a primary and a remote", () => {
  const lead = (fixture: ClusterFixture) => find(fixture, "Service", "istiod");

  test.each<[string, Change, string[], RegExp]>([
    [
      "no Service that leads to an istiod",
      (_, second) => removed(second, "Service", "istiod"),
      ["istiod-remote fail"],
      /no Service of istio-system leads to one elsewhere/,
    ],
    [
      "a Service without the port",
      (_, second) => {
        part(lead(second), "spec")["ports"] = [{ name: "http", port: 443 }];
      },
      ["istiod-remote fail"],
      /has no port 15012/,
    ],
    [
      "a Service that selects pods of its own",
      (_, second) => {
        part(lead(second), "spec")["selector"] = { app: "istiod" };
      },
      ["istiod-remote fail"],
      /selects pods of this cluster/,
    ],
    [
      "a Service that leads to somebody else",
      (_, second) => {
        find(second, "EndpointSlice", "istiod-p4s7d")["endpoints"] = [
          { addresses: ["192.0.2.99"] },
        ];
      },
      ["istiod-remote warn"],
      /leads to 192\.0\.2\.99, where no primary of this run/,
    ],
    [
      "a primary that does not pass on to its istiod",
      (first) => removed(first, "Gateway", "istiod-gateway"),
      ["istiod-remote fail"],
      /no Gateway for its pods has port 15012/,
    ],
    [
      "a primary whose gateway has no route to its istiod",
      (first) => removed(first, "VirtualService", "istiod-vs"),
      ["istiod-remote fail"],
      /no VirtualService leads from Gateway istio-system\/istiod-gateway/,
    ],
    [
      "a remote that nobody reads",
      (first) => removed(first, "Secret", "istio-remote-secret-cluster2"),
      ["remote-secrets fail"],
      /cluster1 has no remote secret for cluster2/,
    ],
  ])("%s", async (_, change, faults, message) => {
    const [first, second] = await clustersOf("community-primary-remote");
    change(first, second);
    const report = await reportOfFixtures([first, second]);
    expect(faultsOf(report)).toEqual(faults);
    expect(faultFindings(report).some((one) => message.test(one.message))).toBe(true);
  });

  test.each(["istiod", "istiod-remote", "istiod-1-22-remote"])(
    "no fault: a Service called %s",
    async (name) => {
      const [first, second] = await clustersOf("community-primary-remote");
      lead(second).metadata.name = name;
      const slice = find(second, "EndpointSlice", "istiod-p4s7d");
      slice.metadata.labels = { "kubernetes.io/service-name": name };
      expect(faultsOf(await reportOfFixtures([first, second]))).toEqual([]);
      Object.assign(part(find(second, "Service", name), "spec"), {
        type: "ExternalName",
        externalName: first.spec.address,
      });
      expect(faultsOf(await reportOfFixtures([first, second]))).toEqual([]);
    },
  );
});

describe("ambient on two networks", () => {
  test.each<[string, Change, string[], RegExp]>([
    [
      "a label that nothing acts upon",
      (first) => setMesh(first, (text) => text.replace(/serviceScopeConfigs:[^]*/, "")),
      ["service-scope fail"],
      /label istio\.io\/global does nothing in cluster1/,
    ],
    [
      "a sidecar beside it",
      (first) => {
        const pod = sidecar(first);
        pod.metadata.labels = {
          ...pod.metadata.labels,
          "service.istio.io/canonical-name": "x",
          [NETWORK]: "cluster1",
        };
        const [container] = part(pod, "spec")["containers"] as Record<string, unknown>[];
        Object.assign(container ?? {}, {
          name: "istio-proxy",
          env: [{ name: "ISTIO_META_NETWORK", value: "cluster1" }],
        });
      },
      ["service-scope warn"],
      /where 1 pods have sidecars/,
    ],
    [
      "a waypoint that stays in its cluster",
      (first) => {
        const hello = first.objects.find(
          ({ kind, metadata }) => kind === "Service" && metadata.name === "helloworld",
        );
        Object.assign(hello?.metadata.labels ?? {}, { "istio.io/use-waypoint": "wp" });
        first.objects.push(
          service({
            namespace: "sample",
            name: "wp",
            labels: { "gateway.networking.k8s.io/gateway-name": "wp" },
            ports: [{ name: "mesh", port: 15_008 }],
          }),
        );
      },
      ["service-scope warn"],
      /its waypoint sample\/wp is not/,
    ],
    [
      "a Gateway without an address",
      (_, second) => {
        part(find(second, "Gateway", GATEWAY), "status")["addresses"] = [];
      },
      ["cluster2/eastwest-service fail"],
      /is not programmed with an address/,
    ],
  ])("%s", async (_, change, faults, message) => {
    const [first, second] = await clustersOf("community-ambient");
    change(first, second);
    const report = await reportOfFixtures([first, second]);
    expect(faultsOf(report)).toEqual(faults);
    expect(faultFindings(report).some((one) => message.test(one.message))).toBe(true);
  });

  test("a service that is global in one cluster alone is told", async () => {
    const [first, second] = await clustersOf("community-ambient");
    delete part(
      second.objects.find(
        ({ kind, metadata }) => kind === "Service" && metadata.name === "helloworld",
      ) ?? find(second, "Service", "x"),
      "metadata",
      "labels",
    )["istio.io/global"];
    const report = await reportOfFixtures([first, second]);
    expect(faultsOf(report)).toEqual([]);
    const { findings } = resultsOf(report).get("service-scope") ?? { findings: [] };
    expect(findings.map(({ message }) => message)).toContain(
      "sample/helloworld is global in cluster1, and only local in cluster2",
    );
  });
});

test("in a migration the remote secrets are what is warned of, and nothing else", async () => {
  const report = await reportOfFixtures(await clustersOf("migration"));
  expect(faultsOf(report)).toEqual(["cluster1/env-vars warn", "cluster2/env-vars warn"]);
});
