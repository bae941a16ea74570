import { fact, listed } from "./fact.ts";
import { dictionary, WHOLE } from "./keep.ts";
import { defined } from "../lib/defined.ts";
import { at, string } from "../lib/json.ts";
import { mapGathered, type Gathered } from "../model/gathered.ts";
import type { RawObject } from "../model/reader.ts";
import { RESOURCES } from "../model/resource.ts";
import { askEarly, istioNamespaceOf } from "./istio-namespace.ts";
import { NETWORKING_CLUSTER, REMOTE_SECRET_SELECTOR } from "../mesh/names.ts";
import { byName, metaOf } from "./objects.ts";

/** By metadata alone: the kubeconfigs in these Secrets are never asked for. */
export const remoteSecrets = fact({
  key: "remoteSecrets",
  access: [listed(RESOURCES.secrets, { scope: "istio", sensitive: "remote-secrets" })],
  keeps: { secrets: { metadata: { annotations: dictionary({ [NETWORKING_CLUSTER]: WHOLE }) } } },
  read: async (source) => {
    const list = (namespace: string): Promise<Gathered<RawObject[]>> =>
      source.list(RESOURCES.secrets, {
        namespace,
        labelSelector: REMOTE_SECRET_SELECTOR,
        metadataOnly: true,
      });
    askEarly(source, list);
    const answer = await list(await istioNamespaceOf(source));
    return mapGathered(answer, (objects) =>
      objects
        .flatMap((object) => {
          const meta = metaOf(object);
          if (!meta) return [];
          const cluster = string(at(object, "metadata", "annotations", NETWORKING_CLUSTER));
          return [{ namespace: meta.namespace, name: meta.name, ...defined({ cluster }) }];
        })
        .toSorted(byName),
    );
  },
});
