import type { GatewayFact } from "../../model/facts.ts";
import { step } from "../../model/finding.ts";
import { kubectl } from "../commands/shell.ts";
import { DRAINING_WEIGHT } from "../names.ts";
import { readyPods } from "../pods.ts";
import { isTakenOver } from "../services.ts";
import { waypointOf } from "../waypoints.ts";
import { qualified } from "../wording.ts";
import { DEFAULT_DISTRIBUTION } from "./copies.ts";
import { namesOf } from "./ends.ts";
import type { Cause } from "./fault.ts";
import { broken, type Judged, unknown } from "./judged.ts";
import { type Path, readyThere } from "./path.ts";

/* Hop 8: whom ztunnel chooses among the pods that it knows. */

/** Traffic goes to pods of all clusters alike. */
const EVERYWHERE = "Any";

/** What is chosen, beside whether traffic gets on. */
export type Choice = "remote" | "local first" | "local only" | "everywhere" | "drained";

/** A choice, with its reason in words. */
export interface Chosen {
  choice: Choice;
  text: string;
}

/** How much of the traffic no longer goes through a Gateway, in percent. */
function drainingOf({ labels, annotations }: GatewayFact): number {
  const weight = Number(labels.get(DRAINING_WEIGHT) ?? annotations.get(DRAINING_WEIGHT) ?? 0);
  return Number.isFinite(weight) ? weight : 0;
}

/** What the Gateways on the way say: its remote Gateway here, its east-west Gateways there. */
function draining({ link, to }: Path): number {
  const gateways = [...link.gateways, ...to.member.facts.gateways.eastWest];
  return Math.max(0, ...gateways.map(drainingOf));
}

const noPodsBehindWaypoint: Cause = {
  severity: () => "fail",
  message: ([{ path, detail }]) =>
    `Service ${path.key} is taken over in ${path.from.cluster.context} behind waypoint ${detail}, which has no pods of it there: its local name fails, though ${path.to.cluster.context} has pods`,
  remedy: ([{ path }]) => {
    const { namespace, name } = namesOf(path.key);
    return step(
      "Take the waypoint from the service there first, then its pods.",
      kubectl(path.from.cluster, "-n", namespace, "get", "service", name, "--show-labels"),
    );
  },
};

/** The choice, or a fault of it; whether the service has pods in the callers' cluster decides. */
export function judgeChoice(path: Path): Judged | Chosen {
  const { from, to, key } = path;
  const here = from.cluster.context;
  const there = to.cluster.context;
  const own = from.shared.get(key)?.service;
  const weight = draining(path);
  if (weight >= 100) {
    return {
      choice: "drained",
      text: `the way to ${there} is drained: ${DRAINING_WEIGHT} is ${weight}`,
    };
  }
  const part = weight > 0 ? `; ${weight}% of it is drained` : "";
  if (!own) {
    return { choice: "remote", text: `${here} shares no copy of its own, so others answer${part}` };
  }
  const ready = readyPods(own, from.member.facts.servicePods);
  if (ready === undefined) {
    return unknown(`whether ${here} has pods of its own was not read`);
  }
  if (own.nodeLocal) {
    return {
      choice: "local only",
      text: `internalTrafficPolicy of ${here} is Local: only pods of the callers' node answer`,
    };
  }
  if (ready === 0) {
    const namespace = from.namespaceOf(own);
    const waypoint = waypointOf(own, namespace);
    if (waypoint !== undefined && isTakenOver(own, namespace) && (readyThere(path) ?? 0) > 0) {
      return broken("no pods behind the waypoint", {
        cause: noPodsBehindWaypoint,
        path,
        detail: qualified(waypoint),
      });
    }
    return {
      choice: "remote",
      text: `${here} has no ready pods of its own, so others answer${part}`,
    };
  }
  const pods = `${ready} ready ${ready === 1 ? "pod" : "pods"}`;
  const distribution = own.trafficDistribution ?? DEFAULT_DISTRIBUTION;
  const source = own.trafficDistribution === undefined ? "by default" : "as the Service says";
  if (distribution === EVERYWHERE) {
    return {
      choice: "everywhere",
      text: `${here} has ${pods}, and all clusters answer alike (${distribution}, ${source})${part}`,
    };
  }
  return {
    choice: "local first",
    text: `${here} has ${pods}, and its own answer while it has any (${distribution}, ${source}): that is meant so`,
  };
}

export function isChosen(result: Judged | Chosen): result is Chosen {
  return "choice" in result;
}
