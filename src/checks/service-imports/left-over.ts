import { deleteEntries } from "../../mesh/commands/entries.ts";
import type { ServiceMesh } from "../../mesh/hops/mesh.ts";
import { importedService, type Side } from "../../mesh/hops/side.ts";
import { GATEWAY_NAME } from "../../mesh/names.ts";
import { enumerate, qualified } from "../../mesh/wording.ts";
import type { ClusterRef } from "../../model/check.ts";
import { info, objectRef, remedy, warn } from "../../model/finding.ts";
import type { RemoteEntryFact, ServiceEntryFact } from "../../model/facts.ts";
import type { Finding } from "../../model/report.ts";

/** What peering wrote in a cluster for services that no cluster of the run shares. */
function leftOverOf({ member }: Side, known: (key: string) => boolean) {
  const { imports, remoteEntries } = member.facts;
  const services = imports.ok
    ? imports.value.entries.flatMap((entry) => {
        const key = importedService(entry);
        return key === undefined || known(key) ? [] : [{ entry, key }];
      })
    : [];
  const workloads = remoteEntries.ok
    ? remoteEntries.value.filter(({ service }) => !known(qualified(service)))
    : [];
  const keys = [
    ...services.map(({ key }) => key),
    ...workloads.map(({ service }) => qualified(service)),
  ];
  return {
    services: services.map(({ entry }) => entry),
    workloads,
    keys: [...new Set(keys)].toSorted(),
  };
}

/** Services that are known: shared by some cluster, or waypoints, which are imported like services. */
function knownServices({ sides }: ServiceMesh): (key: string) => boolean {
  const known = new Set(
    sides.flatMap(({ shared, services }) => [
      ...shared.keys(),
      ...[...services].flatMap(([key, { labels }]) => (labels.has(GATEWAY_NAME) ? key : [])),
    ]),
  );
  return (key) => known.has(key);
}

/** The object that a finding on a single service is about. */
function onlyOne(
  keys: readonly string[],
  services: readonly ServiceEntryFact[],
  workloads: readonly RemoteEntryFact[],
): Pick<Finding, "object"> {
  const [object] = [
    ...services.map((one) => objectRef("ServiceEntry", one)),
    ...workloads.map((one) => objectRef("WorkloadEntry", one)),
  ];
  return object && keys.length === 1 ? { object } : {};
}

/** One finding a cluster; what a cluster outside the run may still share is no fault. */
export function leftOverFindings(mesh: ServiceMesh, absent: readonly ClusterRef[]): Finding[] {
  const known = knownServices(mesh);
  return mesh.sides.flatMap((side) => {
    const { cluster } = side;
    const { services, workloads, keys } = leftOverOf(side, known);
    if (keys.length === 0) return [];
    const what = keys.length === 1 ? `service ${keys[0]}` : `services ${enumerate(keys)}`;
    const found = `${cluster.context} has entries for ${what}, which no cluster of this run shares`;
    const about = { cluster: cluster.context, ...onlyOne(keys, services, workloads) };
    if (absent.length > 0 || !mesh.seesAllPeersOf(side)) {
      return [info(`${found}; one that was not read, or is not connected, may`, about)];
    }
    return [
      warn(`${found} any more`, {
        ...about,
        remediation: remedy(
          "Delete what is left over, once no cluster shares the service: istiod writes it again as long as one does.",
          ...deleteEntries(cluster, "ServiceEntry", services),
          ...deleteEntries(cluster, "WorkloadEntry", workloads),
        ),
      }),
    ];
  });
}
