import { type ClusterCertificates, type ClusterFixture, find } from "./cluster.ts";
import { type KubeObject, namespace, secret, service } from "./objects.ts";

interface Container {
  name: string;
  image: string;
  env: { name: string; value: string }[];
}

function containerOf(object: KubeObject): Container {
  const spec = object["spec"] as {
    template?: { spec: { containers: Container[] } };
    containers?: Container[];
  };
  const [first] = spec.template?.spec.containers ?? spec.containers ?? [];
  if (!first) throw new Error(`${object.kind} ${object.metadata.name} has no container`);
  return first;
}

export function setEnv(object: KubeObject, name: string, value: string): void {
  const { env } = containerOf(object);
  const present = env.find((one) => one.name === name);
  if (present) present.value = value;
  else env.push({ name, value });
}

function ofKind(fixture: ClusterFixture, kind: string, label: string, value: string): KubeObject {
  const found = fixture.objects.find(
    (object) => object.kind === kind && object.metadata.labels?.[label] === value,
  );
  if (!found) throw new Error(`${fixture.spec.context} has no ${kind} with ${label}=${value}`);
  return found;
}

/** The pod's only container waits, having ended badly before. */
function crashLoop(object: KubeObject): void {
  const { name } = containerOf(object);
  object["status"] = {
    phase: "Running",
    conditions: [
      { type: "PodScheduled", status: "True" },
      { type: "Ready", status: "False", reason: "ContainersNotReady" },
    ],
    containerStatuses: [
      {
        name,
        ready: false,
        restartCount: 7,
        state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 5m0s restarting" } },
        lastState: { terminated: { reason: "Error", exitCode: 1 } },
      },
    ],
  };
}

function pending(object: KubeObject): void {
  object["status"] = {
    phase: "Pending",
    conditions: [
      {
        type: "PodScheduled",
        status: "False",
        reason: "Unschedulable",
        message: "0/1 nodes are available: 1 Insufficient memory.",
      },
    ],
  };
}

/** The first cluster has a fault for each check that judges one cluster, the second for the rest. */
export function breakEverything(
  clusters: ClusterFixture[],
  others: Record<string, ClusterCertificates>,
): ClusterFixture[] {
  const [first, second] = clusters;
  if (!first || !second) throw new Error("two clusters are needed");
  breakFirst(first);
  breakSecond(second, others["cluster2"]);
  return clusters;
}

function breakFirst(fixture: ClusterFixture): void {
  setEnv(find(fixture, "Deployment", "istiod"), "ENABLE_PEERING_DISCOVERY", "false");
  setEnv(find(fixture, "Deployment", "istiod"), "CLUSTER_ID", "Kubernetes");
  for (const key of Object.keys(fixture.debug)) {
    if (key.endsWith("/debug/license")) {
      fixture.debug[key] = { State: "EXPIRED", Product: "gloo-mesh" };
    }
  }
  (find(fixture, "ConfigMap", "istio-cni-config")["data"] as Record<string, string>)[
    "AMBIENT_DNS_CAPTURE"
  ] = "false";
  crashLoop(ofKind(fixture, "Pod", "app", "ztunnel"));
  pending(ofKind(fixture, "Pod", "k8s-app", "istio-cni-node"));
  containerOf(find(fixture, "DaemonSet", "ztunnel")).image = "registry.example/ztunnel:1.24.1";
  find(fixture, "Node", "cluster1-node-1").metadata.labels = {
    "eks.amazonaws.com/compute-type": "fargate",
  };
  find(fixture, "Namespace", "istio-system").metadata.labels = {};
  fixture.objects.push(
    namespace("bookinfo"),
    service({
      namespace: "bookinfo",
      name: "reviews",
      labels: { "solo.io/service-scope": "global" },
      ports: [{ name: "http", port: 9080 }],
    }),
  );
}

function breakSecond(fixture: ClusterFixture, certificates: ClusterCertificates | undefined): void {
  const gateway = find(fixture, "Gateway", "istio-eastwest");
  gateway["status"] = {
    conditions: [
      {
        type: "Programmed",
        status: "False",
        reason: "AddressNotAssigned",
        message:
          'Assigned to service(s) istio-eastwest.istio-eastwest.svc.cluster.local:15008, but failed to assign to all requested addresses: address pending for hostname "istio-eastwest.istio-eastwest.svc.cluster.local"',
        lastTransitionTime: "2026-01-15T11:50:00Z",
      },
    ],
  };
  (find(fixture, "Service", "istio-eastwest")["status"] as { loadBalancer: unknown }).loadBalancer =
    {};
  crashLoop(ofKind(fixture, "Pod", "gateway.networking.k8s.io/gateway-name", "istio-eastwest"));
  crashLoop(ofKind(fixture, "Pod", "app", "istiod"));
  fixture.objects = fixture.objects.filter(({ metadata }) => metadata.name !== "cacerts");
  if (certificates) {
    (find(fixture, "ConfigMap", "istio-ca-root-cert")["data"] as Record<string, string>)[
      "root-cert.pem"
    ] = certificates.roots;
    fixture.objects.push(
      secret(fixture.spec.istioNamespace, "cacerts", {
        "ca-cert.pem": certificates.intermediate,
        // That there is a key is all that recordings keep.
        "ca-key.pem": "",
        "cert-chain.pem": certificates.intermediate,
        "root-cert.pem": certificates.roots,
      }),
    );
  }
  (find(fixture, "ConfigMap", "istio")["data"] as Record<string, string>)["mesh"] =
    "trustDomain: other.domain\n";
  const remote = find(fixture, "Gateway", "istio-remote-peer-cluster1");
  for (const condition of (remote["status"] as { conditions: Record<string, unknown>[] })
    .conditions) {
    if (condition["type"] === "gloo.solo.io/PeerConnected") {
      condition["status"] = "False";
      condition["message"] = "connection refused";
    }
  }
  (remote["spec"] as { addresses: unknown[] }).addresses = [
    { type: "IPAddress", value: "192.0.2.99" },
  ];
  remote.metadata.annotations = {
    ...remote.metadata.annotations,
    "peering.solo.io/preferred-data-plane-service-type": "NodePort",
  };
  fixture.objects.push(
    namespace("bookinfo"),
    service({
      namespace: "bookinfo",
      name: "reviews",
      labels: { "solo.io/service-scope": "global-only" },
      ports: [{ name: "http", port: 9999 }],
    }),
  );
}
