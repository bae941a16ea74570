import type { PodFact, ServicePodFact, CniConfigFact } from "../../model/facts.ts";
import type { Gathered } from "../../model/gathered.ts";
import { step } from "../../model/finding.ts";
import { kubectl } from "../commands/shell.ts";
import { DATAPLANE_MODE } from "../names.ts";
import { isCaptured } from "../pods.ts";
import { type Cause, objectsOf } from "./fault.ts";
import { broken, type Judged, ok, unknown } from "./judged.ts";
import type { Path } from "./path.ts";

/* Hop 6, for one caller: ztunnel carries its traffic, and answers its DNS. */

/** Who calls: a pod, or the pods of a namespace. */
export interface Client {
  namespace: string;
  /** Absent: any pod of the namespace. */
  pod?: string;
}

/** What of the callers' cluster tells of its callers. */
export interface ClientFacts {
  ztunnelPods: Gathered<readonly PodFact[]>;
  cniConfigs: Gathered<readonly CniConfigFact[]>;
}

export function clientName({ namespace, pod }: Client): string {
  return pod === undefined ? `namespace ${namespace}` : `pod ${namespace}/${pod}`;
}

/** The pods that call; nothing where they could not be read. */
export function clientPods({ from }: Path, client: Client): ServicePodFact[] | undefined {
  const { servicePods } = from.member.facts;
  if (!servicePods.ok || !servicePods.value.namespaces.has(client.namespace)) return undefined;
  return servicePods.value.pods.filter(
    ({ namespace, name }) =>
      namespace === client.namespace && (client.pod === undefined || client.pod === name),
  );
}

const notCaptured: Cause = {
  severity: () => "fail",
  message: ([{ path, object, detail }]) =>
    `pod ${object?.namespace}/${object?.name} of ${path.from.cluster.context} is not captured, so it does not resolve ${path.host}: ${detail}`,
  remedy: ([first]) =>
    step(
      `Enrol the caller: label ${DATAPLANE_MODE}=ambient on its namespace, and ztunnel and istio-cni on its node.`,
      ...objectsOf([first]).flatMap(({ namespace, name }) => [
        kubectl(first.path.from.cluster, "get", "namespace", namespace, "--show-labels"),
        kubectl(first.path.from.cluster, "-n", namespace, "get", "pod", name, "-o", "yaml"),
      ]),
    ),
};

const noDns: Cause = {
  severity: () => "fail",
  message: ([{ path }]) =>
    `istio-cni of ${path.from.cluster.context} does not capture DNS, so callers do not resolve ${path.host}: AMBIENT_DNS_CAPTURE is not true`,
  remedy: ([{ path }]) =>
    step(
      "Set AMBIENT_DNS_CAPTURE, as the CNI DNS Capture Check says.",
      kubectl(
        path.from.cluster,
        "get",
        "configmaps",
        "-A",
        "--field-selector",
        "metadata.name=istio-cni-config",
        "-o",
        "yaml",
      ),
    ),
};

function whyNot({ from }: Path, pod: ServicePodFact, { ztunnelPods }: ClientFacts): string {
  if (pod.hostNetwork) return "it is on the network of its node, which is never captured";
  if (pod.job) return "it is of a Job, and was not captured";
  const mode =
    pod.labels.get(DATAPLANE_MODE) ??
    from.namespaces.get(pod.namespace)?.labels.get(DATAPLANE_MODE);
  if (mode !== "ambient") return `neither it nor its namespace has label ${DATAPLANE_MODE}=ambient`;
  const { nodeName } = pod;
  const onNode =
    ztunnelPods.ok && ztunnelPods.value.some((one) => one.nodeName === nodeName && one.healthy);
  if (ztunnelPods.ok && nodeName !== undefined && !onNode) {
    return `no ztunnel runs on its node ${nodeName}`;
  }
  return `istio-cni says ${pod.redirection ?? "nothing"} of it`;
}

/** Whether the caller finds an address for a name that has one. */
export function judgeClient(path: Path, client: Client, facts: ClientFacts): Judged {
  const pods = clientPods(path, client);
  const where = path.from.cluster.context;
  if (!pods) return unknown(`pods of ${client.namespace} in ${where} were not read`);
  const [first] = pods;
  if (!first) return unknown(`${where} has no ${clientName(client)}`);
  if (pods.some(({ sidecar }) => sidecar)) return ok("resolves");
  const captured = pods.find(isCaptured);
  if (!captured) {
    const object = { kind: "Pod", namespace: first.namespace, name: first.name };
    return broken("not captured", {
      cause: notCaptured,
      path,
      object,
      detail: whyNot(path, first, facts),
    });
  }
  const { cniConfigs } = facts;
  const isOff = cniConfigs.ok && cniConfigs.value.some(({ dnsCapture }) => dnsCapture !== "true");
  return isOff ? broken("no DNS", { cause: noDns, path }) : ok("resolves");
}
