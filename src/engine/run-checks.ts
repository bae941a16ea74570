import { CONNECTION } from "../lib/connection.ts";
import { defined } from "../lib/defined.ts";
import type { AnyCheck, ClusterRef, Verdict } from "../model/check.ts";
import type { GatheredCluster } from "../model/cluster.ts";
import { checkOf, error, isFault, pass, skip, summarize, worst } from "../model/finding.ts";
import type { Finding, MeshKind, Result } from "../model/report.ts";
import { applicable, whyLeftOut } from "./applies.ts";
import { aliasesOf, aliasNotes, type Alias } from "./aliases.ts";
import { RunArtifacts } from "./artifacts.ts";
import { narrowedNotes } from "./narrowed-notes.ts";
import { ownId } from "./root-causes.ts";
import { withoutGuesses } from "./uncertain.ts";
import { notRead, select, unreadCauses, type UnreadCauses } from "./unread.ts";

/** What a run of the checks is about. */
export interface RunContext {
  precheck: boolean;
  revision?: string;
  /** How the clusters of the mesh find each other; absent: by peering. */
  kinds?: ReadonlySet<MeshKind>;
  /** Nothing shows their kind, and not all that would tell was read. */
  isKindGuessed?: boolean;
  /** What the checks ask for; absent: none does. */
  artifacts?: RunArtifacts;
}

const NO_ARTIFACTS = new RunArtifacts([]);
const PEERING: ReadonlySet<MeshKind> = new Set(["peering"]);

/** The same for every check of a run. */
interface Run extends RunContext {
  kinds: ReadonlySet<MeshKind>;
  clusters: readonly GatheredCluster[];
  refs: readonly ClusterRef[];
  aliases: readonly Alias[];
  /** By cluster. */
  unread: ReadonlyMap<GatheredCluster, UnreadCauses>;
  /** A check of the run names contexts that are one cluster. */
  namesAliases: boolean;
}

interface ClusterResults extends Pick<GatheredCluster, "recordedAt" | "recordedAfter"> {
  ref: ClusterRef;
  results: Result[];
}

/**
 * Runs the checks over what was gathered. Each result is that check's alone: what it needs and could
 * not be read, and what it throws, costs no other check.
 */
export function runChecks(
  checks: readonly AnyCheck[],
  clusters: readonly GatheredCluster[],
  given: RunContext,
): { clusters: ClusterResults[]; mesh: Result[] } {
  const context = { ...given, kinds: given.kinds ?? PEERING };
  const asked = applicable(checks, context);
  const run: Run = {
    ...context,
    clusters,
    refs: clusters.map(({ ref }) => ref),
    aliases: aliasesOf(clusters),
    unread: new Map(clusters.map((cluster) => [cluster, unreadCauses(asked, cluster)])),
    namesAliases: checks.some((check) => check.scope === "mesh" && check.seesAliases),
  };
  return {
    clusters: clusters.map((cluster) => ({
      ref: cluster.ref,
      ...defined({ recordedAt: cluster.recordedAt, recordedAfter: cluster.recordedAfter }),
      results: checks.flatMap((check) =>
        check.scope === "cluster"
          ? [timed(check, context, () => runOnCluster(check, cluster, run), cluster.ref.context)]
          : [],
      ),
    })),
    mesh: checks.flatMap((check) =>
      check.scope === "mesh" ? [timed(check, context, () => runOnMesh(check, run))] : [],
    ),
  };
}

function timed(check: AnyCheck, context: RunContext, run: () => Verdict, cluster?: string): Result {
  const start = performance.now();
  let verdict: Verdict;
  const leftOut = whyLeftOut(check, context);
  if (leftOut !== undefined) {
    const { message, ...because } = leftOut;
    verdict = {
      summary: message,
      findings: [skip(message, { ...because, ...defined({ cluster }) })],
    };
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
    ...defined({ data }),
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

function runOnCluster(
  check: Extract<AnyCheck, { scope: "cluster" }>,
  cluster: GatheredCluster,
  { precheck, revision, kinds, refs, unread }: Run,
): Verdict {
  const { context } = cluster.ref;
  if (check.id !== CONNECTION && cluster.facts.connection?.ok === false) {
    const message = "not checked: the cluster could not be reached";
    const finding = skip(message, { cluster: context, blockedBy: CONNECTION });
    return { summary: message, findings: [finding] };
  }
  const selected = select(check, cluster);
  if ("lacking" in selected) {
    const finding = notRead(check, cluster, selected.lacking, unread.get(cluster));
    return { summary: finding.message, findings: [finding] };
  }
  const given = check.run(selected.facts as never, {
    precheck,
    kinds,
    clusters: refs,
    cluster: cluster.ref,
    ...defined({ revision }),
  });
  const named = given.findings.map((finding) =>
    ownId({ ...finding, cluster: finding.cluster ?? context }, context),
  );
  const verdict = withoutGuesses({ ...given, findings: named }, check, [cluster]);
  const { findings } = verdict;
  return { ...verdict, findings: [...findings, ...narrowedNotes(check, cluster)] };
}

function runOnMesh(
  check: Extract<AnyCheck, { scope: "mesh" }>,
  {
    clusters,
    precheck,
    revision,
    kinds,
    artifacts = NO_ARTIFACTS,
    aliases,
    unread,
    namesAliases,
  }: Run,
): Verdict {
  const repeated = new Set(check.seesAliases ? [] : aliases.map(({ cluster }) => cluster));
  const distinct = clusters.filter((cluster) => !repeated.has(cluster));
  const members: { cluster: ClusterRef; facts: Record<string, unknown> }[] = [];
  const seen: GatheredCluster[] = [];
  const absent: ClusterRef[] = [];
  const notices: Finding[] = [];
  const notes: Finding[] = namesAliases ? [] : aliasNotes(aliases);
  for (const cluster of distinct) {
    const { ref } = cluster;
    if (cluster.facts.connection?.ok === false) {
      absent.push(ref);
      notices.push(
        skip(`${ref.context} not checked: it could not be reached`, {
          cluster: ref.context,
          blockedBy: checkOf(ref.context, CONNECTION),
        }),
      );
      continue;
    }
    const selected = select(check, cluster);
    if ("facts" in selected) {
      members.push({ cluster: ref, facts: selected.facts });
      seen.push(cluster);
      notes.push(...narrowedNotes(check, cluster));
    } else {
      absent.push(ref);
      notices.push(notRead(check, cluster, selected.lacking, unread.get(cluster)));
    }
  }
  if (members.length === 0) {
    return { summary: summarize(notices, "no cluster could be checked"), findings: notices };
  }
  const given = check.run(members as never, {
    precheck,
    kinds,
    clusters: distinct.map(({ ref }) => ref),
    absent,
    ...defined({ revision }),
    artifacts: artifacts.for(check.artifacts),
  });
  const verdict = withoutGuesses(given, check, seen);
  if (notices.length + notes.length === 0) return verdict;
  // A verdict without findings is a pass: notices beside it must not make it a skip.
  const own = verdict.findings.length > 0 ? verdict.findings : [pass(verdict.summary)];
  if (notices.length === 0) return { ...verdict, findings: [...own, ...notes] };
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
