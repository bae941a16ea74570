import { isJudged, revisionOf } from "../mesh/istiods.ts";
import { PORT_DEBUG } from "../mesh/names.ts";
import type { PodFact } from "../model/facts.ts";
import { gathered, valueOr, type Gathered } from "../model/gathered.ts";
import type { FactSource } from "../model/source.ts";

export interface IstiodAnswer {
  namespace: string;
  pod: string;
  answer: Gathered<unknown>;
  /** Asks this istiod once more. */
  again: () => Promise<Gathered<unknown>>;
}

/** GET of a debug path of every istiod pod that is judged and runs. */
export async function askIstiods(
  source: FactSource,
  path: string,
): Promise<Gathered<IstiodAnswer[]>> {
  source.expectDebug();
  const pods = await source.fact("istiodPods");
  if (!pods.ok) return pods;
  const running = pods.value.filter((pod) => pod.phase === "Running" && !pod.deleting);
  const answerOf = async ({ namespace, name, metricsPort }: PodFact): Promise<IstiodAnswer> => {
    const target = { namespace, pod: name, port: metricsPort ?? PORT_DEBUG };
    const again = (): Promise<Gathered<unknown>> => source.debugAgain(target, path);
    return { namespace, pod: name, answer: await source.debug(target, path), again };
  };
  const { revision } = source.settings;
  if (revision === undefined && new Set(running.map(revisionOf)).size === 1) {
    // Nothing to choose from: they need not wait for the Deployments to be known.
    for (const pod of running) answerOf(pod).catch(() => undefined);
  }
  const istiods = valueOr(await source.fact("istiods"), { judged: [], others: [] });
  const judged = running.filter((pod) => isJudged(pod, istiods, revision));
  return gathered(await Promise.all(judged.map(answerOf)));
}
