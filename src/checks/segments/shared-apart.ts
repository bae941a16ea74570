import { meshDomain } from "../../mesh/segments.ts";
import { sharedServices } from "../../mesh/services.ts";
import { enumerate, qualified } from "../../mesh/wording.ts";
import { info } from "../../model/finding.ts";
import { valueOr } from "../../model/gathered.ts";
import type { Finding } from "../../model/report.ts";
import type { Placed } from "./member.ts";

/** A Service by the hosts that it has. */
type Hosts = Map<string, Set<string>>;

function addHosts({ member: { facts }, segment }: Placed, hosts: Hosts): void {
  const domain = meshDomain(segment, valueOr(facts.segments, []));
  for (const { service, host } of sharedServices(
    valueOr(facts.services, []),
    facts.namespaces,
    domain,
  )) {
    if (host === undefined) continue;
    const key = qualified(service);
    hosts.set(key, (hosts.get(key) ?? new Set()).add(host));
  }
}

/** Services that are shared under another host in each segment: two services, though called alike. */
export function sharedApart(placed: readonly Placed[]): Finding[] {
  const hosts: Hosts = new Map();
  for (const one of placed) addHosts(one, hosts);
  const apart = [...hosts].filter(([, all]) => all.size > 1);
  if (apart.length === 0) return [];
  const named = apart.map(([key, all]) => `${key} (${enumerate([...all])})`);
  return [
    info(`shared under a host of each segment, as services of their own: ${enumerate(named, 3)}`),
  ];
}
