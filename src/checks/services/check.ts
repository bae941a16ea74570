import { SERVICE_SCOPE } from "../../mesh/names.ts";
import { contexts, enumerate } from "../../mesh/wording.ts";
import { pairsSkipped } from "../_shared/pairs-skipped.ts";
import {
  bySegment,
  portsOf,
  sharedCopies,
  unlabelled,
  type ServiceCopy,
  type ServicesMember,
} from "../../mesh/services.ts";
import { showService } from "../../mesh/commands/services.ts";
import { kubectl } from "../../mesh/commands/shell.ts";
import { samenessFindings, type SamenessMember } from "./sameness.ts";
import { meshCheck } from "../../model/check.ts";
import { fail, info, objectRef, pass, remedy, summarize } from "../../model/finding.ts";
import type { Finding, ObjectRef } from "../../model/report.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    services: undefined;
  }
}

type Shared = ServiceCopy & { scope: string };

function label({ cluster, service }: ServiceCopy, scope: string): string {
  return kubectl(
    cluster,
    "-n",
    service.namespace,
    "label",
    "service",
    service.name,
    `${SERVICE_SCOPE}=${scope}`,
    "--overwrite",
  );
}

function show({ cluster, service }: ServiceCopy): string {
  return showService(cluster, service);
}

/** `80/TCP in a, b; 443/TCP in c` */
function listed(groups: ReadonlyMap<string, readonly ServiceCopy[]>): string {
  return [...groups].map(([text, copies]) => `${text} in ${contexts(copies)}`).join("; ");
}

function sharedOf(copies: readonly ServiceCopy[]): Shared[] {
  return copies.flatMap(({ scope, ...copy }) => (scope === undefined ? [] : { ...copy, scope }));
}

/** The scope that most copies have (there are some), which is likely what is meant. */
function usualScope(shared: readonly Shared[]): string {
  return [...Map.groupBy(shared, ({ scope }) => scope)].reduce((most, one) =>
    one[1].length > most[1].length ? one : most,
  )[0];
}

/** One finding a Service and rule, naming who differs. */
function comparison(key: string, shared: readonly Shared[]): Finding[] {
  const [first, second] = shared;
  if (!first || !second) return [];
  const object = objectRef("Service", first.service);
  const ports = Map.groupBy(shared, portsOf);
  const scopes = Map.groupBy(shared, ({ scope }) => scope);
  const findings: Finding[] = [];
  if (ports.size > 1) {
    findings.push(
      fail(`Service ${key} has different ports: ${listed(ports)}`, {
        object,
        remediation: remedy(
          "Give the service the same ports and protocols in all clusters, or another name where it is another service.",
          ...[...ports.values()].flatMap((copies) => copies.slice(0, 1).map(show)),
        ),
      }),
    );
  }
  if (scopes.size > 1) {
    const usual = usualScope(shared);
    findings.push(
      fail(`Service ${key} has different scopes: ${listed(scopes)}`, {
        object,
        remediation: remedy(
          `Label the service ${SERVICE_SCOPE} the same in all clusters.`,
          ...shared.filter(({ scope }) => scope !== usual).map((copy) => label(copy, usual)),
        ),
      }),
    );
  }
  const same = `Service ${key} is the same in ${contexts(shared)}`;
  return findings.length > 0 ? findings : [pass(same, { object })];
}

/** Services of a namespace that are shared in the same clusters and missing from the same others. */
interface Unshared {
  names: string[];
  /** The first of them. */
  object: ObjectRef;
  /** What shares each of them there, with the scope that it has elsewhere. */
  commands: string[];
  /** Contexts where they are shared, and where not. */
  where: string;
  elsewhere: string;
}

function unsharedOf(copies: ReadonlyMap<string, readonly ServiceCopy[]>): Unshared[] {
  const groups = new Map<string, Unshared>();
  for (const [key, all] of copies) {
    const lacking = all.filter(({ scope }) => scope === undefined);
    const [first] = lacking;
    if (!first) continue;
    const shared = sharedOf(all);
    const scope = usualScope(shared);
    const where = contexts(shared);
    const elsewhere = contexts(lacking);
    const group = JSON.stringify([key.split("/")[0], where, elsewhere]);
    const object = objectRef("Service", first.service);
    const found = groups.get(group) ?? { names: [], object, commands: [], where, elsewhere };
    found.names.push(key);
    found.commands.push(...lacking.map((copy) => label(copy, scope)));
    groups.set(group, found);
  }
  return [...groups.values()];
}

function unsharedFinding({ names, object, commands, where, elsewhere }: Unshared): Finding {
  const subject =
    names.length === 1 ? `Service ${names[0]} is` : `Services ${enumerate(names)} are`;
  return info(`${subject} shared in ${where}, but not in ${elsewhere}`, {
    ...(names.length === 1 ? { object } : {}),
    remediation: remedy("Share it there too if it is the same service.", ...commands.slice(0, 5)),
  });
}

function namespaceOf({ service }: ServiceCopy): string {
  return service.namespace;
}

/** A namespace's label shares its Services: where it lacks, those that come later are not. */
function namespaceFindings(
  copies: ReadonlyMap<string, readonly ServiceCopy[]>,
  members: readonly ServicesMember[],
): Finding[] {
  const all = [...copies.values()].flat();
  const inherited = Map.groupBy(
    all.filter((copy) => copy.inherited),
    namespaceOf,
  );
  // Where a Service of the namespace is not shared, that says it already.
  const said = new Set(
    all
      .filter(({ scope }) => scope === undefined)
      .map((copy) => `${copy.cluster.context} ${namespaceOf(copy)}`),
  );
  return [...inherited].flatMap(([namespace, sharing]) => {
    const without = unlabelled(namespace, members).filter(
      ({ cluster }) => !said.has(`${cluster.context} ${namespace}`),
    );
    if (without.length === 0) return [];
    const where = enumerate([...new Set(sharing.map(({ cluster }) => cluster.context))]);
    return [
      info(
        `Namespace ${namespace} is labelled ${SERVICE_SCOPE} in ${where}, but not in ${contexts(without)}`,
        { object: objectRef("Namespace", { name: namespace }) },
      ),
    ];
  });
}

export const services = meshCheck({
  id: "services",
  title: "Global Service Consistency Check",
  view: { rank: 600 },
  why: "A global service is one service of all clusters: a client gets an endpoint of any, on the port it asked for.",
  reads:
    "Services with label solo.io/service-scope, or whose namespace has it: ports, protocols, scope; the segment of each cluster. With remote secrets, all Services that clusters have in common, but for those of the istio namespace and those that keep to their cluster.",
  faults: [
    "A global service has other ports or protocols in one cluster than in another.",
    "It has another scope.",
    "In meshes with remote secrets: a Service of several clusters has other ports in one of them, or is headless in one only (warning).",
  ],
  fixes: [
    "Give the service the same ports in all clusters.",
    "Label it solo.io/service-scope the same in all clusters.",
  ],
  needs: ["services", "namespaces"],
  uses: ["meshConfigs", "istiods"],
  run(members: readonly SamenessMember[], { absent, kinds }) {
    if (members.length < 2) {
      const finding = pairsSkipped("global services are not compared", absent);
      return { findings: [finding], summary: finding.message };
    }
    if (!kinds.has("peering")) {
      const { findings, count } = samenessFindings(members);
      return { findings, summary: summarize(findings, alike(count)) };
    }
    const segments = bySegment(members);
    const judged = [...segments.values()].map(judgeSegment);
    const findings = judged.flatMap((one) => one.findings);
    const total = (of: (one: JudgedSegment) => number): number =>
      judged.reduce((sum, one) => sum + of(one), 0);
    const alone = total((one) => one.alone);
    const compared = total((one) => one.compared);
    if (segments.size > 1 && alone + compared > 0) findings.push(segmentsFinding(segments));
    return { findings, summary: summarize(findings, fine(compared, alone)) };
  },
});

interface JudgedSegment {
  findings: Finding[];
  /** How many Services several of its clusters share, and how many one only. */
  compared: number;
  alone: number;
}

function judgeSegment(members: readonly ServicesMember[]): JudgedSegment {
  const copies = sharedCopies(members);
  const shared = [...copies].map(([key, all]) => [key, sharedOf(all)] as const);
  const compared = shared.filter(([, own]) => own.length > 1).length;
  return {
    findings: [
      ...shared.flatMap(([key, own]) => comparison(key, own)),
      ...unsharedOf(copies).map(unsharedFinding),
      ...namespaceFindings(copies, members),
    ],
    compared,
    alone: shared.length - compared,
  };
}

function segmentsFinding(
  segments: ReadonlyMap<string | undefined, readonly ServicesMember[]>,
): Finding {
  const names = [...segments].map(([name, members]) => `${name ?? "none"}: ${contexts(members)}`);
  return info(
    `services are compared within a segment only, as others do not see them; ${enumerate(names)}`,
  );
}

function alike(count: number): string {
  if (count === 0) return "clusters have no service in common";
  return count === 1
    ? "1 service of several clusters is alike"
    : `${count} services of several clusters are alike`;
}

/** A Service that one cluster alone shares agrees with nothing. */
function fine(compared: number, alone: number): string {
  if (compared + alone === 0) return "no globally shared services found";
  if (compared === 0) {
    const what = alone === 1 ? "1 service is" : `${alone} services are`;
    return `nothing to compare: ${what} globally shared by one cluster only`;
  }
  const consistent =
    compared === 1
      ? "1 globally shared service is consistent"
      : `${compared} globally shared services are consistent`;
  return alone === 0 ? consistent : `${consistent}; ${alone} more shared by one cluster only`;
}
