import { PORT_DEBUG } from "../mesh/names.ts";
import { isJudged } from "../mesh/istiods.ts";
import { gathered, valueOr } from "../model/gathered.ts";
import type { FactSource } from "../model/source.ts";
import type { PodFact } from "../model/facts.ts";
import { fact } from "./fact.ts";
import { AMBIENT, ambientView } from "./mesh-view.ts";

/** Of a live cluster it is read only where somebody asks for it. */
export function isAskedFor({ settings }: FactSource): boolean {
  return settings.views !== undefined || settings.dumps === true;
}

async function istiodToAsk(source: FactSource): Promise<PodFact | undefined> {
  const pods = valueOr(await source.fact("istiodPods"), []);
  const istiods = valueOr(await source.fact("istiods"), { judged: [], others: [] });
  return pods.find(
    (one) =>
      one.phase === "Running" && !one.deleting && isJudged(one, istiods, source.settings.revision),
  );
}

/**
 * What one istiod of the cluster would tell every ztunnel, `/debug/ambientz`; nothing where it was not
 * asked, or did not answer.
 */
export const istiodView = fact({
  key: "istiodView",
  // What is not answered is done without.
  access: [],
  keeps: { "/debug/ambientz": AMBIENT },
  read: async (source) => {
    if (!isAskedFor(source)) return gathered([]);
    source.expectDebug();
    const pod = await istiodToAsk(source);
    if (!pod) return gathered([]);
    const { namespace, name, metricsPort } = pod;
    const target = { namespace, pod: name, port: metricsPort ?? PORT_DEBUG };
    const answer = await source.debug(target, "/debug/ambientz");
    return gathered(answer.ok ? [ambientView(`${namespace}/${name}`, answer.value)] : []);
  },
});
