import { array, number, property, record, string } from "../lib/json.ts";
import type {
  EndpointShardFact,
  NetworkGatewayFact,
  ServiceEndpointsFact,
} from "../model/facts.ts";
import { gathered, missing, type Gathered } from "../model/gathered.ts";
import { RESOURCES } from "../model/resource.ts";
import type { FactSource } from "../model/source.ts";
import { isCommunity } from "./community.ts";
import { askIstiods } from "./debug.ts";
import { fact, listed, PORT_FORWARD } from "./fact.ts";
import { Cut, everyKey, type Keep, SCALAR } from "./keep.ts";

const GATEWAYS = "/debug/networkz";
const SHARDS = "/debug/endpointShardz";
/** The older name, which bug reports have. */
const SHARDS_BEFORE = "/debug/endpointz";

/** By host, by namespace, and by the registry and cluster that the endpoints are from. */
const ENDPOINTS: Keep = everyKey(
  everyKey({ Shards: everyKey([{ Network: SCALAR, Addresses: [SCALAR], Address: SCALAR }]) }),
);

/** `Kubernetes/cluster2`; of external registries there is no cluster. */
function shardOf(key: string, endpoints: unknown): EndpointShardFact {
  const all = array(endpoints);
  return {
    cluster: key.slice(key.indexOf("/") + 1),
    count: all.length,
    networks: [...new Set(all.map((one) => string(property(one, "Network")) ?? ""))].toSorted(),
  };
}

function services(body: unknown): ServiceEndpointsFact[] {
  return Object.entries(record(body))
    .flatMap(([host, namespaces]) =>
      Object.entries(record(namespaces)).map(([namespace, found]) => ({
        host,
        namespace,
        shards: Object.entries(record(property(found, "Shards")))
          .map(([key, endpoints]) => shardOf(key, endpoints))
          .filter(({ count }) => count > 0)
          .toSorted((one, other) => (one.cluster < other.cluster ? -1 : 1)),
      })),
    )
    .toSorted((one, other) => (orderOf(one) < orderOf(other) ? -1 : 1));
}

function orderOf({ host, namespace }: ServiceEndpointsFact): string {
  return `${host}/${namespace}`;
}

function gateways(body: unknown): Gathered<NetworkGatewayFact[]> {
  if (!Array.isArray(body)) {
    return missing("unreadable", `${GATEWAYS} did not answer a list`);
  }
  return gathered(
    array(body).map((entry) => ({
      network: string(property(entry, "Network")) ?? "",
      cluster: string(property(entry, "Cluster")) ?? "",
      address: string(property(entry, "Addr")) ?? "",
      port: number(property(entry, "Port")) ?? 0,
      hbonePort: number(property(entry, "HBONEPort")) ?? 0,
    })),
  );
}

/** The answer of the first istiod that gives one; why there is none otherwise. */
async function firstAnswer(source: FactSource, path: string): Promise<Gathered<unknown>> {
  const answers = await askIstiods(source, path);
  if (!answers.ok) return answers;
  const all = answers.value.map(({ answer }) => answer);
  return all.find(({ ok }) => ok) ?? all[0] ?? missing("not-found", "no istiod runs");
}

async function shards(source: FactSource): Promise<Gathered<unknown>> {
  const answer = await firstAnswer(source, SHARDS);
  if (answer.ok || (answer.why !== "not-found" && answer.why !== "not-recorded")) return answer;
  return firstAnswer(source, SHARDS_BEFORE);
}

/** What one istiod of the cluster says: replicas have the same registries. */
export const endpoints = fact({
  key: "endpoints",
  meshKind: "community",
  access: [listed(RESOURCES.pods), PORT_FORWARD],
  keeps: {
    [SHARDS]: ENDPOINTS,
    [SHARDS_BEFORE]: ENDPOINTS,
    [GATEWAYS]: new Cut(
      [{ Network: SCALAR, Cluster: SCALAR, Addr: SCALAR, Port: SCALAR, HBONEPort: SCALAR }],
      // No gateway at all is null.
      (answer) => answer ?? [],
    ),
  },
  read: async (source) => {
    if (!(await isCommunity(source))) return gathered(undefined);
    const [found, through] = await Promise.all([shards(source), firstAnswer(source, GATEWAYS)]);
    return gathered({
      services: found.ok ? gathered(services(found.value)) : found,
      gateways: through.ok ? gateways(through.value) : through,
    });
  },
});
