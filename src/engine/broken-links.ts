import { CONNECTION } from "../lib/connection.ts";
import { defined } from "../lib/defined.ts";
import type { AnyCheck } from "../model/check.ts";
import type { BrokenLink } from "../model/explanation.ts";
import type { ClusterReport, Report } from "../model/report.ts";

/** A remote Gateway by the cluster that it is in. */
function gatewayKey(from: string, namespace: string | undefined, name: string): string {
  return JSON.stringify([from, namespace, name]);
}

/** Finds the broken link that an object of a cluster is, if it is one. */
export type FindBrokenLink = (
  context: string,
  object: { namespace?: string; name: string },
) => BrokenLink | undefined;

/** The remote Gateways that are not connected. */
export function brokenLinks(report: Report, checks: readonly AnyCheck[]): FindBrokenLink {
  const links = report.mesh.flatMap((result) => {
    const check = checks.find(({ id }) => id === result.id);
    return check?.linksOf?.(result) ?? [];
  });
  const whoIs = targetsOutside(
    links.filter(({ inRun }) => !inRun).map(({ to }) => to),
    contextsDown(report),
  );
  const broken = new Map(
    links.flatMap(({ from, to, inRun, gateway, state, through = [], notTakenUp, trouble }) => {
      const target = inRun ? to : whoIs(to);
      if (state !== "broken" || target === undefined) return [];
      const key = gatewayKey(from, gateway.namespace, gateway.name);
      const link = { from, to: target, gateway, through, ...defined({ notTakenUp, trouble }) };
      return [[key, link] as const];
    }),
  );
  return (context, { namespace, name }) => broken.get(gatewayKey(context, namespace, name));
}

function contextsDown({ clusters }: Report): string[] {
  return clusters.filter(isDown).map(({ context }) => context);
}

function isDown({ checks }: ClusterReport): boolean {
  const status = checks.find(({ id }) => id === CONNECTION)?.status;
  return status === "error" || status === "fail";
}

/**
 * Of a cluster that is down neither CLUSTER_ID nor network can be known: a name that no cluster of
 * the run has is its own where it is part of the context, or where there is just one of either.
 */
function targetsOutside(
  names: readonly string[],
  down: readonly string[],
): (name: string) => string | undefined {
  const distinct = new Set(names);
  return (name) => {
    if (down.includes(name)) return name;
    const alike = down.filter((context) => context.split(/[^\w-]|_/).includes(name));
    const possible = alike.length > 0 ? alike : distinct.size === 1 ? down : [];
    return possible.length === 1 ? possible[0] : undefined;
  };
}
