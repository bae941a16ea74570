import { defined } from "../lib/defined.ts";
import { mapGathered, type Gathered } from "../model/gathered.ts";
import type { RawObject } from "../model/reader.ts";
import { RESOURCES } from "../model/resource.ts";
import type { FactReader } from "../model/source.ts";
import { askEarly, istioNamespaceOf } from "./istio-namespace.ts";
import { NETWORKING_CLUSTER, REMOTE_SECRET_SELECTOR } from "../mesh/names.ts";
import { byName, metaOf } from "./objects.ts";
import { slimSecret } from "./slim.ts";

/** By metadata alone: the kubeconfigs in these Secrets are never asked for. */
export const remoteSecrets: FactReader<"remoteSecrets"> = async (source) => {
  const list = (namespace: string): Promise<Gathered<RawObject[]>> =>
    source.list(RESOURCES.secrets, {
      namespace,
      labelSelector: REMOTE_SECRET_SELECTOR,
      metadataOnly: true,
      slim: slimSecret,
    });
  askEarly(source, list);
  const listed = await list(await istioNamespaceOf(source));
  return mapGathered(listed, (objects) =>
    objects
      .flatMap((object) => {
        const meta = metaOf(object);
        if (!meta) return [];
        const cluster = meta.annotations.get(NETWORKING_CLUSTER);
        return [{ namespace: meta.namespace, name: meta.name, ...defined({ cluster }) }];
      })
      .toSorted(byName),
  );
};
