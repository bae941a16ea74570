import type { EastWestPodsData } from "../model/data.ts";
import { isFault } from "../model/finding.ts";
import type { GatewayName, LinksData } from "../model/links.ts";
import type { Finding, Report, Result } from "../model/report.ts";

/*
 * One fault often shows as many: a pair of clusters with different roots is disconnected in both
 * directions, and its links are broken. The checks themselves do not know of one another; here, with
 * all results in, what another fault explains is marked as blocked by it. Statuses stay as they are.
 */

/** What could not be checked (an `error`) explains nothing. */
function faults(result: Result | undefined): Finding[] {
  return result?.findings.filter(({ severity }) => severity === "fail") ?? [];
}

/** What explains a fault of the Peers Check between two clusters of the run. */
class Explanations {
  readonly #clusters: ReadonlyMap<string, ReadonlyMap<string, Result>>;
  readonly #mesh: ReadonlyMap<string, Result>;

  constructor(report: Report) {
    this.#clusters = new Map(
      report.clusters.map(({ context, checks }) => [
        context,
        new Map(checks.map((result) => [result.id, result])),
      ]),
    );
    this.#mesh = new Map(report.mesh.map((result) => [result.id, result]));
  }

  /** The check that keeps `from` from being connected to `to`, the most fundamental one first. */
  disconnected({ from, to, gateway, through }: BrokenEdge): string | undefined {
    if (this.isDown(to)) return `${to}/connection`;
    const certs = this.#mesh.get("certs");
    if (faults(certs).some((finding) => concerns(finding, certs, from, to))) return "certs";
    for (const context of [from, to]) {
      if (this.#stopping(context, "pods-istiod").length > 0) return `${context}/pods-istiod`;
    }
    for (const context of [from, to]) {
      for (const id of ["license", "env-vars"]) {
        if (this.#stopping(context, id).length > 0) return `${context}/${id}`;
      }
    }
    const isAbout = ({ cluster, object }: Finding): boolean =>
      cluster === from &&
      object !== undefined &&
      edgeKey(from, object.namespace, object.name) === gateway;
    for (const id of ["trust-domains", "peer-addresses"]) {
      if (faults(this.#mesh.get(id)).some(isAbout)) return id;
    }
    return this.#entrance(to, through);
  }

  isDown(context: string): boolean {
    const status = this.#clusters.get(context)?.get("connection")?.status;
    return status === "error" || status === "fail";
  }

  /**
   * The faults of a check that stop peering: not every fault does, and one that follows from
   * something else explains nothing itself.
   */
  #stopping(context: string, id: string): Finding[] {
    return faults(this.#clusters.get(context)?.get(id)).filter(
      (finding) => finding.stopsPeering && !finding.blockedBy,
    );
  }

  /** What keeps links out of a cluster: each gateway that this one may lead through is closed. */
  #entrance(to: string, through: readonly GatewayName[]): string | undefined {
    // On no object: there is no east-west gateway at all.
    if (this.#stopping(to, "gateways").some(({ object }) => !object)) return `${to}/gateways`;
    const causes = through.map((gateway) => this.#closed(to, gateway));
    return causes.includes(undefined) ? undefined : causes[0];
  }

  /** What closes one east-west gateway. */
  #closed(to: string, { namespace, name }: GatewayName): string | undefined {
    const isIt = (one: Partial<GatewayName> | undefined): boolean =>
      one?.namespace === namespace && one.name === name;
    if (this.#stopping(to, "gateways").some(({ object }) => isIt(object))) return `${to}/gateways`;
    const pods = this.#clusters.get(to)?.get("pods-eastwest");
    const own = (pods?.data as EastWestPodsData | undefined)?.gateways.find(isIt)?.findings;
    const stopping = this.#stopping(to, "pods-eastwest");
    return own?.some((index) => stopping.some((finding) => finding === pods?.findings[index]))
      ? `${to}/pods-eastwest`
      : undefined;
  }
}

/** A finding of `certs` is about a pair when its data says that the pair does not verify. */
function concerns(finding: Finding, certs: Result | undefined, from: string, to: string): boolean {
  const pairs = (certs?.data as { pairs?: unknown } | undefined)?.pairs;
  if (!Array.isArray(pairs)) return finding.cluster === from || finding.cluster === to;
  return (pairs as { from?: string; to?: string; ok?: boolean }[]).some(
    (pair) =>
      pair.ok === false &&
      ((pair.from === from && pair.to === to) || (pair.from === to && pair.to === from)),
  );
}

/** A remote Gateway that is not connected. */
interface BrokenEdge {
  /** Contexts. */
  from: string;
  to: string;
  /** As `edgeKey` names it. */
  gateway: string;
  /** The east-west gateways of `to` that it may lead through, as far as they are known. */
  through: readonly GatewayName[];
}

/** Remote Gateways that are not connected, by cluster and object. */
function brokenEdges(
  report: Report,
  isDown: (context: string) => boolean,
): Map<string, BrokenEdge> {
  const links = report.mesh.find(({ id }) => id === "links")?.data as LinksData | undefined;
  const edges = links?.edges ?? [];
  const whoIs = targetsOutside(
    edges.filter(({ inRun }) => !inRun).map(({ to }) => to),
    report.clusters.map(({ context }) => context).filter(isDown),
  );
  return new Map(
    edges.flatMap(({ from, to, inRun, gateway, state, through = [] }) => {
      const target = inRun ? to : whoIs(to);
      if (state !== "broken" || target === undefined) return [];
      const key = edgeKey(from, gateway.namespace, gateway.name);
      return [[key, { from, to: target, gateway: key, through }] as const];
    }),
  );
}

/**
 * Of a cluster that is down neither CLUSTER_ID nor network can be known: a name that no cluster of
 * the run has is its own where it is part of the context, or where there is just one of either.
 */
function targetsOutside(
  names: readonly string[],
  down: readonly string[],
): (name: string) => string | undefined {
  const distinct = new Set(names);
  return (name) => {
    if (down.includes(name)) return name;
    const alike = down.filter((context) => context.split(/[^\w-]|_/).includes(name));
    const possible = alike.length > 0 ? alike : distinct.size === 1 ? down : [];
    return possible.length === 1 ? possible[0] : undefined;
  };
}

function edgeKey(from: string, namespace: string | undefined, name: string): string {
  return JSON.stringify([from, namespace, name]);
}

/** Within a cluster's results its own checks go by their plain id. */
export function ownId(finding: Finding, context: string): Finding {
  const prefix = `${context}/`;
  return finding.blockedBy?.startsWith(prefix)
    ? { ...finding, blockedBy: finding.blockedBy.slice(prefix.length) }
    : finding;
}

/** Results by the ids as `blockedBy` gives them. */
function resultsByName(report: Report): Map<string, Result> {
  return new Map([
    ...report.mesh.map((result) => [result.id, result] as const),
    ...report.clusters.flatMap(({ context, checks }) =>
      checks.map((result) => [`${context}/${result.id}`, result] as const),
    ),
  ]);
}

/** The report with `blockedBy` on the findings that another fault explains, and on no others. */
export function annotateCauses(report: Report): Report {
  const explanations = new Explanations(report);
  const broken = brokenEdges(report, (context) => explanations.isDown(context));
  const results = resultsByName(report);
  const explain = (finding: Finding, context: string | undefined): Finding => {
    const { object, blockedBy } = finding;
    // Broken links are blocked by the Peers Check, which what explains the peer explains as well.
    const isExplained = blockedBy !== undefined && blockedBy !== `${context}/peers`;
    if (isExplained || !context || !object || !isFault(finding.severity)) return finding;
    const edge = broken.get(edgeKey(context, object.namespace, object.name));
    const cause = edge && explanations.disconnected(edge);
    return cause === undefined ? finding : { ...finding, blockedBy: cause };
  };
  // A check that was not asked for, or that is fine, explains nothing: its fault would be named nowhere.
  const ofResults = (finding: Finding, context?: string): Finding => {
    const { blockedBy, ...rest } = finding;
    if (blockedBy === undefined) return finding;
    const blocking =
      results.get(blockedBy) ??
      (context === undefined ? undefined : results.get(`${context}/${blockedBy}`));
    return blocking && isFault(blocking.status) ? finding : rest;
  };
  return {
    ...report,
    clusters: report.clusters.map((cluster) => ({
      ...cluster,
      checks: cluster.checks.map((result) =>
        withFindings(result, (finding) => {
          const { context } = cluster;
          const explained = result.id === "peers" ? explain(finding, context) : finding;
          return ownId(ofResults(explained, context), context);
        }),
      ),
    })),
    mesh: report.mesh.map((result) =>
      withFindings(result, (finding) =>
        ofResults(result.id === "links" ? explain(finding, finding.cluster) : finding),
      ),
    ),
  };
}

function withFindings(result: Result, change: (finding: Finding) => Finding): Result {
  return { ...result, findings: result.findings.map(change) };
}
