import { dump } from "js-yaml";

const CONTAINERS = 2;
const TIME = "2026-01-01T00:00:00Z";

function each<T>(count: number, make: (item: number) => T): T[] {
  return Array.from({ length: count }, (_, item) => make(item));
}

/** One of many pods of an ordinary workload; every thousandth is istiod's. */
function pod(index: number): object {
  const app = index % 1000 === 0 ? "istiod" : `web-${index % 500}`;
  const name = `${app}-6d9cdf88cf-${index.toString(36).padStart(5, "0")}`;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      annotations: { "prometheus.io/port": "15014", "prometheus.io/scrape": "true" },
      creationTimestamp: TIME,
      generateName: `${app}-6d9cdf88cf-`,
      labels: {
        app,
        "app.kubernetes.io/part-of": "shop",
        "pod-template-hash": "6d9cdf88cf",
        team: `team-${index % 40}`,
      },
      name,
      namespace: `shop-${index % 200}`,
      ownerReferences: [
        { apiVersion: "apps/v1", controller: true, kind: "ReplicaSet", name: `${app}-6d9cdf88cf` },
      ],
      resourceVersion: String(1_000_000 + index),
      uid: `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
    },
    spec: {
      containers: each(CONTAINERS, (container) => ({
        env: each(14, (item) => ({ name: `VARIABLE_${item}`, value: `value of variable ${item}` })),
        image: "registry.example/team/web:1.2.3",
        imagePullPolicy: "IfNotPresent",
        name: container === 0 ? "web" : "istio-proxy",
        ports: [{ containerPort: 8080, name: "http", protocol: "TCP" }],
        resources: { limits: { cpu: "1", memory: "1Gi" }, requests: { cpu: "100m" } },
        volumeMounts: each(3, (item) => ({ mountPath: `/var/run/${item}`, name: `v${item}` })),
      })),
      nodeName: `node-${index % 900}`,
      volumes: each(3, (item) => ({ configMap: { name: `map-${item}` }, name: `v${item}` })),
    },
    status: {
      conditions: ["Initialized", "Ready", "ContainersReady", "PodScheduled"].map((type) => ({
        lastProbeTime: null,
        lastTransitionTime: TIME,
        status: "True",
        type,
      })),
      containerStatuses: each(CONTAINERS, (container) => ({
        containerID: `containerd://${"a1".repeat(32)}`,
        image: "registry.example/team/web:1.2.3",
        imageID: `registry.example/team/web@sha256:${"b2".repeat(32)}`,
        lastState: {},
        name: container === 0 ? "web" : "istio-proxy",
        ready: true,
        restartCount: 0,
        started: true,
        state: { running: { startedAt: TIME } },
      })),
      phase: "Running",
      podIP: "10.0.0.1",
    },
  };
}

/** The pod as an item of a list that kubectl prints. */
export function podText(index: number): string {
  const text = dump(pod(index), { seqNoIndent: true, lineWidth: -1 });
  return `- ${text.trimEnd().replaceAll("\n", "\n  ")}\n`;
}
