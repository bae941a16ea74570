import { isFault } from "../model/finding.ts";
import type { LinksData } from "../model/links.ts";
import type { Finding, Report, Result } from "../model/report.ts";

/*
 * One fault often shows as many: a pair of clusters with different roots is disconnected in both
 * directions, and its links are broken. The checks themselves do not know of one another; here, with
 * all results in, what another fault explains is marked as blocked by it. Statuses stay as they are.
 */

function faults(result: Result | undefined): Finding[] {
  return (
    result?.findings.filter(({ severity }) => severity === "fail" || severity === "error") ?? []
  );
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
  disconnected(from: string, to: string): string | undefined {
    if (this.#faulty(to, "connection")) return `${to}/connection`;
    const certs = this.#mesh.get("certs");
    if (faults(certs).some((finding) => concerns(finding, certs, from, to))) return "certs";
    if (this.#noRunningIstiod(from)) return `${from}/pods-istiod`;
    if (this.#noRunningIstiod(to)) return `${to}/pods-istiod`;
    for (const context of [from, to]) {
      for (const id of ["license", "env-vars"]) {
        if (this.#faulty(context, id)) return `${context}/${id}`;
      }
    }
    const moved = this.#mesh.get("peer-addresses");
    if (faults(moved).some((finding) => finding.cluster === from)) return "peer-addresses";
    for (const id of ["gateways", "pods-eastwest"]) {
      if (this.#faulty(to, id)) return `${to}/${id}`;
    }
    return undefined;
  }

  #faulty(context: string, id: string): boolean {
    return faults(this.#clusters.get(context)?.get(id)).some(({ blockedBy }) => !blockedBy);
  }

  #noRunningIstiod(context: string): boolean {
    return this.#faulty(context, "pods-istiod");
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

/** Remote Gateways that are not connected, by cluster and object, with the context they stand for. */
function brokenEdges(report: Report): Map<string, string> {
  const links = report.mesh.find(({ id }) => id === "links")?.data as LinksData | undefined;
  // A cluster that is down has no CLUSTER_ID that could be known, but often goes by its name.
  const contexts = new Set(report.clusters.map(({ context }) => context));
  return new Map(
    (links?.edges ?? [])
      .filter(({ state, inRun, to }) => state === "broken" && (inRun || contexts.has(to)))
      .map(({ from, to, gateway }) => [edgeKey(from, gateway.namespace, gateway.name), to]),
  );
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

/** Ids as `blockedBy` gives them, of every result there is. */
function resultNames(report: Report): Set<string> {
  return new Set([
    ...report.mesh.map(({ id }) => id),
    ...report.clusters.flatMap(({ context, checks }) => checks.map(({ id }) => `${context}/${id}`)),
  ]);
}

/** The report with `blockedBy` on the findings that another fault explains, and on no others. */
export function annotateCauses(report: Report): Report {
  const explanations = new Explanations(report);
  const broken = brokenEdges(report);
  const names = resultNames(report);
  const explain = (finding: Finding, context: string | undefined): Finding => {
    if (finding.blockedBy || !context || !finding.object || !isFault(finding.severity)) {
      return finding;
    }
    const target = broken.get(edgeKey(context, finding.object.namespace, finding.object.name));
    const cause = target === undefined ? undefined : explanations.disconnected(context, target);
    return cause === undefined ? finding : { ...finding, blockedBy: cause };
  };
  // A check that was not asked for explains nothing: its fault would be named nowhere.
  const ofResults = (finding: Finding, context?: string): Finding => {
    const { blockedBy, ...rest } = finding;
    if (blockedBy === undefined || names.has(blockedBy)) return finding;
    return context !== undefined && names.has(`${context}/${blockedBy}`) ? finding : rest;
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
