import { groupBy } from "../../lib/group-by.ts";
import { objectRef, remedy, warn } from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";
import { kubectl } from "../commands/shell.ts";
import { INGRESS_USE_WAYPOINT } from "../names.ts";
import { enumerate, qualified } from "../wording.ts";
import type { ServiceMesh } from "./mesh.ts";

/** Values by which the label says something; whatever else it has counts for nothing. */
const KNOWN: ReadonlySet<string> = new Set(["true", "false"]);

/** Services whose label has ingress gateways pass their waypoint by, though it is meant otherwise. */
export function ingressFindings({ sides }: ServiceMesh, only?: string): Finding[] {
  const odd = sides.flatMap((side) =>
    [...side.shared].flatMap(([key, { service }]) => {
      const value = service.labels.get(INGRESS_USE_WAYPOINT);
      const counts = value === undefined || KNOWN.has(value.toLowerCase());
      return counts || (only !== undefined && key !== only) ? [] : [{ side, service, value }];
    }),
  );
  return groupBy(odd, ({ side, value }) => JSON.stringify([side.cluster.context, value])).map(
    (alike) => {
      const [{ side, value }] = alike;
      const { cluster } = side;
      const services = alike.map(({ service }) => service);
      const [first] = services;
      const isOne = services.length === 1;
      return warn(
        `${isOne ? "Service" : "Services"} ${enumerate(services.map(qualified))} of ${cluster.context} ${isOne ? "has" : "have"} label ${INGRESS_USE_WAYPOINT}=${value}, which counts only as true: ingress gateways pass ${isOne ? "its waypoint" : "their waypoints"} by`,
        {
          cluster: cluster.context,
          ...(isOne && first ? { object: objectRef("Service", first) } : {}),
          remediation: remedy(
            "Say true, if ingress gateways are to go through the waypoint.",
            ...services.map(({ namespace, name }) =>
              kubectl(
                cluster,
                "-n",
                namespace,
                "label",
                "service",
                name,
                `${INGRESS_USE_WAYPOINT}=true`,
                "--overwrite",
              ),
            ),
          ),
        },
      );
    },
  );
}
