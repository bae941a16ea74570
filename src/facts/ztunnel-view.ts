import { PORT_ZTUNNEL_ADMIN } from "../mesh/names.ts";
import type { PodFact } from "../model/facts.ts";
import { gathered, mapGathered, valueOr } from "../model/gathered.ts";
import type { FactSource } from "../model/source.ts";
import { fact } from "./fact.ts";
import { isAskedFor } from "./istiod-view.ts";
import { SCALAR } from "./keep.ts";
import { ZTUNNEL, ztunnelView as viewOf } from "./mesh-view.ts";

/** The ztunnel of the client's node; without a client any, a healthy one first. */
async function ztunnelToAsk(source: FactSource): Promise<PodFact | undefined> {
  const pods = valueOr(await source.fact("ztunnelPods"), []);
  const { client } = source.settings.views ?? {};
  if (!client) return pods.find(({ healthy }) => healthy) ?? pods[0];
  const callers = mapGathered(await source.fact("servicePods"), ({ pods: all }) => all);
  const node = valueOr(callers, []).find(
    ({ namespace, name }) => namespace === client.namespace && (client.pod ?? name) === name,
  )?.nodeName;
  return pods.find(({ nodeName }) => nodeName !== undefined && nodeName === node);
}

/** What one ztunnel of the cluster has been told, `/config_dump`; nothing without an answer. */
export const ztunnelView = fact({
  key: "ztunnelView",
  // What is not answered is done without.
  access: [],
  keeps: { "/config_dump": { config: { network: SCALAR }, ...ZTUNNEL } },
  read: async (source) => {
    if (!isAskedFor(source)) return gathered([]);
    const pod = await ztunnelToAsk(source);
    if (!pod) return gathered([]);
    const { namespace, name } = pod;
    const target = { namespace, pod: name, port: PORT_ZTUNNEL_ADMIN };
    const answer = await source.debug(target, "/config_dump");
    return gathered(answer.ok ? [viewOf(`${namespace}/${name}`, answer.value)] : []);
  },
});
