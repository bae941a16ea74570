import { namesSecret } from "./env-names.ts";
import { fact, listed } from "./fact.ts";
import { dictionary, type Keep, type KeepMap, WHOLE } from "./keep.ts";
import { OBSERVED_CONDITIONS } from "./keep-objects.ts";
import { defined } from "../lib/defined.ts";
import { array, at, property, record, string, stringMap } from "../lib/json.ts";
import { CLASS_REMOTE, EAST_WEST_CLASSES } from "../mesh/names.ts";
import type { GatewayAddress, GatewayFact, GatewayListener } from "../model/facts.ts";
import { gathered } from "../model/gathered.ts";
import type { RawObject } from "../model/reader.ts";
import { RESOURCES } from "../model/resource.ts";
import {
  byName,
  createdAtOf,
  deletionOf,
  generationOf,
  metaOf,
  observedConditionsOf,
  portOf,
} from "./objects.ts";

const ADDRESSES: Keep = [{ type: WHOLE, value: WHOLE }];

/** Annotations that Istio, Solo's distribution, the Gateway API and Helm give a meaning. */
const WITH_MEANING =
  /^([\w-]+\.)*(istio\.io|solo\.io)\/|^(gateway\.networking|topology\.kubernetes)\.k8s\.io\/|^topology\.kubernetes\.io\/|^meta\.helm\.sh\//;

function annotationKeys(metadata: unknown): ReadonlySet<string> {
  const keys = Object.keys(record(property(metadata, "annotations")));
  return new Set(keys.filter((key) => WITH_MEANING.test(key) && !namesSecret(key)));
}

const ANNOTATIONS: KeepMap = dictionary({}, WHOLE, annotationKeys);

function annotations(object: RawObject): ReadonlyMap<string, string> {
  const metadata = object["metadata"];
  const all = property(metadata, "annotations");
  return stringMap(
    Object.fromEntries([...annotationKeys(metadata)].map((key) => [key, property(all, key)])),
  );
}

function addresses(value: unknown): GatewayAddress[] {
  return array(value).flatMap((address) => {
    const text = string(property(address, "value"));
    if (text === undefined) return [];
    return [{ type: string(property(address, "type")) ?? "IPAddress", value: text }];
  });
}

function listeners(value: unknown): GatewayListener[] {
  return array(value).map((listener) => ({
    name: string(property(listener, "name")) ?? "",
    protocol: string(property(listener, "protocol")) ?? "",
    ...defined({
      port: portOf(property(listener, "port")),
      tlsMode: string(at(listener, "tls", "mode")),
    }),
  }));
}

function managers(object: RawObject): string[] {
  const names = array(at(object, "metadata", "managedFields"))
    .filter((entry) => string(property(entry, "subresource")) === undefined)
    .flatMap((entry) => string(property(entry, "manager")) ?? []);
  return [...new Set(names)];
}

/** A Gateway; nothing for an object without a name. */
function gatewayFact(object: RawObject): GatewayFact | undefined {
  const meta = metaOf(object);
  if (!meta) return undefined;
  return {
    ...meta,
    annotations: annotations(object),
    className: string(at(object, "spec", "gatewayClassName")) ?? "",
    addresses: addresses(at(object, "spec", "addresses")),
    statusAddresses: addresses(at(object, "status", "addresses")),
    listeners: listeners(at(object, "spec", "listeners")),
    conditions: new Map(
      observedConditionsOf(object).map((condition) => [condition.type, condition]),
    ),
    managers: managers(object),
    ...defined({
      createdAt: createdAtOf(object),
      deletion: deletionOf(object),
      generation: generationOf(object),
    }),
  };
}

export const gateways = fact({
  key: "gateways",
  access: [listed(RESOURCES.gateways)],
  keeps: {
    gateways: {
      metadata: {
        creationTimestamp: WHOLE,
        deletionTimestamp: WHOLE,
        finalizers: WHOLE,
        generation: WHOLE,
        annotations: ANNOTATIONS,
        managedFields: [{ manager: WHOLE, subresource: WHOLE }],
      },
      spec: {
        gatewayClassName: WHOLE,
        addresses: ADDRESSES,
        listeners: [{ name: WHOLE, port: WHOLE, protocol: WHOLE, tls: { mode: WHOLE } }],
      },
      status: { addresses: ADDRESSES, conditions: OBSERVED_CONDITIONS },
    },
  },
  read: async (source) => {
    const answer = await source.listWhereAllowed(RESOURCES.gateways);
    if (!answer.ok) {
      // The list of a resource that is served is empty rather than not found.
      if (answer.why !== "not-found") return answer;
      return gathered({ served: false, eastWest: [], remote: [] });
    }
    const all = answer.value.flatMap((object) => gatewayFact(object) ?? []).toSorted(byName);
    return gathered({
      served: true,
      eastWest: all.filter(({ className }) => EAST_WEST_CLASSES.includes(className)),
      remote: all.filter(({ className }) => className === CLASS_REMOTE),
    });
  },
});
