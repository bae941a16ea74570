import { defined } from "../lib/defined.ts";
import type { CheckId } from "../model/check-data.ts";
import { checkOf } from "../model/finding.ts";
import type { CheckName, Finding, Report, Result } from "../model/report.ts";
import type { Views } from "../model/view.ts";
import { viewOf } from "./views.ts";

/** A fault that no other one explains. */
export interface RootCause {
  finding: Finding;
  /** Of its check. */
  id: CheckId;
  /** Of the cluster whose check it is; absent for one across clusters. */
  context?: string;
}

export interface RootCauses {
  /** Most fundamental first. */
  causes: RootCause[];
  /** How many other faults they explain. */
  followers: number;
}

/** A fault with the rank of its check; a check without a view is the last. */
interface Ranked {
  rank: number;
  cause: RootCause;
}

function faultsOf(result: Result, views: Views, context?: string): Ranked[] {
  const { id, findings } = result;
  const rank = viewOf(views, result)?.rank ?? Number.MAX_SAFE_INTEGER;
  return findings
    .filter(({ severity }) => severity === "fail" || severity === "error")
    .map((finding) => ({
      rank,
      cause: { finding, id, ...defined({ context }) },
    }));
}

/** The check of a cause as `blockedBy` names it. */
export function nameOfCheck({ id, context }: RootCause): CheckName {
  return context === undefined ? id : checkOf(context, id);
}

/** Where there may be nothing to mend. */
function isLast({ finding }: RootCause): boolean {
  return finding.notRecorded === true;
}

/** What is to be mended, in the order in which to look at it: faults, not warnings. */
export function causesOf({ clusters, mesh }: Report, views: Views): RootCauses {
  const faults = [
    ...clusters.flatMap(({ context, checks }) =>
      checks.flatMap((one) => faultsOf(one, views, context)),
    ),
    ...mesh.flatMap((one) => faultsOf(one, views)),
  ];
  const causes = faults
    .filter(({ cause }) => !cause.finding.blockedBy)
    .toSorted(
      (one, other) =>
        Number(isLast(one.cause)) - Number(isLast(other.cause)) || one.rank - other.rank,
    )
    .map(({ cause }) => cause);
  return { causes, followers: faults.length - causes.length };
}
