import { enumerate } from "../mesh/wording.ts";
import type { AnyCheck } from "../model/check.ts";
import type { GatheredCluster, NarrowedList } from "../model/cluster.ts";
import { error, summarize } from "../model/finding.ts";
import type { Finding, ObjectRef } from "../model/report.ts";
import type { Verdict } from "../model/check.ts";
import { remedyFor } from "./access.ts";
import { narrowedFor, nameOf } from "./narrowed-notes.ts";

/*
 * What is missing in the namespaces that were read may be in one that was not. So where the whole
 * cluster could not be listed, only what is wrong with an object that was seen is a fault; of all else
 * it is not known.
 */

/** Whether all lists that a check goes by know what is around the object. */
function isSeen(object: ObjectRef | undefined, lists: readonly NarrowedList[]): boolean {
  const namespace = object?.kind === "Namespace" ? object.name : object?.namespace;
  return namespace !== undefined && lists.every(({ namespaces }) => namespaces.includes(namespace));
}

/** What a fault is when it is not certain: the cause is what could not be read. */
function uncertain(
  finding: Finding,
  cluster: GatheredCluster,
  lists: readonly NarrowedList[],
): Finding {
  const { severity: _, message, remediation: __, stopsPeering: ___, ...rest } = finding;
  const { context } = cluster.ref;
  const namespaces = [...new Set(lists.flatMap((list) => list.namespaces))];
  const which =
    namespaces.length > 0 ? `namespaces ${enumerate(namespaces, 10)}` : "some namespaces";
  const what = lists.map(nameOf).join(", ");
  const { connection } = cluster.facts;
  const user = connection?.ok ? connection.value.user : undefined;
  const [first] = lists;
  return error(`not known: ${message}; but of ${context} only ${which} could be read for ${what}`, {
    ...rest,
    remediation: remedyFor(
      cluster.ref,
      first?.refused ?? { ok: false, why: "forbidden", detail: "" },
      user,
    ),
  });
}

/**
 * The verdict with every fault that rests on what some namespaces do not hold as an error.
 *
 * @param clusters those that the check saw
 */
export function withoutGuesses(
  verdict: Verdict,
  check: AnyCheck,
  clusters: readonly GatheredCluster[],
): Verdict {
  const narrowed = clusters.flatMap((cluster) => {
    const lists = narrowedFor(check, cluster);
    return lists.length > 0 ? [{ cluster, lists }] : [];
  });
  if (narrowed.length === 0) return verdict;
  const judge = (finding: Finding): Finding => {
    if (finding.severity !== "fail" && finding.severity !== "warn") return finding;
    const doubtful = narrowed.find(
      ({ cluster, lists }) =>
        finding.cluster !== cluster.ref.context || !isSeen(finding.object, lists),
    );
    return doubtful ? uncertain(finding, doubtful.cluster, doubtful.lists) : finding;
  };
  const findings = verdict.findings.map(judge);
  const changed = findings.some((finding, index) => finding !== verdict.findings[index]);
  return changed
    ? { ...verdict, findings, summary: summarize(findings, verdict.summary) }
    : verdict;
}
