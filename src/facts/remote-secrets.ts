import { fact, listed } from "./fact.ts";
import { dictionary, type KeepMap, WHOLE } from "./keep.ts";
import { defined } from "../lib/defined.ts";
import { at, property, record, string } from "../lib/json.ts";
import type { RemoteKubeconfigFact, RemoteSecretFact } from "../model/facts.ts";
import { gathered, mapGathered, type Gathered } from "../model/gathered.ts";
import type { RawObject } from "../model/reader.ts";
import { RESOURCES } from "../model/resource.ts";
import { askEarly, istioNamespaceOf } from "./istio-namespace.ts";
import { NETWORKING_CLUSTER, REMOTE_SECRET, REMOTE_SECRET_SELECTOR } from "../mesh/names.ts";
import { UPSTREAM_FILES } from "../mesh/spire/names.ts";
import { NAMED_FILES, PUBLIC_FILES } from "../mesh/trust/cacerts.ts";
import { byName, createdAtOf, metaOf } from "./objects.ts";
import { ENCODED_KUBECONFIG, kubeconfigFact, PLAIN_KUBECONFIG } from "./remote-kubeconfig.ts";

type Field = "data" | "stringData";

/** No cluster is called as the files of a CA are. */
const FILES = PUBLIC_FILES.union(NAMED_FILES).union(new Set<string>(UPSTREAM_FILES));

/** Every key of a remote secret is a cluster; of other Secrets none is kept here. */
function clusterKeys(field: Field) {
  return (secret: unknown): ReadonlySet<string> =>
    new Set(
      string(at(secret, "metadata", "labels", REMOTE_SECRET)) === "true"
        ? Object.entries(record(property(secret, field))).flatMap(([key, value]) =>
            value === undefined || FILES.has(key) ? [] : [key],
          )
        : [],
    );
}

const DATA: KeepMap = dictionary({}, ENCODED_KUBECONFIG, clusterKeys("data"));
const STRING_DATA: KeepMap = dictionary({}, PLAIN_KUBECONFIG, clusterKeys("stringData"));

function kubeconfigsOf(object: RawObject): RemoteKubeconfigFact[] {
  const fields: readonly Field[] = ["data", "stringData"];
  const found = fields.flatMap((field) =>
    [...clusterKeys(field)(object)].map((cluster) =>
      kubeconfigFact(cluster, at(object, field, cluster), field),
    ),
  );
  // Only manifests from files have stringData, which the API server writes over data.
  return [...new Map(found.map((one) => [one.cluster, one])).values()].toSorted((one, other) =>
    one.cluster < other.cluster ? -1 : 1,
  );
}

function secretFact(object: RawObject): RemoteSecretFact | undefined {
  const meta = metaOf(object);
  if (!meta) return undefined;
  const { namespace, name } = meta;
  const cluster = string(at(object, "metadata", "annotations", NETWORKING_CLUSTER));
  return { namespace, name, ...defined({ cluster, createdAt: createdAtOf(object) }) };
}

function factsOf(objects: readonly RawObject[]): RemoteSecretFact[] {
  return objects.flatMap((object) => secretFact(object) ?? []).toSorted(byName);
}

/**
 * Of the kubeconfigs only where they lead and how they sign in is kept. They are asked for where there
 * are any, and not at all where `--mode` says that the mesh has no use for them.
 */
export const remoteSecrets = fact({
  key: "remoteSecrets",
  access: [listed(RESOURCES.secrets, { scope: "istio", sensitive: "remote-credentials" })],
  keeps: {
    secrets: {
      metadata: {
        creationTimestamp: WHOLE,
        annotations: dictionary({ [NETWORKING_CLUSTER]: WHOLE }),
      },
      data: DATA,
      stringData: STRING_DATA,
    },
  },
  read: async (source) => {
    const list = (namespace: string, metadataOnly = true): Promise<Gathered<RawObject[]>> =>
      source.list(RESOURCES.secrets, {
        namespace,
        labelSelector: REMOTE_SECRET_SELECTOR,
        ...(metadataOnly && { metadataOnly }),
      });
    askEarly(source, list);
    const namespace = await istioNamespaceOf(source);
    const named = await list(namespace);
    if (!named.ok || named.value.length === 0 || source.settings.mode === "peering") {
      return mapGathered(named, factsOf);
    }
    const whole = await list(namespace, false);
    // By their names alone there is something to say of them.
    if (!whole.ok) {
      return gathered(factsOf(named.value).map((one) => ({ ...one, kubeconfigs: whole })));
    }
    return gathered(
      whole.value
        .flatMap((object): RemoteSecretFact[] => {
          const secret = secretFact(object);
          return secret ? [{ ...secret, kubeconfigs: gathered(kubeconfigsOf(object)) }] : [];
        })
        .toSorted(byName),
    );
  },
});
