import type { SyncFact } from "../model/facts.ts";
import type { Gathered, Missing } from "../model/gathered.ts";

/** CLUSTER_IDs of the istiods that are connected to these; proxies of other clusters don't count. */
export function connectedIstiods(syncs: Gathered<readonly SyncFact[]>): Set<string> {
  const answers = syncs.ok
    ? syncs.value.flatMap(({ answer }) => (answer.ok ? answer.value : []))
    : [];
  return new Set(
    answers
      .filter(({ proxy, proxyType }) => /istiod/i.test(`${proxyType} ${proxy}`))
      .map(({ clusterId }) => clusterId),
  );
}

/**
 * Whether /debug/syncz of a cluster lists an istiod of cluster `id`. A peer is connected to one of
 * the replicas, so only when all have answered is it known that none lists it.
 */
export function listsIstiodOf(
  syncs: Gathered<readonly SyncFact[]>,
  id: string,
): boolean | undefined {
  if (connectedIstiods(syncs).has(id)) return true;
  const complete =
    syncs.ok && syncs.value.length > 0 && syncs.value.every(({ answer }) => answer.ok);
  return complete ? false : undefined;
}

function missingAnswers(syncs: Gathered<readonly SyncFact[]>): Missing[] {
  const answers = syncs.ok ? syncs.value.map(({ answer }) => answer) : [syncs];
  return answers.filter((answer): answer is Missing => !answer.ok);
}

/** Why not all that is connected is known, for whatever reason; nothing where all have answered. */
export function unansweredSync(syncs: Gathered<readonly SyncFact[]>): Missing | undefined {
  return missingAnswers(syncs)[0];
}

/** Why it could not be read; nothing for what is just not there. */
export function unreadableSync(syncs: Gathered<readonly SyncFact[]>): Missing | undefined {
  return missingAnswers(syncs).find(({ why }) => why !== "not-found" && why !== "not-recorded");
}
