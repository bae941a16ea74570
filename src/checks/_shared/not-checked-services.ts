import type { ClusterRef } from "../../model/check.ts";
import type { ServiceFact } from "../../model/facts.ts";
import type { Gathered } from "../../model/gathered.ts";
import type { Finding } from "../../model/report.ts";
import { notChecked } from "./not-checked.ts";

interface Member {
  cluster: ClusterRef;
  facts: { readonly services: Gathered<ServiceFact[]> };
}

/**
 * What remote Gateways point at is known also by the addresses of Services: says where these could
 * not be read. In a run of one there is nothing that they could tell.
 */
export function servicesNotChecked(members: readonly Member[]): Finding[] {
  if (members.length < 2) return [];
  return members.flatMap(({ cluster: { context }, facts: { services } }) =>
    services.ok
      ? []
      : [notChecked(`addresses of Services in ${context}`, services, { cluster: context })],
  );
}
