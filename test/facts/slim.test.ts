import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ClusterSource } from "../../src/engine/source.ts";
import { KNOWN_VARIABLES } from "../../src/facts/env-names.ts";
import { FACTS } from "../../src/facts/index.ts";
import { slimFor, slimGateway, slimNode, slimPod, slimWorkload } from "../../src/facts/slim.ts";
import type { FactKey } from "../../src/model/facts.ts";
import type { Gathered } from "../../src/model/gathered.ts";
import type { ListOptions, RawObject } from "../../src/model/reader.ts";
import { RESOURCES, type Resource } from "../../src/model/resource.ts";
import { MemoryReader } from "../support/source.ts";

type Json = Record<string, unknown>;

const KEYS = Object.keys(FACTS) as FactKey[];
const byKind = new Map<string, Resource>(
  Object.values(RESOURCES).map((resource) => [resource.kind, resource]),
);

/** Gives objects as they are, whatever the facts would leave out. */
class WholeReader extends MemoryReader {
  override list(resource: Resource, options: ListOptions = {}): Promise<Gathered<RawObject[]>> {
    return super.list(resource, { ...options, slim: (whole) => whole });
  }
}

/** Every fact of a cluster that holds these objects. */
async function factsOf(objects: readonly Json[], body: unknown): Promise<Json> {
  const names = objects.map((object) => String((object["metadata"] as Json)["name"]));
  const debug = Object.fromEntries(
    names.flatMap((name) => [
      [`istio-system/${name}:15014/debug/license`, body],
      [`istio-system/${name}:15014/debug/syncz`, body],
      [`istio-system/${name}:15000/config_dump`, body],
    ]),
  );
  const settings = { dumps: true };
  const source = new ClusterSource(new WholeReader({ objects, debug }), settings, FACTS);
  source.peers = [new ClusterSource(new WholeReader({ objects }), settings, FACTS)];
  const entries = KEYS.map(async (key) => [key, await source.fact(key)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

const anything = fc.anything({
  withBigInt: false,
  withDate: false,
  withMap: false,
  withSet: false,
  withNullPrototype: false,
  maxDepth: 3,
});

/** Now and then anything in place of what belongs there. */
function mostly<T>(proper: fc.Arbitrary<T>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 9, arbitrary: proper }, { weight: 1, arbitrary: anything });
}

const word = fc.constantFrom("istiod", "ztunnel", "istio-cni-node", "cacerts", "a", "");
const text = fc.constantFrom(
  "true",
  "False",
  "Running",
  "Completed",
  "CrashLoopBackOff",
  "autogenflat.x",
  "a//Pod/istio-system/istiod",
  "$(CLUSTER_ID)$$(X)$(X)",
  "trustDomain: [",
  "2026-01-01T00:00:00Z",
  "__proto__",
  "",
);
const count = fc.constantFrom(0, 1, -1, 1.5, 15_008, 70_000);
const variable = fc.constantFrom(...KNOWN_VARIABLES, "X", "TOKEN");
const labels = mostly(
  fc.dictionary(
    fc.constantFrom(
      "app",
      "k8s-app",
      "istio.io/rev",
      "gateway.networking.k8s.io/gateway-name",
      "solo.io/source-workload",
      "solo.io/source-cluster",
      "istio/multiCluster",
      "node.openshift.io/os_id",
      "constructor",
    ),
    mostly(fc.oneof(word, text)),
  ),
);
const reference = mostly(
  fc.record({ name: mostly(word), key: mostly(word), optional: fc.boolean() }),
);
const container = mostly(
  fc.record(
    {
      name: mostly(fc.constantFrom("discovery", "istio-proxy", "a")),
      image: mostly(text),
      restartPolicy: fc.constant("Always"),
      env: mostly(
        fc.array(
          mostly(
            fc.record(
              {
                name: mostly(variable),
                value: mostly(text),
                valueFrom: mostly(
                  fc.record(
                    {
                      configMapKeyRef: reference,
                      secretKeyRef: reference,
                      fieldRef: mostly(
                        fc.record({
                          fieldPath: fc.constantFrom(
                            "metadata.name",
                            "metadata.labels['app']",
                            "metadata.annotations['note']",
                            "status.podIP",
                          ),
                        }),
                      ),
                    },
                    { requiredKeys: [] },
                  ),
                ),
              },
              { requiredKeys: ["name"] },
            ),
          ),
          { maxLength: 4 },
        ),
      ),
      envFrom: mostly(
        fc.array(mostly(fc.record({ prefix: mostly(word), configMapRef: reference })), {
          maxLength: 2,
        }),
      ),
      ready: mostly(fc.boolean()),
      started: mostly(fc.boolean()),
      restartCount: mostly(count),
      state: mostly(
        fc.oneof(
          fc.record({ waiting: mostly(fc.record({ reason: text, message: text })) }),
          fc.record({ running: mostly(fc.record({ startedAt: text })) }),
          fc.record({
            terminated: mostly(
              fc.record({ exitCode: count, signal: count, reason: text, message: text }),
            ),
          }),
        ),
      ),
      lastState: mostly(fc.record({ terminated: mostly(fc.record({ finishedAt: text })) })),
    },
    { requiredKeys: ["name"] },
  ),
);
const containers = mostly(fc.array(container, { maxLength: 3 }));
const conditions = mostly(
  fc.array(
    mostly(
      fc.record({
        type: fc.constantFrom("Ready", "PodScheduled", "Initialized", "Available", "Accepted"),
        status: mostly(fc.constantFrom("True", "False", "Unknown")),
        reason: mostly(text),
        message: mostly(text),
      }),
    ),
    { maxLength: 3 },
  ),
);
const addresses = mostly(
  fc.array(
    mostly(
      fc.record(
        { type: text, value: text, address: text, ip: text, hostname: text },
        { requiredKeys: [] },
      ),
    ),
    { maxLength: 2 },
  ),
);
const ports = mostly(
  fc.array(mostly(fc.record({ name: word, port: mostly(count), nodePort: count })), {
    maxLength: 2,
  }),
);
const podSpec = {
  containers,
  initContainers: containers,
  nodeName: mostly(word),
  readinessGates: mostly(fc.array(mostly(fc.record({ conditionType: text })), { maxLength: 2 })),
};

/** An object of any kind that mc reads, where any part may be missing or of another type. */
const object: fc.Arbitrary<Json> = fc.record(
  {
    apiVersion: fc.constant("v1"),
    kind: fc.constantFrom(...byKind.keys()),
    metadata: fc.record(
      {
        name: fc.constantFrom(
          "istiod",
          "ztunnel",
          "istio-cni-config",
          "istio-ca-root-cert",
          "istio",
          "cacerts",
          "cluster",
          "a",
        ),
        namespace: fc.constant("istio-system"),
        labels,
        annotations: mostly(
          fc.dictionary(
            fc.constantFrom("prometheus.io/port", "solo.io/peered-workload-uid", "note", "x"),
            mostly(text),
          ),
        ),
        creationTimestamp: mostly(text),
        deletionTimestamp: mostly(text),
        uid: mostly(text),
        managedFields: mostly(
          fc.array(mostly(fc.record({ manager: text, subresource: mostly(text) })), {
            maxLength: 2,
          }),
        ),
      },
      { requiredKeys: ["name"] },
    ),
    spec: mostly(
      fc.record(
        {
          ...podSpec,
          replicas: mostly(count),
          selector: mostly(fc.record({ matchLabels: labels })),
          template: mostly(
            fc.record(
              {
                metadata: mostly(fc.record({ labels, annotations: labels })),
                spec: mostly(fc.record(podSpec)),
              },
              { requiredKeys: ["spec"] },
            ),
          ),
          gatewayClassName: mostly(fc.constantFrom("istio-remote", "istio-eastwest", "x")),
          addresses,
          listeners: ports,
          controllerName: mostly(text),
          type: mostly(text),
          clusterIP: mostly(text),
          clusterIPs: mostly(fc.array(mostly(text), { maxLength: 2 })),
          externalIPs: mostly(fc.array(mostly(text), { maxLength: 2 })),
          ports,
          defaultNetwork: mostly(
            fc.record({
              type: mostly(text),
              ovnKubernetesConfig: mostly(
                fc.record({ gatewayConfig: mostly(fc.record({ routingViaHost: anything })) }),
              ),
            }),
          ),
        },
        { requiredKeys: [] },
      ),
    ),
    status: mostly(
      fc.record(
        {
          phase: mostly(fc.constantFrom("Running", "Pending", "Failed", "Succeeded")),
          reason: mostly(text),
          message: mostly(text),
          conditions,
          containerStatuses: containers,
          initContainerStatuses: containers,
          addresses,
          replicas: mostly(count),
          readyReplicas: mostly(count),
          observedGeneration: mostly(count),
          desiredNumberScheduled: mostly(count),
          numberReady: mostly(count),
          loadBalancer: mostly(fc.record({ ingress: addresses })),
        },
        { requiredKeys: [] },
      ),
    ),
    data: mostly(
      fc.dictionary(
        fc.oneof(
          variable,
          fc.constantFrom("mesh", "root-cert.pem", "ca-cert.pem", "tls.crt", "a", "api-key"),
        ),
        mostly(text),
      ),
    ),
    stringData: mostly(fc.dictionary(word, mostly(text))),
  },
  { requiredKeys: ["kind", "metadata"] },
);

const objects = fc.array(object, { minLength: 1, maxLength: 6 });
const RUNS = { numRuns: 200, seed: 20_260_115 };

function slim(one: Json): Json {
  const resource = byKind.get(String(one["kind"]));
  return resource ? slimFor(resource)(one) : one;
}

describe("whatever a cluster holds", () => {
  it("facts are typed results and never throw", async () => {
    await fc.assert(
      fc.asyncProperty(objects, anything, async (all, body) => {
        for (const fact of Object.values(await factsOf(all, body))) {
          expect(fact).toHaveProperty("ok");
          // The engine puts a thrown error's text after the fact's name.
          expect(fact).not.toMatchObject({
            detail: expect.stringMatching(/^[A-Za-z]+: /) as string,
          });
        }
      }),
      RUNS,
    );
  });

  it("slim objects give the same facts", async () => {
    await fc.assert(
      fc.asyncProperty(objects, anything, async (all, body) => {
        expect(await factsOf(all.map(slim), body)).toEqual(await factsOf(all, body));
      }),
      RUNS,
    );
  });

  it("slim is idempotent", () => {
    fc.assert(
      fc.property(object, (one) => {
        expect(slim(slim(one))).toEqual(slim(one));
      }),
      RUNS,
    );
  });

  it("slim takes what is no object of the API at all", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), anything), (one) => {
        for (const resource of Object.values(RESOURCES)) {
          const slimmed = slimFor(resource)(one);
          expect(slimFor(resource)(slimmed)).toEqual(slimmed);
        }
      }),
      RUNS,
    );
  });
});

describe("slim", () => {
  const SECRET = "hunter2";
  const env = [
    { name: "SOLO_LICENSE_KEY", value: SECRET },
    { name: "CLUSTER_ID", value: "a-$(SOLO_LICENSE_KEY)" },
    { name: "DB_PASSWORD", value: SECRET },
    { name: "OTHER", valueFrom: { secretKeyRef: { name: "s", key: SECRET } } },
  ];
  const discovery = [{ name: "discovery", image: "pilot:1", env, args: [SECRET] }];
  const metadata = {
    name: "istiod",
    annotations: { "kubectl.kubernetes.io/last-applied-configuration": SECRET, note: SECRET },
    managedFields: [{ manager: "helm", fieldsV1: { x: SECRET } }],
  };

  it("drops the values of variables that mc does not know", () => {
    const pod = slimPod({ metadata, spec: { containers: discovery } });
    const workload = slimWorkload({
      metadata,
      spec: { template: { metadata, spec: { containers: discovery } } },
    });
    for (const one of [pod, workload]) expect(JSON.stringify(one)).not.toContain(SECRET);
    expect(pod["spec"]).toEqual({
      containers: [
        {
          name: "discovery",
          image: "pilot:1",
          env: [
            { name: "SOLO_LICENSE_KEY" },
            { name: "CLUSTER_ID", value: "a-$(SOLO_LICENSE_KEY)" },
          ],
        },
      ],
    });
  });

  it("drops the images of nodes", () => {
    const internal = [{ type: "InternalIP", address: "10.0.0.1" }];
    const node = slimNode({
      kind: "Node",
      metadata: { name: "n", labels: { a: "b" }, annotations: {}, managedFields: [] },
      spec: { podCIDR: "x" },
      status: { images: [{ names: ["x"] }], addresses: internal },
    });
    expect(node).toEqual({
      kind: "Node",
      metadata: { name: "n", labels: { a: "b" } },
      status: { addresses: internal },
    });
  });

  it("keeps of a Gateway's managedFields who manages it", () => {
    const gateway = slimGateway({
      metadata: {
        ...metadata,
        managedFields: [
          { manager: "mc", operation: "Apply", fieldsV1: { x: SECRET }, time: "t" },
          { manager: "pilot", operation: "Update", subresource: "status", fieldsV1: {} },
        ],
      },
    });
    expect(gateway["metadata"]).toEqual({
      name: "istiod",
      annotations: { note: SECRET },
      managedFields: [
        { manager: "mc", operation: "Apply" },
        { manager: "pilot", operation: "Update", subresource: "status" },
      ],
    });
  });

  it("leaves the name of what no fact reads", () => {
    const resource = { ...RESOURCES.pods, plural: "events", kind: "Event" };
    expect(slimFor(resource)({ kind: "Event", metadata, message: SECRET })).toEqual({
      kind: "Event",
      metadata: { name: "istiod" },
    });
  });
});
