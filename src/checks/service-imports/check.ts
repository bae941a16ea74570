import { copyFindings } from "../../mesh/hops/copies.ts";
import { type Fault, findingOf, groupFaults } from "../../mesh/hops/fault.ts";
import { judgeImport } from "../../mesh/hops/import.ts";
import { ServiceMesh } from "../../mesh/hops/mesh.ts";
import { givesNoAddresses, noAddress } from "../../mesh/hops/name.ts";
import { pathAlong } from "../../mesh/hops/path.ts";
import type { ServiceMeshMember, Side } from "../../mesh/hops/side.ts";
import { contextsOf } from "../../mesh/hops/wording.ts";
import { enumerate } from "../../mesh/wording.ts";
import { meshCheck } from "../../model/check.ts";
import { checkOf, info, objectRef, pass, skip, summarize } from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";
import { linksAmong } from "../_shared/links-among.ts";
import { notChecked } from "../_shared/not-checked.ts";
import { pairsSkipped } from "../_shared/pairs-skipped.ts";
import { leftOverFindings } from "./left-over.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    "service-imports": undefined;
  }
}

/** What came of all services of one cluster in another. */
interface JudgedPair {
  from: Side;
  to: Side;
  fine: number;
  faults: Fault[];
  /** Services of which it is not known, by the reason. */
  unknown: Map<string, string[]>;
}

function judgePair(mesh: ServiceMesh, from: Side, to: Side): JudgedPair {
  const judged: JudgedPair = { from, to, fine: 0, faults: [], unknown: new Map() };
  const pair = { mesh, from, to, link: mesh.link(from, to) };
  for (const key of to.shared.keys()) {
    const { judged: hop } = judgeImport(pathAlong(pair, key));
    if (hop.state === "broken") judged.faults.push(hop.fault);
    else if (hop.state === "unknown") {
      const keys = judged.unknown.get(hop.why);
      if (keys) keys.push(key);
      else judged.unknown.set(hop.why, [key]);
    } else judged.fine += 1;
  }
  return judged;
}

/** Clusters that share something with each other, one way: those of one Segment. */
function pairsOf({ sides }: ServiceMesh): (readonly [Side, Side])[] {
  return sides.flatMap((from) =>
    sides.flatMap((to) =>
      from !== to && from.segment === to.segment && to.shared.size > 0 ? [[from, to] as const] : [],
    ),
  );
}

/** That services of some clusters are not judged in one, as the link there is broken. */
function blockedFindings(mesh: ServiceMesh, pairs: readonly (readonly [Side, Side])[]): Finding[] {
  const blocked = pairs.filter(([from, to]) => {
    const { state } = mesh.link(from, to);
    return state === "broken" || state === "not vouched for";
  });
  return [...Map.groupBy(blocked, ([from]) => from)].map(([from, group]) => {
    const many = group.length > 1;
    const targets = contextsOf(group.map(([, to]) => to));
    return skip(
      `services of ${targets} in ${from.cluster.context} not judged: the ${many ? "links do" : "link does"} not work, or nobody vouches for ${many ? "them" : "it"}`,
      { cluster: from.cluster.context, blockedBy: "links" },
    );
  });
}

function unreadFindings(judged: readonly JudgedPair[]): Finding[] {
  return judged.flatMap(({ from, to, unknown }) =>
    [...unknown].map(([why, keys]) => {
      const [key = ""] = keys;
      const service = keys.length === 1 ? to.services.get(key) : undefined;
      const about = service
        ? { cluster: to.cluster.context, object: objectRef("Service", service) }
        : {};
      return info(
        `${enumerate(keys.toSorted())} of ${to.cluster.context} in ${from.cluster.context} not checked: ${why}`,
        about,
      );
    }),
  );
}

/** The checks that judge what is at fault elsewhere. */
const JUDGED_BY = { networks: "network", sharing: "services" } as const;

function faultFindings(judged: readonly JudgedPair[]): Finding[] {
  return groupFaults(judged.flatMap(({ faults }) => faults)).map((faults) => {
    const finding = findingOf(faults);
    const [{ cause, path }] = faults;
    const { from } = path;
    if (cause === noAddress && givesNoAddresses(from)) {
      return { ...finding, blockedBy: checkOf(from.cluster.context, "env-vars") };
    }
    const root = cause.rootIn?.(faults[0]);
    return root ? { ...finding, blockedBy: JUDGED_BY[root] } : finding;
  });
}

function passes(judged: readonly JudgedPair[]): Finding[] {
  return judged.flatMap(({ from, to, fine, faults, unknown }) => {
    if (fine === 0 || faults.length > 0 || unknown.size > 0) return [];
    const what = fine === 1 ? "1 service" : `${fine} services`;
    const message = `${from.cluster.context} knows ${what} of ${to.cluster.context}`;
    return [pass(message, { cluster: from.cluster.context })];
  });
}

function summaryOf(mesh: ServiceMesh, judged: readonly JudgedPair[]): string {
  const shared = new Set(mesh.sides.flatMap(({ shared: own }) => [...own.keys()]));
  if (shared.size === 0) return "no globally shared services found";
  const fine = judged.reduce((sum, one) => sum + one.fine, 0);
  if (fine === 0) return "no service is shared over a working link within a segment";
  const noun = fine === 1 ? "import" : "imports";
  const unknown = judged.some((one) => one.unknown.size > 0);
  return `${fine} ${noun} of shared services ${fine === 1 ? "has" : "have"} a name, an address and a way there${unknown ? "; others were not checked" : ""}`;
}

export const serviceImports = meshCheck({
  id: "service-imports",
  title: "Service Import Check",
  meshKind: "peering",
  view: { rank: 610 },
  why: "A service that one cluster shares is reached from another only where istiod there has written a name, an address and a way to it; that traffic stays with ready pods of the callers' own cluster is meant so.",
  reads:
    "Services and Namespaces with their scope, takeover, waypoint and traffic distribution; ServiceEntries and WorkloadEntries that peering wrote in the istio namespace; other ServiceEntries with the same hosts; remote Gateways.",
  faults: [
    "A linked cluster has no ServiceEntry for a service that another shares, or no entry for the pods there (a warning for two minutes).",
    "The ServiceEntry has no address, lacks a port, or another one has its host.",
    "An entry names another network than the cluster is on, or no remote Gateway leads to it.",
    "Something is left over of a service that no cluster shares any more (warning).",
    "Only some copies have a waypoint; their traffic distribution differs; a service is taken over behind a waypoint (warning).",
    "Ingress gateways are told to use a waypoint by another value than true; traffic is to go to the nearest of several clusters, of which the remote Gateways name no region (warning).",
  ],
  fixes: [
    "Mend the link first, where it is broken: mc check --check peers,links.",
    "See what istiod of the callers' cluster says of the peer.",
    "Take other ServiceEntries off the host; delete what is left over.",
    "Follow one service from cluster to cluster with mc trace SERVICE.NAMESPACE.",
  ],
  needs: ["services", "namespaces", "gateways"],
  uses: [
    "imports",
    "remoteEntries",
    "flatEntries",
    "servicePods",
    "segments",
    "meshConfigs",
    "istiods",
  ],
  artifacts: ["links"],
  notInPrecheck: "services are imported over links, which are not asked for",
  run(members: readonly ServiceMeshMember[], { absent, artifacts }) {
    if (members.length < 2) {
      const finding = pairsSkipped("imports of services are not checked", absent);
      return { findings: [finding], summary: finding.message };
    }
    const mesh = new ServiceMesh(members, linksAmong(artifacts.links, members));
    const pairs = pairsOf(mesh);
    const working = pairs.filter(([from, to]) => mesh.link(from, to).state === "working");
    const judged = working
      .filter(([from]) => from.member.facts.imports.ok)
      .map(([from, to]) => judgePair(mesh, from, to));
    const unread = [...new Set(working.map(([from]) => from))].flatMap(({ cluster, member }) => {
      const { imports } = member.facts;
      return imports.ok
        ? []
        : [notChecked(`imports of ${cluster.context}`, imports, { cluster: cluster.context })];
    });
    const findings = [
      ...passes(judged),
      ...faultFindings(judged),
      ...leftOverFindings(mesh, absent),
      ...copyFindings(mesh),
      ...unreadFindings(judged),
      ...unread,
      ...blockedFindings(mesh, pairs),
    ];
    return { findings, summary: summarize(findings, summaryOf(mesh, judged)) };
  },
});
