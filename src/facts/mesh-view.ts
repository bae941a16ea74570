import { Cut, type Keep, SCALAR } from "./keep.ts";
import { isMap } from "./objects.ts";
import { defined } from "../lib/defined.ts";
import { isIpAddress } from "../lib/ip-address.ts";
import { array, at, property, record, string, strings } from "../lib/json.ts";
import type { MeshServiceFact, MeshViewFact, MeshWorkloadFact } from "../model/data-plane-facts.ts";
import { fromBase64 } from "./pem.ts";

/*
 * `/debug/ambientz` of istiod and `/config_dump` of ztunnel have the same things in other forms:
 * lists, or in older versions maps whose keys say nothing more than their values.
 */

/** The items of a list, or the values of a map. */
function items(value: unknown): readonly unknown[] {
  return isMap(value) ? Object.values(record(value)) : array(value);
}

/** A list, whatever it was before. */
function listed(item: Keep): Keep {
  return new Cut([item], (value) =>
    isMap(value) || Array.isArray(value) ? [...items(value)] : undefined,
  );
}

/** A map whose keys are what counts, as a list of them. */
const KEYS: Keep = new Cut([SCALAR], (value) =>
  isMap(value) ? Object.keys(record(value)) : Array.isArray(value) ? value : undefined,
);

/** What is kept of a service in `/debug/ambientz`. */
export const AMBIENT: Keep = {
  services: listed({ hostname: SCALAR, addresses: [{ network: SCALAR, address: SCALAR }] }),
  workloads: listed({
    uid: SCALAR,
    clusterId: SCALAR,
    network: SCALAR,
    hostname: SCALAR,
    addresses: [SCALAR],
    networkGateway: { hboneMtlsPort: SCALAR },
    services: KEYS,
  }),
};

/** What is kept of them in `/config_dump`. */
export const ZTUNNEL = {
  services: listed({
    hostname: SCALAR,
    vips: [SCALAR],
    endpoints: listed({ workloadUid: SCALAR }),
  }),
  workloads: listed({
    uid: SCALAR,
    clusterId: SCALAR,
    network: SCALAR,
    hostname: SCALAR,
    workloadIps: [SCALAR],
    networkGateway: { hboneMtlsPort: SCALAR },
  }),
  stagedServices: KEYS,
} as const satisfies Record<string, Keep>;

/** An address is written as text, which Go's JSON has in base64. */
function addressOf(value: unknown): string {
  const text = string(value) ?? "";
  return isIpAddress(text) ? text : fromBase64(text);
}

/** The host in `namespace/host`. */
function hostOf(key: string): string {
  return key.slice(key.indexOf("/") + 1);
}

function workload(one: unknown, addresses: string, hosts: string[]): MeshWorkloadFact[] {
  const uid = string(property(one, "uid"));
  if (uid === undefined) return [];
  return [
    {
      uid,
      network: string(property(one, "network")) ?? "",
      addressed:
        array(property(one, addresses)).length > 0 ||
        string(property(one, "hostname")) !== undefined,
      gateway: isMap(property(one, "networkGateway")),
      hosts,
      ...defined({ cluster: string(property(one, "clusterId")) }),
    },
  ];
}

/** What istiod would tell every ztunnel. */
export function ambientView(pod: string, body: unknown): MeshViewFact {
  const services = array(property(body, "services")).flatMap((one): MeshServiceFact[] => {
    const host = string(property(one, "hostname"));
    if (host === undefined) return [];
    const addresses = array(property(one, "addresses")).map(
      (entry) =>
        `${string(property(entry, "network")) ?? ""}/${addressOf(property(entry, "address"))}`,
    );
    return [{ host, addresses }];
  });
  const workloads = array(property(body, "workloads")).flatMap((one) =>
    workload(one, "addresses", strings(property(one, "services")).map(hostOf)),
  );
  return { pod, services, workloads, staged: [] };
}

/** What one ztunnel has been told. */
export function ztunnelView(pod: string, body: unknown): MeshViewFact {
  const hosts = new Map<string, string[]>();
  const services = new Map<string, Set<string>>();
  for (const one of array(property(body, "services"))) {
    const host = string(property(one, "hostname"));
    if (host === undefined) continue;
    const vips = services.get(host) ?? new Set();
    for (const vip of strings(property(one, "vips"))) vips.add(vip);
    services.set(host, vips);
    for (const endpoint of array(property(one, "endpoints"))) {
      const uid = string(property(endpoint, "workloadUid"));
      if (uid !== undefined) hosts.set(uid, [...(hosts.get(uid) ?? []), host]);
    }
  }
  return {
    pod,
    services: [...services].map(([host, vips]) => ({ host, addresses: [...vips] })),
    workloads: array(property(body, "workloads")).flatMap((one) => {
      const uid = string(property(one, "uid")) ?? "";
      return workload(one, "workloadIps", hosts.get(uid) ?? []);
    }),
    staged: strings(property(body, "stagedServices")).map(hostOf),
    ...defined({ network: string(at(body, "config", "network")) }),
  };
}
