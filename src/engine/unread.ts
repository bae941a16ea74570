import type { AnyCheck } from "../model/check.ts";
import type { GatheredCluster } from "../model/cluster.ts";
import type { FactKey } from "../model/facts.ts";
import { checkOf, error } from "../model/finding.ts";
import type { Gathered, Missing } from "../model/gathered.ts";
import type { CheckName, Finding } from "../model/report.ts";
import { LAST } from "../facts/order.ts";
import { remedyFor } from "./access.ts";

/** The declared facts of a check as its `run` takes them, or the first needed one that is missing. */
export function select(
  check: AnyCheck,
  cluster: GatheredCluster,
): { facts: Record<string, unknown> } | { lacking: Missing } {
  const facts: Record<string, unknown> = {};
  for (const key of check.needs) {
    const fact = factOf(cluster, key);
    if (!fact.ok) return { lacking: fact };
    facts[key] = fact.value;
  }
  for (const key of check.uses) facts[key] = factOf(cluster, key);
  return { facts };
}

function factOf(cluster: GatheredCluster, key: FactKey): Gathered<unknown> {
  const fact = cluster.facts[key];
  if (!fact) throw new Error(`fact ${key} was not gathered`);
  return fact;
}

/** Names of checks by what could not be read, in words. */
export type UnreadCauses = ReadonlyMap<string, CheckName>;

/** A check that lacks a fact that it needs. */
interface Lacking {
  check: AnyCheck;
  key: FactKey;
}

/**
 * What could not be read of a cluster is the fault of one check, and blocks the others that need it:
 * the cluster's check that has the name of the fact, else the first that needs the answer itself and
 * not what is asked for because of it, else the first.
 *
 * @param checks those that run
 */
export function unreadCauses(checks: readonly AnyCheck[], cluster: GatheredCluster): UnreadCauses {
  const lacking = new Map<string, Lacking[]>();
  for (const check of checks) {
    const key = check.needs.find((one) => cluster.facts[one]?.ok === false);
    const fact = key && cluster.facts[key];
    if (!fact || fact.ok) continue;
    lacking.set(fact.detail, [...(lacking.get(fact.detail) ?? []), { check, key }]);
  }
  return new Map(
    [...lacking].flatMap(([detail, found]) => {
      const itself = found.filter(
        ({ check, key }) => check.scope === "cluster" && check.id === key,
      );
      const direct = found.filter(({ key }) => !LAST.includes(key));
      return [...itself, ...direct, ...found]
        .slice(0, 1)
        .map(({ check }) => [detail, nameOf(check, cluster)] as const);
    }),
  );
}

/** As `blockedBy` gives it. */
function nameOf({ scope, id }: AnyCheck, { ref }: GatheredCluster): CheckName {
  return scope === "mesh" ? id : checkOf(ref.context, id);
}

/** Marks what a recording lacks. */
export function markOf({ why }: Missing): Pick<Finding, "notRecorded"> {
  return why === "not-recorded" ? { notRecorded: true } : {};
}

/** As whom the cluster was asked, where it says so. */
export function userOf({ facts: { connection } }: GatheredCluster): string | undefined {
  return connection?.ok ? connection.value.user : undefined;
}

/** The error of a check that lacks what it needs, with what would allow it. */
export function notRead(
  check: AnyCheck,
  cluster: GatheredCluster,
  lacking: Missing,
  causes: UnreadCauses | undefined,
): Finding {
  const { context } = cluster.ref;
  const message = `could not be checked: ${lacking.detail}`;
  const cause = causes?.get(lacking.detail);
  return error(check.scope === "mesh" ? `${context} ${message}` : message, {
    cluster: context,
    ...(cause === undefined || cause === nameOf(check, cluster) ? {} : { blockedBy: cause }),
    remediation: remedyFor(cluster.ref, lacking, userOf(cluster)),
    ...markOf(lacking),
  });
}
