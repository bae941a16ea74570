import type { Finding } from "../../model/report.ts";
import { readyPods } from "../pods.ts";
import { type Fault, findingOf, groupFaults } from "./fault.ts";
import { judgeImport } from "./import.ts";
import type { ServiceMesh } from "./mesh.ts";
import { pathOf } from "./path.ts";
import type { Side } from "./side.ts";

/** What one cluster has of a service that another shares. */
export interface ServiceImport {
  /** Context of the cluster that shares it. */
  from: string;
  /** `blocked`: the link does not work. `none`: there is no link. */
  state: "imported" | "broken" | "unknown" | "blocked" | "none";
  /** Where a broken one ends: 4 imported, 5 entry, 6 name. */
  hop?: 4 | 5 | 6;
  /** Why it is not known. */
  why?: string;
}

export interface ServiceCell {
  /** Context. */
  cluster: string;
  /** There is a Service of the name. */
  exists: boolean;
  /** The cluster shares it. */
  exported: boolean;
  /** Pods that get traffic; absent where they were not read. */
  ready?: number;
  imports: ServiceImport[];
}

/** A service by the name that callers use, with what each cluster has of it. */
export interface ServiceRow {
  /** `namespace/name`. */
  service: string;
  /** Absent where the domain of its segment is not known. */
  host?: string;
  /** Absent outside of segments. */
  segment?: string;
  cells: ServiceCell[];
}

export interface ServicesOverview {
  rows: ServiceRow[];
  /** What is broken, one finding a cause and pair of clusters. */
  findings: Finding[];
}

function importOf(
  mesh: ServiceMesh,
  side: Side,
  to: Side,
  key: string,
  faults: Fault[],
): ServiceImport {
  const from = to.cluster.context;
  const { state } = mesh.link(side, to);
  if (state === "none") return { from, state: "none" };
  if (state !== "working") return { from, state: "blocked" };
  const { hop, judged } = judgeImport(pathOf(mesh, side, to, key));
  if (judged.state === "broken") {
    faults.push(judged.fault);
    return { from, state: "broken", hop };
  }
  if (judged.state === "unknown") return { from, state: "unknown", hop, why: judged.why };
  return { from, state: "imported" };
}

/** All services that some cluster shares, by host, of one namespace where it is named. */
export function servicesOverview(mesh: ServiceMesh, namespace?: string): ServicesOverview {
  const faults: Fault[] = [];
  const rows = [...Map.groupBy(mesh.sides, ({ segment }) => segment)].flatMap(
    ([segment, sides]) => {
      const keys = new Set(sides.flatMap(({ shared }) => [...shared.keys()]));
      return [...keys]
        .filter((key) => namespace === undefined || key.startsWith(`${namespace}/`))
        .map((key) => rowOf(mesh, segment, key, faults));
    },
  );
  return {
    rows: rows.toSorted((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1)),
    findings: groupFaults(faults).map(findingOf),
  };
}

function nameOf({ host, service }: ServiceRow): string {
  return `${host ?? ""} ${service}`;
}

function rowOf(
  mesh: ServiceMesh,
  segment: string | undefined,
  key: string,
  faults: Fault[],
): ServiceRow {
  const sharing = mesh.sides.filter((side) => side.segment === segment && side.shared.has(key));
  const host = sharing.map((side) => pathOf(mesh, side, side, key).host).find(Boolean);
  return {
    service: key,
    ...(host === undefined ? {} : { host }),
    ...(segment === undefined ? {} : { segment }),
    cells: mesh.sides.map((side) => {
      const service = side.services.get(key);
      const ready = service && readyPods(service, side.member.facts.servicePods);
      return {
        cluster: side.cluster.context,
        exists: service !== undefined,
        exported: side.segment === segment && side.shared.has(key),
        ...(ready === undefined ? {} : { ready }),
        imports:
          side.segment === segment
            ? sharing.filter((to) => to !== side).map((to) => importOf(mesh, side, to, key, faults))
            : [],
      };
    }),
  };
}
