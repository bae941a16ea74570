import { setIstiodVariable } from "../../mesh/commands/istiod.ts";
import { goBool } from "../../lib/go-bool.ts";
import { qualified } from "../../mesh/wording.ts";
import { objectRef, remedy, warn } from "../../model/finding.ts";
import { valueOr } from "../../model/gathered.ts";
import type { Finding } from "../../model/report.ts";
import type { NetworkMember } from "./member.ts";

const SWITCH = "PEERING_ENABLE_FLAT_NETWORKS";

/**
 * Clusters on one network whose istiod is told that networks are not flat: it sends traffic for the
 * others through a gateway, though they are on its own network. Not set it says nothing.
 */
export function flatSwitchFindings(network: string, members: readonly NetworkMember[]): Finding[] {
  return members.flatMap(({ cluster, facts }) =>
    valueOr(facts.istiods, { judged: [], others: [] }).judged.flatMap((istiod) => {
      const found = istiod.env.get(SWITCH);
      if (found?.kind !== "value" || goBool(found.value) !== false) return [];
      return [
        warn(
          `${cluster.context} shares network ${network} with other clusters, but istiod ${qualified(istiod)} has ${SWITCH}=${found.value}: traffic to them takes gateways of its own network`,
          {
            cluster: cluster.context,
            object: objectRef("Deployment", istiod),
            remediation: remedy(
              `Set ${SWITCH} to true on istiods of a flat network (in the values of the istiod chart: env.${SWITCH}), or give each cluster a network of its own.`,
              setIstiodVariable(cluster, istiod, SWITCH, "true"),
            ),
          },
        ),
      ];
    }),
  );
}
