import { defined } from "../lib/defined.ts";
import { array, at, number, property, string, stringMap, strings } from "../lib/json.ts";
import { gathered, type Gathered } from "../model/gathered.ts";
import type { RawObject } from "../model/reader.ts";
import { RESOURCES, type Resource } from "../model/resource.ts";
import type { FactSource } from "../model/source.ts";
import type {
  ClusterSpiffeIdFact,
  ClusterStaticEntryFact,
  FederatedTrustDomainFact,
  LabelSelectorFact,
  SpireEntriesFact,
  SpireStatsFact,
} from "../model/spire.ts";
import { fact, listed } from "./fact.ts";
import { Cut, type KeepMap, SCALAR, WHOLE } from "./keep.ts";
import { byName, createdAtOf, isMap, metaOf } from "./objects.ts";

const SELECTOR: KeepMap = {
  matchLabels: WHOLE,
  matchExpressions: [{ key: SCALAR, operator: SCALAR, values: [SCALAR] }],
};

function selectorOf(value: unknown): LabelSelectorFact | undefined {
  if (!isMap(value)) return undefined;
  return {
    labels: stringMap(property(value, "matchLabels")),
    expressions: array(property(value, "matchExpressions")).map((one) => ({
      key: string(property(one, "key")) ?? "",
      operator: string(property(one, "operator")) ?? "",
      values: strings(property(one, "values")),
    })),
  };
}

function statsOf(status: unknown): SpireStatsFact | undefined {
  const stats = property(status, "stats");
  if (!isMap(stats)) return undefined;
  const count = (key: string): number => number(property(stats, key)) ?? 0;
  return {
    namespacesSelected: count("namespacesSelected"),
    namespacesIgnored: count("namespacesIgnored"),
    podsSelected: count("podsSelected"),
    renderFailures: count("podEntryRenderFailures"),
    entryFailures: count("entryFailures"),
  };
}

type Named<T> = (
  spec: unknown,
  common: { name: string; className: string },
  object: RawObject,
) => T;

function each<T extends { name: string }>(objects: readonly RawObject[], convert: Named<T>): T[] {
  return objects
    .flatMap((object) => {
      const meta = metaOf(object);
      if (!meta) return [];
      const spec = property(object, "spec");
      const className = string(property(spec, "className")) ?? "";
      return [convert(spec, { name: meta.name, className }, object)];
    })
    .toSorted(byName);
}

const spiffeId: Named<ClusterSpiffeIdFact> = (spec, common, object) => ({
  ...common,
  fallback: property(spec, "fallback") === true,
  template: string(property(spec, "spiffeIDTemplate")) ?? "",
  workloadSelectors: strings(property(spec, "workloadSelectorTemplates")),
  federatesWith: strings(property(spec, "federatesWith")),
  ...defined({
    podSelector: selectorOf(property(spec, "podSelector")),
    namespaceSelector: selectorOf(property(spec, "namespaceSelector")),
    createdAt: createdAtOf(object),
    stats: statsOf(property(object, "status")),
  }),
});

const staticEntry: Named<ClusterStaticEntryFact> = (spec, common) => ({
  ...common,
  spiffeId: string(property(spec, "spiffeID")) ?? "",
  selectors: strings(property(spec, "selectors")),
  federatesWith: strings(property(spec, "federatesWith")),
});

/** As the controller manager holds it: https, a host, and no user. */
function isSound(url: unknown): boolean {
  const text = string(url) ?? "";
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return protocol === "https:" && username === "" && password === "";
}

function isGiven(bundle: unknown): boolean {
  return (string(bundle) ?? "").trim() !== "";
}

/** Of an address with a user nothing is kept: it may have a password. */
const ENDPOINT_URL = new Cut(SCALAR, (url) => (isSound(url) ? url : ""));
/** That it is there counts, not what it holds. */
const GIVEN = new Cut(SCALAR, (bundle) => (isGiven(bundle) ? "given" : ""));

const federatedDomain: Named<FederatedTrustDomainFact> = (spec, common) => ({
  ...common,
  trustDomain: string(property(spec, "trustDomain")) ?? "",
  profile: string(at(spec, "bundleEndpointProfile", "type")) ?? "",
  isUrlSound: isSound(property(spec, "bundleEndpointURL")),
  hasBundle: isGiven(property(spec, "trustDomainBundle")),
  ...defined({ endpointId: string(at(spec, "bundleEndpointProfile", "endpointSPIFFEID")) }),
});

/** What is there of a type; nothing where its CRD is not. */
async function listOf<T extends { name: string }>(
  source: FactSource,
  resource: Resource,
  convert: Named<T>,
): Promise<Gathered<T[]>> {
  const answer = await source.list(resource);
  if (!answer.ok) return answer.why === "not-found" ? gathered([]) : answer;
  return gathered(each(answer.value, convert));
}

async function readEntries(source: FactSource): Promise<Gathered<SpireEntriesFact>> {
  const [ids, staticEntries, federated] = await Promise.all([
    source.list(RESOURCES.clusterSpiffeIds),
    listOf(source, RESOURCES.clusterStaticEntries, staticEntry),
    listOf(source, RESOURCES.federatedTrustDomains, federatedDomain),
  ]);
  if (!ids.ok && ids.why !== "not-found") return ids;
  const spiffeIds = ids.ok ? each(ids.value, spiffeId) : [];
  return gathered({ served: ids.ok, spiffeIds, staticEntries, federated });
}

/** Objects of SPIRE's controller manager, asked for only where the mesh takes identities from SPIRE. */
export const spireEntries = fact({
  key: "spireEntries",
  access: [
    listed(RESOURCES.daemonSets, { scope: "some" }),
    listed(RESOURCES.clusterSpiffeIds, { sensitive: "spire" }),
    listed(RESOURCES.clusterStaticEntries, { sensitive: "spire", optional: true }),
    listed(RESOURCES.federatedTrustDomains, { sensitive: "spire", optional: true }),
  ],
  keeps: {
    clusterSpiffeIds: {
      metadata: { creationTimestamp: WHOLE },
      spec: {
        className: SCALAR,
        fallback: SCALAR,
        spiffeIDTemplate: SCALAR,
        workloadSelectorTemplates: [SCALAR],
        federatesWith: [SCALAR],
        podSelector: SELECTOR,
        namespaceSelector: SELECTOR,
      },
      status: {
        stats: {
          namespacesSelected: SCALAR,
          namespacesIgnored: SCALAR,
          podsSelected: SCALAR,
          podEntryRenderFailures: SCALAR,
          entryFailures: SCALAR,
        },
      },
    },
    clusterStaticEntries: {
      spec: { className: SCALAR, spiffeID: SCALAR, selectors: [SCALAR], federatesWith: [SCALAR] },
    },
    federatedTrustDomains: {
      spec: {
        className: SCALAR,
        trustDomain: SCALAR,
        bundleEndpointURL: ENDPOINT_URL,
        bundleEndpointProfile: { type: SCALAR, endpointSPIFFEID: SCALAR },
        trustDomainBundle: GIVEN,
      },
    },
  },
  after: ["spire"],
  read: async (source) => {
    const spire = await source.fact("spire");
    if (!spire.ok) return spire;
    if (spire.value.signs.length > 0) return readEntries(source);
    const none = {
      served: false,
      spiffeIds: [],
      staticEntries: gathered([]),
      federated: gathered([]),
    };
    return gathered(none);
  },
});
