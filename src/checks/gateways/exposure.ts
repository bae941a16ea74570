import { serviceOf } from "../../mesh/addresses.ts";
import { labelGateway } from "../../mesh/commands/gateways.ts";
import { addListener } from "../../mesh/commands/listeners.ts";
import { kubectl } from "../../mesh/commands/shell.ts";
import { HBONE_LISTENER, type Listener, XDS_LISTENER } from "../../mesh/listeners.ts";
import { CLASS_EAST_WEST, EXPOSE_ISTIOD } from "../../mesh/names.ts";
import { connectedIstiods } from "../../mesh/syncs.ts";
import { qualified } from "../../mesh/wording.ts";
import type { ClusterRef } from "../../model/check.ts";
import type { GatewayFact, ServiceFact, SyncFact } from "../../model/facts.ts";
import { fail, info, objectRef, remedy } from "../../model/finding.ts";
import type { Gathered } from "../../model/gathered.ts";
import type { Finding, Remediation } from "../../model/report.ts";

interface Surroundings {
  services: Gathered<readonly ServiceFact[]>;
  syncs: Gathered<readonly SyncFact[]>;
}

interface Gap {
  said: string;
  remediation: Remediation;
}

/**
 * What the east-west gateways of a cluster lack for other clusters to get in: a listener, the port of
 * its Service, the label that has istiod answer there. They may share the work, so that one that
 * lacks nothing for a part speaks for all. Other clusters that are connected prove that istiod is
 * reached some other way.
 */
export function exposureFindings(
  eastWest: readonly GatewayFact[],
  around: Surroundings,
  cluster: ClusterRef,
): Map<GatewayFact, Finding[]> {
  const solo = eastWest.filter(({ className }) => className === CLASS_EAST_WEST);
  const others = [...connectedIstiods(around.syncs)].filter((id) => id !== cluster.id);
  const findings = new Map<GatewayFact, Finding[]>();
  for (const wanted of [XDS_LISTENER, HBONE_LISTENER]) {
    const judged = solo.map((gateway) => ({
      gateway,
      gap: gapOf(gateway, wanted, around.services, cluster),
    }));
    const [first] = judged;
    if (!first?.gap || judged.some(({ gap }) => !gap)) continue;
    const { gateway, gap } = first;
    const message = `${qualified(gateway)} ${gap.said}`;
    const object = objectRef("Gateway", gateway);
    const finding =
      wanted === XDS_LISTENER && others.length > 0
        ? info(`${message}; other clusters are connected all the same`, { object })
        : fail(message, { object, remediation: gap.remediation });
    findings.set(gateway, [...(findings.get(gateway) ?? []), finding]);
  }
  return findings;
}

/** What a gateway lacks first: the rest may come with it. */
function gapOf(
  gateway: GatewayFact,
  wanted: Listener,
  services: Gathered<readonly ServiceFact[]>,
  cluster: ClusterRef,
): Gap | undefined {
  const { name, port } = wanted;
  const closed =
    wanted === XDS_LISTENER
      ? "other clusters cannot reach istiod"
      : "traffic of other clusters has no way in";
  if (wanted === XDS_LISTENER && !gateway.labels.get(EXPOSE_ISTIOD)) {
    return {
      said: `has no label ${EXPOSE_ISTIOD}: ${closed}`,
      remediation: remedy(
        "Label the Gateway, so that istiod answers there.",
        labelGateway(cluster, gateway, EXPOSE_ISTIOD, String(port)),
        ...(hasPort(gateway.listeners, port) ? [] : [addListener(cluster, gateway, wanted)]),
      ),
    };
  }
  if (!hasPort(gateway.listeners, port)) {
    return {
      said: `has no listener ${name} on port ${port}: ${closed}`,
      remediation: remedy(
        `Give the Gateway a listener ${name} on port ${port}.`,
        addListener(cluster, gateway, wanted),
      ),
    };
  }
  const service = services.ok ? serviceOf(gateway, services.value) : undefined;
  if (!service || hasPort(service.ports, port)) return undefined;
  const patch = [
    {
      op: "add",
      path: "/spec/ports/-",
      value: { name, port, protocol: "TCP", targetPort: port },
    },
  ];
  return {
    said: `has a listener on port ${port}, but its Service ${service.name} has no such port: ${closed}`,
    remediation: remedy(
      `Give the Service port ${port}; where istiod manages it, its log says why it does not.`,
      kubectl(
        cluster,
        "-n",
        service.namespace,
        "patch",
        "service",
        service.name,
        "--type=json",
        "-p",
        JSON.stringify(patch),
      ),
    ),
  };
}

function hasPort(ports: readonly { port?: number }[], port: number): boolean {
  return ports.some((one) => one.port === port);
}
