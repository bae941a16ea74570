import { array, at, property, string } from "../lib/json.ts";
import type { SyncFact } from "../model/facts.ts";
import { gathered, missing } from "../model/gathered.ts";
import { RESOURCES } from "../model/resource.ts";
import { askIstiods } from "./debug.ts";
import { fact, listed, PORT_FORWARD } from "./fact.ts";
import { Cut, type KeepMap, SCALAR } from "./keep.ts";

const PROXY: KeepMap = {
  cluster_id: SCALAR,
  proxy: SCALAR,
  proxy_type: SCALAR,
  istio_version: SCALAR,
};

/** The entries in an order of their own, as istiod gives them in any. */
function inOrder(entries: unknown): unknown {
  // Not a list is a fault that the fact reports; what it is instead is of no use.
  if (!Array.isArray(entries)) return undefined;
  const named = array(entries).map((entry) => {
    const values = Object.keys(PROXY).map((key) => property(entry, key));
    return [JSON.stringify(values), entry] as const;
  });
  return named
    .toSorted(([one], [other]) => (one < other ? -1 : Number(one > other)))
    .map(([, entry]) => entry);
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

export const syncs = fact({
  key: "syncs",
  access: [listed(RESOURCES.pods), PORT_FORWARD],
  keeps: { "/debug/syncz": new Cut([PROXY], inOrder) },
  after: ["istiods", "istiodPods"],
  read: async (source) => {
    const answers = await askIstiods(source, "/debug/syncz");
    if (!answers.ok) return answers;
    return gathered(
      answers.value.map(({ namespace, pod, answer }) => ({
        namespace,
        pod,
        answer: answer.ok ? proxies(answer.value) : answer,
      })),
    );
  },
});
