import * as fc from "fast-check";
import { KNOWN_VARIABLES } from "../../src/facts/env-names.ts";
import { RESOURCES } from "../../src/model/resource.ts";
import type { Json } from "./pods.ts";

/*
 * Objects of the API for property tests: mostly as they should be, now and then with anything in
 * any place.
 */

export const anything = fc.anything({
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
const labels = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      { app: "istiod", "istio/multiCluster": "true", "solo.io/source-workload": "autogenflat.x" },
      { app: "ztunnel", "node.openshift.io/os_id": "rhcos" },
      { "k8s-app": "istio-cni-node", "gateway.networking.k8s.io/gateway-name": "gw" },
    ),
  },
  {
    weight: 1,
    arbitrary: mostly(
      fc.dictionary(
        fc.constantFrom("app", "istio.io/rev", "solo.io/source-cluster", "constructor"),
        mostly(fc.oneof(word, text)),
      ),
    ),
  },
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
        fc.array(
          mostly(
            fc.record(
              { prefix: mostly(word), configMapRef: reference, secretRef: reference },
              { requiredKeys: [] },
            ),
          ),
          {
            maxLength: 2,
          },
        ),
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
export const object: fc.Arbitrary<Json> = fc.record(
  {
    apiVersion: fc.constant("v1"),
    kind: fc.oneof(
      fc.constantFrom("Pod", "Deployment", "DaemonSet"),
      fc.constantFrom(...Object.values(RESOURCES).map(({ kind }) => kind)),
    ),
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
        ownerReferences: mostly(
          fc.array(
            mostly(
              fc.record(
                {
                  kind: mostly(fc.constantFrom("ReplicaSet", "DaemonSet", "Job")),
                  name: mostly(word),
                  controller: mostly(fc.boolean()),
                  uid: text,
                },
                { requiredKeys: [] },
              ),
            ),
            { maxLength: 2 },
          ),
        ),
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
