import type { AnyCheck, ClusterRef, Verdict } from "../model/check.ts";
import type { GatheredCluster } from "../model/cluster.ts";
import type { FactKey } from "../model/facts.ts";
import { error, isFault, pass, skip, summarize, worst } from "../model/finding.ts";
import type { Gathered, Missing } from "../model/gathered.ts";
import type { Finding, Result } from "../model/report.ts";
import type { TrustMatrix } from "../model/trust.ts";
import { remedyFor } from "./access.ts";
import { narrowedNotes } from "./narrowed-notes.ts";
import { ownId } from "./root-causes.ts";

/** What a run of the checks is about. */
export interface RunContext {
  precheck: boolean;
  revision?: string;
  /** What judgeTrust found of the clusters' certificates, when `certs` is among the checks. */
  trust?: TrustMatrix;
}

interface ClusterResults {
  ref: ClusterRef;
  results: Result[];
}

const CONNECTION = "connection";

/**
 * Runs the checks over what was gathered. Each result is that check's alone: what it needs and could
 * not be read, and what it throws, costs no other check.
 */
export function runChecks(
  checks: readonly AnyCheck[],
  clusters: readonly GatheredCluster[],
  context: RunContext,
): { clusters: ClusterResults[]; mesh: Result[] } {
  const refs = clusters.map(({ ref }) => ref);
  return {
    clusters: clusters.map((cluster) => ({
      ref: cluster.ref,
      results: checks.flatMap((check) =>
        check.scope === "cluster"
          ? [timed(check, context, () => runOnCluster(check, cluster, refs, context))]
          : [],
      ),
    })),
    mesh: checks.flatMap((check) =>
      check.scope === "mesh"
        ? [timed(check, context, () => runOnMesh(check, clusters, refs, context))]
        : [],
    ),
  };
}

function timed(check: AnyCheck, context: RunContext, run: () => Verdict): Result {
  const start = performance.now();
  let verdict: Verdict;
  if (context.precheck && check.notInPrecheck) {
    verdict = { summary: check.notInPrecheck, findings: [skip(check.notInPrecheck)] };
  } else {
    try {
      verdict = run();
    } catch (cause) {
      verdict = crashed(cause);
    }
  }
  const { summary, findings, data } = verdict;
  return {
    id: check.id,
    title: check.title,
    status: worst(findings.map(({ severity }) => severity)),
    summary,
    durationMs: Math.round((performance.now() - start) * 1000) / 1000,
    findings,
    ...(data === undefined ? {} : { data }),
  };
}

function crashed(cause: unknown): Verdict {
  const message = `the check itself failed: ${cause instanceof Error ? cause.message : String(cause)}`;
  const finding = error(message, {
    remediation: {
      summary: "This is a fault of mc: please report it with the output of --debug.",
      commands: [],
    },
  });
  return { summary: message, findings: [finding] };
}

/** The declared facts as `run` takes them, or the first needed one that is missing. */
function select(
  check: AnyCheck,
  cluster: GatheredCluster,
): { facts: Record<string, unknown> } | { lacking: Missing } {
  const facts: Record<string, unknown> = {};
  for (const key of check.needs) {
    const fact = factOf(cluster, key);
    if (!fact.ok) return { lacking: fact };
    facts[key] = fact.value;
  }
  for (const key of check.uses) facts[key] = factOf(cluster, key);
  return { facts };
}

function factOf(cluster: GatheredCluster, key: FactKey): Gathered<unknown> {
  const fact = cluster.facts[key];
  if (!fact) throw new Error(`fact ${key} was not gathered`);
  return fact;
}

function userOf(cluster: GatheredCluster): string | undefined {
  return cluster.facts.connection?.ok ? cluster.facts.connection.value.user : undefined;
}

function notRead(cluster: GatheredCluster, cause: Missing, message: string): Finding {
  return error(message, {
    cluster: cluster.ref.context,
    remediation: remedyFor(cluster.ref, cause, userOf(cluster)),
  });
}

function runOnCluster(
  check: Extract<AnyCheck, { scope: "cluster" }>,
  cluster: GatheredCluster,
  refs: readonly ClusterRef[],
  { precheck, revision }: RunContext,
): Verdict {
  const { context } = cluster.ref;
  if (check.id !== CONNECTION && cluster.facts.connection?.ok === false) {
    const message = "not checked: the cluster could not be reached";
    const finding = skip(message, { cluster: context, blockedBy: CONNECTION });
    return { summary: message, findings: [finding] };
  }
  const selected = select(check, cluster);
  if ("lacking" in selected) {
    const message = `could not be checked: ${selected.lacking.detail}`;
    return { summary: message, findings: [notRead(cluster, selected.lacking, message)] };
  }
  const verdict = check.run(selected.facts as never, {
    precheck,
    clusters: refs,
    cluster: cluster.ref,
    ...(revision === undefined ? {} : { revision }),
  });
  const findings = verdict.findings.map((finding) =>
    ownId({ ...finding, cluster: finding.cluster ?? context }, context),
  );
  return { ...verdict, findings: [...findings, ...narrowedNotes(check, cluster)] };
}

function runOnMesh(
  check: Extract<AnyCheck, { scope: "mesh" }>,
  clusters: readonly GatheredCluster[],
  refs: readonly ClusterRef[],
  { precheck, revision, trust }: RunContext,
): Verdict {
  const members: { cluster: ClusterRef; facts: Record<string, unknown> }[] = [];
  const absent: ClusterRef[] = [];
  const notices: Finding[] = [];
  const notes: Finding[] = [];
  for (const cluster of clusters) {
    const { ref } = cluster;
    if (cluster.facts.connection?.ok === false) {
      absent.push(ref);
      notices.push(
        skip(`${ref.context} not checked: it could not be reached`, {
          cluster: ref.context,
          blockedBy: `${ref.context}/${CONNECTION}`,
        }),
      );
      continue;
    }
    const selected = select(check, cluster);
    if ("facts" in selected) {
      members.push({ cluster: ref, facts: selected.facts });
      notes.push(...narrowedNotes(check, cluster));
    } else {
      absent.push(ref);
      const message = `${ref.context} could not be checked: ${selected.lacking.detail}`;
      notices.push(notRead(cluster, selected.lacking, message));
    }
  }
  if (members.length === 0) {
    return { summary: summarize(notices, "no cluster could be checked"), findings: notices };
  }
  const verdict = check.run(members as never, {
    precheck,
    clusters: refs,
    absent,
    ...(revision === undefined ? {} : { revision }),
    ...(trust === undefined ? {} : { trust }),
  });
  if (notices.length === 0) return { ...verdict, findings: [...verdict.findings, ...notes] };
  // A verdict without findings is a pass: notices beside it must not make it a skip.
  const own = verdict.findings.length > 0 ? verdict.findings : [pass(verdict.summary)];
  const findings = [...own, ...notes, ...notices];
  // What is fine is fine only for the clusters that were read: the summary must not say more.
  const summary = verdict.findings.some(({ severity }) => isFault(severity))
    ? summarize(findings, verdict.summary)
    : summarize(notices, `${verdict.summary} (not checked: ${names(absent)})`);
  return { ...verdict, summary, findings };
}

function names(clusters: readonly ClusterRef[]): string {
  return clusters.map(({ context }) => context).join(", ");
}
