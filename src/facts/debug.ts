import { array, at, property, string } from "../lib/json.ts";
import { isJudged, revisionOf } from "../mesh/istiods.ts";
import { PORT_DEBUG } from "../mesh/names.ts";
import type { LicenseFact, PodFact, SyncFact } from "../model/facts.ts";
import { gathered, missing, valueOr, type Gathered } from "../model/gathered.ts";
import type { FactReader, FactSource } from "../model/source.ts";

interface Answer {
  namespace: string;
  pod: string;
  answer: Gathered<unknown>;
}

/** GET of a debug path of every istiod pod that is judged and runs. */
async function ask(source: FactSource, path: string): Promise<Gathered<Answer[]>> {
  source.expectDebug();
  const pods = await source.fact("istiodPods");
  if (!pods.ok) return pods;
  const running = pods.value.filter((pod) => pod.phase === "Running" && !pod.deleting);
  const answerOf = async ({ namespace, name, metricsPort }: PodFact): Promise<Answer> => {
    const target = { namespace, pod: name, port: metricsPort ?? PORT_DEBUG };
    return { namespace, pod: name, answer: await source.debug(target, path) };
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

/** A field by its Go name or its JSON name; keys come in either case. */
function field(body: unknown, name: string): string | undefined {
  const value = property(body, name) ?? property(body, name.toLowerCase());
  return typeof value === "string" ? value.trim().slice(0, 200) : undefined;
}

function license(body: unknown): LicenseFact["answer"] {
  const state = field(body, "State");
  // What came instead is not repeated: it may be anything, a license key included.
  if (!state) return missing("unreadable", "/debug/license answered without a license State");
  return gathered({ state, product: field(body, "Product") ?? "" });
}

function proxies(body: unknown): SyncFact["answer"] {
  if (!Array.isArray(body)) return missing("unreadable", "/debug/syncz did not answer a list");
  return gathered(
    array(body).map((entry) => ({
      clusterId: string(at(entry, "cluster_id")) ?? "",
      proxy: string(at(entry, "proxy")) ?? "",
      proxyType: string(at(entry, "proxy_type")) ?? "",
      version: string(at(entry, "istio_version")) ?? "",
    })),
  );
}

export const licenses: FactReader<"licenses"> = async (source) => {
  const answers = await ask(source, "/debug/license");
  if (!answers.ok) return answers;
  return gathered(
    answers.value.map(({ answer, ...pod }) => ({
      ...pod,
      answer: answer.ok ? license(answer.value) : answer,
    })),
  );
};

export const syncs: FactReader<"syncs"> = async (source) => {
  const answers = await ask(source, "/debug/syncz");
  if (!answers.ok) return answers;
  return gathered(
    answers.value.map(({ answer, ...pod }) => ({
      ...pod,
      answer: answer.ok ? proxies(answer.value) : answer,
    })),
  );
};
