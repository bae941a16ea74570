import { defined } from "../../lib/defined.ts";
import { hasLabels } from "../../lib/labels.ts";
import type { GatewayFact, ServicePodFact } from "../../model/facts.ts";
import type { Gathered } from "../../model/gathered.ts";
import type { NetworkPolicyFact, PoliciesFact } from "../../model/policy-facts.ts";
import { remedy, step } from "../../model/finding.ts";
import { externalAddresses } from "../addresses.ts";
import { annotateGateway, showGateway } from "../commands/gateways.ts";
import { exposeCommand } from "../commands/link.ts";
import { kubectl } from "../commands/shell.ts";
import { isTrue } from "../conditions.ts";
import { LOWER_NODE_PORT, offersNodePorts, prefersNodePorts } from "../data-plane.ts";
import { GATEWAY_NAME, PORT_HBONE, PREFERRED_DATA_PLANE_TYPE, PROGRAMMED } from "../names.ts";
import { isCaptured, podsOfService, readyPods } from "../pods.ts";
import { enumerate, qualified } from "../wording.ts";
import { namesOf } from "./ends.ts";
import type { Cause } from "./fault.ts";
import { broken, type Judged, ok } from "./judged.ts";
import type { Path } from "./path.ts";

/* Hops 9 and 10: the gateway of the other cluster, and the pods behind it. */

const closed: Cause = {
  severity: () => "fail",
  message: ([{ path, object, detail }]) =>
    object
      ? `NetworkPolicy ${qualified(object)} of ${path.to.cluster.context} closes port ${PORT_HBONE} of ${detail}, over which all traffic of the mesh comes`
      : `${path.to.cluster.context} has no east-west Gateway that is programmed and has an address${detail ?? ""}`,
  remedy: ([{ path, object, detail }]) =>
    object
      ? step(
          `Allow TCP ${PORT_HBONE} for what comes in.`,
          kubectl(
            path.to.cluster,
            "-n",
            object.namespace,
            "get",
            "networkpolicy",
            object.name,
            "-o",
            "yaml",
          ),
        )
      : detail === undefined
        ? remedy(
            "See what its Gateway Check says, or make the Gateway.",
            exposeCommand(path.to.cluster, "--wait"),
          )
        : remedy(
            "Let the link take node ports.",
            ...path.link.gateways.map((gateway) =>
              annotateGateway(
                path.from.cluster,
                gateway,
                PREFERRED_DATA_PLANE_TYPE,
                LOWER_NODE_PORT,
              ),
            ),
          ),
};

/** Whether a policy lets HBONE in. */
function opensHbone({ ports }: NetworkPolicyFact): boolean {
  return (
    ports === undefined || ports.some(({ from, to }) => from <= PORT_HBONE && PORT_HBONE <= to)
  );
}

/**
 * The policy that keeps HBONE from pods with these labels, where that is certain: some select them,
 * and none opens the port, whoever it is for.
 */
function closing(
  policies: Gathered<PoliciesFact> | undefined,
  namespace: string,
  labels: ReadonlyMap<string, string>,
): NetworkPolicyFact | undefined {
  if (!policies?.ok) return undefined;
  const near = policies.value.network.filter((policy) => policy.namespace === namespace);
  // What expressions select is not evaluated: it may be that one opens the port.
  if (near.some(({ selector }) => selector === undefined)) return undefined;
  const selecting = near.filter(({ selector = new Map<string, string>() }) =>
    hasLabels(labels, selector),
  );
  return selecting.some(opensHbone) ? undefined : selecting[0];
}

function isOpen(gateway: GatewayFact, { link, to }: Path): boolean {
  return (
    isTrue(gateway, PROGRAMMED) &&
    (externalAddresses(gateway, to.member.facts.services).length > 0 ||
      (offersNodePorts(gateway) && link.gateways.some(prefersNodePorts)))
  );
}

/** The gateway offers node ports alone, which the callers' cluster does not take. */
function offersInVain({ from, to, link }: Path): string | undefined {
  const offering = to.member.facts.gateways.eastWest.find(
    (one) => isTrue(one, PROGRAMMED) && offersNodePorts(one),
  );
  const names = enumerate(link.gateways.map(({ name }) => name));
  return offering
    ? `: ${qualified(offering)} offers node ports, which remote Gateway ${names} of ${from.cluster.context} does not prefer, so its traffic goes to port ${PORT_HBONE}`
    : undefined;
}

export function judgeGateway(path: Path, policies?: Gathered<PoliciesFact>): Judged {
  const { from, to, key } = path;
  const { id } = to.cluster;
  if (id !== undefined && from.hasFlatEntries(id, key)) return ok("not needed");
  const gateway = to.member.facts.gateways.eastWest.find((one) => isOpen(one, path));
  if (!gateway) {
    return broken("closed", { cause: closed, path, ...defined({ detail: offersInVain(path) }) });
  }
  const labels = new Map([[GATEWAY_NAME, gateway.name]]);
  const policy = closing(policies, gateway.namespace, labels);
  if (policy) {
    const { namespace, name } = policy;
    return broken("closed", {
      cause: closed,
      path,
      object: { kind: "NetworkPolicy", namespace, name },
      detail: `gateway ${qualified(gateway)}`,
    });
  }
  return ok("open by configuration");
}

const noPods: Cause = {
  severity: () => "fail",
  message: ([{ path }]) =>
    `Service ${path.key} has no ready pods, neither in ${path.to.cluster.context} nor in ${path.from.cluster.context}`,
  remedy: ([{ path }]) => {
    const { namespace } = namesOf(path.key);
    return step(
      "See why its pods are not ready, or start some.",
      kubectl(path.to.cluster, "-n", namespace, "get", "pods", "-o", "wide"),
    );
  },
};

/** What the pods there come to, in words; `captured` counts those that the mesh carries. */
export interface FarPods {
  ready: ServicePodFact[];
  captured: number;
}

export function farPods({ to, service }: Path): FarPods | undefined {
  const pods = service && podsOfService(service, to.member.facts.servicePods);
  const ready = pods?.filter((pod) => pod.ready);
  return ready && { ready, captured: ready.filter(isCaptured).length };
}

export function judgePods(path: Path, policies?: Gathered<PoliciesFact>): Judged {
  const { from, to, key } = path;
  const found = farPods(path);
  const why = `pods of ${key} in ${to.cluster.context} were not read`;
  if (!found) return { state: "unknown", verdict: "not known", why };
  const [first] = found.ready;
  if (!first) {
    const own = from.shared.get(key)?.service;
    const ready = own ? readyPods(own, from.member.facts.servicePods) : 0;
    return ready === undefined || ready > 0
      ? { state: "design", verdict: "none ready" }
      : broken("none ready", { cause: noPods, path });
  }
  const policy = closing(policies, first.namespace, first.labels);
  if (policy) {
    const { namespace, name } = policy;
    return broken("closed", {
      cause: closed,
      path,
      object: { kind: "NetworkPolicy", namespace, name },
      detail: `its pods`,
    });
  }
  return ok(`${found.ready.length} ready`);
}

/** Pods that the mesh does not carry, in words. */
export function uncapturedText({ ready, captured }: FarPods): string {
  const names = ready.filter((pod) => !isCaptured(pod)).map(({ name }) => name);
  return captured === ready.length
    ? ""
    : `; the mesh does not carry traffic of ${enumerate(names)}`;
}

/** Shows the gateway that traffic comes in through. */
export function showFarGateway({ to }: Path): string[] {
  return to.member.facts.gateways.eastWest
    .slice(0, 1)
    .map((gateway) => showGateway(to.cluster, gateway));
}
