import type { ServiceFact } from "../../model/facts.ts";
import { readyPods } from "../pods.ts";
import { hostIn, type SharedService } from "../services.ts";
import type { PathLink, ServiceMesh } from "./mesh.ts";
import type { Side } from "./side.ts";

/** From the callers in one cluster to a service in another. */
export interface Path {
  mesh: ServiceMesh;
  from: Side;
  to: Side;
  link: PathLink;
  /** `namespace/name` of the service. */
  key: string;
  /** The Service in `to`; absent where it is not there. */
  service?: ServiceFact;
  /** It is shared there. */
  shared?: SharedService;
  /** By which callers reach it; absent where it is not shared, or its domain is not known. */
  host?: string;
}

/** The path of a service from one cluster to another. */
export function pathOf(mesh: ServiceMesh, from: Side, to: Side, key: string): Path {
  return pathAlong({ mesh, from, to, link: mesh.link(from, to) }, key);
}

/** The same where the link was looked up already. */
export function pathAlong(pair: Pick<Path, "mesh" | "from" | "to" | "link">, key: string): Path {
  const { from, to } = pair;
  const service = to.services.get(key);
  const shared = to.shared.get(key);
  // Every cluster should have every Segment: what one cannot tell the other may.
  const host = shared && (shared.host ?? hostIn(from.domain, shared));
  return {
    ...pair,
    key,
    ...(service ? { service } : {}),
    ...(shared ? { shared } : {}),
    ...(host === undefined ? {} : { host }),
  };
}

/** How long peers may take for a new service, ms. */
const GRACE = 2 * 60_000;

/** The service is shared for so short a time that peers need not have heard of it. */
export function isYoung({ to, shared }: Path): boolean {
  return shared !== undefined && isNewIn(to, shared);
}

function isNewIn(to: Side, { service, inherited }: SharedService): boolean {
  const labelled = inherited ? to.namespaceOf(service)?.sharedAt : service.sharedAt;
  const since = Math.max(0, ...[service.createdAt, labelled].flatMap((time) => time ?? []));
  const age = to.cluster.now - since;
  return age < GRACE && age > -GRACE;
}

/** How many pods serve it there; nothing where that is not known. */
export function readyThere({ to, service }: Path): number | undefined {
  return service && readyPods(service, to.member.facts.servicePods);
}
