import { defined } from "../lib/defined.ts";
import { array, property, string } from "../lib/json.ts";
import type { RemoteClustersFact } from "../model/facts.ts";
import { gathered, missing } from "../model/gathered.ts";
import { RESOURCES } from "../model/resource.ts";
import { isCommunity } from "./community.ts";
import { askIstiods } from "./debug.ts";
import { fact, listed, PORT_FORWARD } from "./fact.ts";
import { SCALAR } from "./keep.ts";

const PATH = "/debug/clusterz";

function clusters(body: unknown): RemoteClustersFact["answer"] {
  if (!Array.isArray(body)) return missing("unreadable", `${PATH} did not answer a list`);
  return gathered(
    array(body).map((entry) => ({
      id: string(property(entry, "id")) ?? "",
      status: string(property(entry, "syncStatus")) ?? "",
      ...defined({ secret: string(property(entry, "secretName")) }),
    })),
  );
}

function isSyncing(answer: RemoteClustersFact["answer"]): boolean {
  return answer.ok && answer.value.some(({ status }) => status === "syncing");
}

/** An istiod that is still reading a cluster is asked once more, when the other answers are there. */
export const remoteClusters = fact({
  key: "remoteClusters",
  meshKind: "community",
  access: [listed(RESOURCES.pods), PORT_FORWARD],
  keeps: { [PATH]: [{ id: SCALAR, secretName: SCALAR, syncStatus: SCALAR }] },
  read: async (source) => {
    if (!(await isCommunity(source))) return gathered([]);
    const answers = await askIstiods(source, PATH);
    if (!answers.ok) return answers;
    return gathered(
      await Promise.all(
        answers.value.map(async ({ namespace, pod, answer, again }) => {
          const first = answer.ok ? clusters(answer.value) : answer;
          if (!isSyncing(first)) return { namespace, pod, answer: first };
          await source.fact("proxyPods");
          const second = await again();
          return { namespace, pod, answer: second.ok ? clusters(second.value) : first };
        }),
      ),
    );
  },
});
