import { isKnownIn } from "../facts/narrowed.ts";
import type { AnyCheck, Verdict } from "../model/check.ts";
import type { GatheredCluster, NarrowedList } from "../model/cluster.ts";
import { error, summarize } from "../model/finding.ts";
import type { Finding, ObjectRef } from "../model/report.ts";
import { remedyFor } from "./access.ts";
import { narrowedFor, nameOf, namespacesInWords } from "./narrowed-notes.ts";
import { markOf, userOf } from "./unread.ts";

/*
 * What is missing in the namespaces that were read may be in one that was not. So where the whole
 * cluster could not be listed, only what is wrong with an object that was seen is a fault; of all else
 * it is not known.
 */

/** Whether all lists that a check goes by know what is around the object. */
function isSeen(object: ObjectRef | undefined, lists: readonly NarrowedList[]): boolean {
  const namespace = object?.kind === "Namespace" ? object.name : object?.namespace;
  return namespace !== undefined && lists.every((list) => isKnownIn(list, namespace));
}

/** Lists of a cluster that know some namespaces only. */
interface Narrowed {
  cluster: GatheredCluster;
  first: NarrowedList;
  lists: readonly NarrowedList[];
}

/** What a fault is when it is not certain: the cause is what could not be read. */
function uncertain(finding: Finding, { cluster, first, lists }: Narrowed): Finding {
  const { severity: _, message, remediation: __, stopsPeering: ___, ...rest } = finding;
  const which = namespacesInWords([...new Set(lists.flatMap(({ namespaces }) => namespaces))]);
  const what = lists.map(nameOf).join(", ");
  return error(
    `not known: ${message}; but of ${cluster.ref.context} only ${which} could be read for ${what}`,
    {
      ...rest,
      remediation: remedyFor(cluster.ref, first.refused, userOf(cluster)),
      ...markOf(first.refused),
    },
  );
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
  const narrowed = clusters.flatMap((cluster): Narrowed[] => {
    const lists = narrowedFor(check, cluster);
    return lists.slice(0, 1).map((first) => ({ cluster, first, lists }));
  });
  if (narrowed.length === 0) return verdict;
  const judge = (finding: Finding): Finding => {
    if (finding.severity !== "fail" && finding.severity !== "warn") return finding;
    const doubtful = narrowed.find(
      ({ cluster, lists }) =>
        finding.cluster !== cluster.ref.context || !isSeen(finding.object, lists),
    );
    return doubtful ? uncertain(finding, doubtful) : finding;
  };
  const findings = verdict.findings.map(judge);
  const changed = findings.some((finding, index) => finding !== verdict.findings[index]);
  return changed
    ? { ...verdict, findings, summary: summarize(findings, verdict.summary) }
    : verdict;
}
