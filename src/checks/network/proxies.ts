import { GATEWAY_NAME, NETWORK } from "../../mesh/names.ts";
import { enumerate, qualified } from "../../mesh/wording.ts";
import { kubectl } from "../../mesh/commands/shell.ts";
import type { PodFact } from "../../model/facts.ts";
import { fail, info, objectRef, remedy } from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";
import { envValue, podsOf, type NetworkMember } from "./member.ts";

const VARIABLE = "ISTIO_META_NETWORK";

/** Pods of gateways that lead to no other cluster, as waypoints and ingress gateways, that will stay. */
function proxiesOf({ facts: { gateways, gatewayPods } }: NetworkMember): PodFact[] {
  const all = gatewayPods.ok ? gatewayPods.value : [];
  const eastWest = new Set(gateways.eastWest.flatMap((gateway) => podsOf(gateway, all)));
  return all.filter((pod) => !pod.finished && !pod.deleting && !eastWest.has(pod));
}

/**
 * Whether Istio's proxies are in the network of their cluster: istiod tells each what is near and far
 * by the network that it says. A label of the pod is a network that somebody chose for it.
 */
export function proxyFindings(member: NetworkMember, believed: string | undefined): Finding[] {
  const { cluster } = member;
  const { context } = cluster;
  if (believed === undefined) return [];
  const wrong = proxiesOf(member).flatMap((pod) => {
    const network = envValue(pod, VARIABLE);
    return network === undefined || network === believed ? [] : [{ pod, network }];
  });
  const [first] = wrong;
  if (!first) return [];
  const isChosen = wrong.every(({ pod, network }) => pod.labels.get(NETWORK) === network);
  const listed = enumerate(wrong.map(({ pod, network }) => `${qualified(pod)} has ${network}`));
  const message = `${wrong.length} istio proxy pod(s) with mismatched ${VARIABLE} in ${context}, whose network is ${believed}: ${listed}`;
  const about = { cluster: context, object: objectRef("Pod", first.pod) };
  if (isChosen) return [info(`${message}; their label ${NETWORK} says so too`, about)];
  const gateways = new Map(
    wrong.map(({ pod }) => {
      const { namespace, labels } = pod;
      const name = labels.get(GATEWAY_NAME) ?? "";
      return [`${namespace}/${name}`, { namespace, name }] as const;
    }),
  );
  return [
    fail(message, {
      ...about,
      remediation: remedy(
        "Restart the gateways, so that their pods are made for the present network; where it comes from a label of the Gateway, correct that first.",
        ...[...gateways.values()]
          .slice(0, 3)
          .map(({ namespace, name }) =>
            kubectl(
              cluster,
              "-n",
              namespace,
              "rollout",
              "restart",
              "deployment",
              "-l",
              `${GATEWAY_NAME}=${name}`,
            ),
          ),
      ),
    }),
  ];
}
