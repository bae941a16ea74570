import type { ArtifactKey, Asked } from "./artifact.ts";
import type { CheckData, CheckId } from "./check-data.ts";
import type { ClusterRef } from "./cluster-ref.ts";
import type { FactKey, Facts } from "./facts.ts";
import type { Gathered } from "./gathered.ts";
import type { Explanation } from "./explanation.ts";
import type { LinkEdge } from "./links.ts";
import type { LogTopic } from "./log-topic.ts";
import type { Finding, MeshKind, Result } from "./report.ts";
import type { CheckView } from "./view.ts";

export type { ClusterRef };

interface CheckContext {
  precheck: boolean;
  /** All clusters of the run, this one included. */
  clusters: readonly ClusterRef[];
  /** `-r`: judge this istiod revision only. */
  revision?: string;
  /** How the clusters of the mesh find each other: both ways in a migration. */
  kinds: ReadonlySet<MeshKind>;
}

export interface ClusterCheckContext extends CheckContext {
  cluster: ClusterRef;
}

export interface MeshCheckContext<A extends ArtifactKey = never> extends CheckContext {
  /**
   * Clusters of the run whose needed facts could not be read, so that a check does not take a
   * gateway for one of them as pointing nowhere. The runner itself reports them.
   */
  absent: readonly ClusterRef[];
  /** What the check has declared. */
  artifacts: Asked<A>;
}

/** What a check concludes: its status is that of the worst finding, `pass` when there are none. */
export interface Verdict<Id extends CheckId = CheckId> {
  /** What the one summary line says after the title. */
  summary: string;
  findings: Finding[];
  data?: CheckData[Id];
}

type Needed<N extends FactKey> = { readonly [K in N]: Facts[K] };
type Used<U extends FactKey> = { readonly [K in U]: Gathered<Facts[K]> };

/** What `mc explain` prints of a check, and its README row is made from. */
interface Described<Id extends CheckId> {
  /** The name of its folder, and the id in every output. */
  id: Id;
  /** As the summary line begins. */
  title: string;
  /** How reporters show it. */
  view: CheckView<NoInfer<Id>>;
  /** How its faults account for those of other checks. */
  explanation?: Explanation<NoInfer<Id>>;
  /** The links of the mesh, of the check whose data has them. */
  linksOf?(result: Result<NoInfer<Id>>): readonly LinkEdge[];
  /** Why it matters to the mesh: one or two sentences. */
  why: string;
  /** What it reads, in words. */
  reads: string;
  /** Each fault it exists for, one line each. */
  faults: readonly string[];
  /** How to mend them, one line each. */
  fixes: readonly string[];
  /** What lines of logs explain its faults. */
  logs?: readonly LogTopic[];
  /** It is for meshes of this kind alone; absent: for all. */
  meshKind?: MeshKind;
  /** Not run with --precheck, with the reason that its `skip` gives. */
  notInPrecheck?: string;
}

export interface ClusterCheck<
  N extends FactKey = FactKey,
  U extends FactKey = FactKey,
  Id extends CheckId = CheckId,
> extends Described<Id> {
  scope: "cluster";
  /** Facts it cannot do without: one that is missing makes the result an `error`. */
  needs: readonly N[];
  /** Facts it uses if they are there. */
  uses: readonly U[];
  run(facts: Needed<N> & Used<U>, context: ClusterCheckContext): Verdict<NoInfer<Id>>;
}

/** One cluster as a mesh check sees it. */
export interface MeshMember<N extends FactKey, U extends FactKey> {
  cluster: ClusterRef;
  facts: Needed<N> & Used<U>;
}

export interface MeshCheck<
  N extends FactKey = FactKey,
  U extends FactKey = FactKey,
  Id extends CheckId = CheckId,
  A extends ArtifactKey = ArtifactKey,
> extends Described<Id> {
  scope: "mesh";
  /** What it derives from the facts of all clusters, and shares with other checks. */
  artifacts: readonly A[];
  needs: readonly N[];
  uses: readonly U[];
  /**
   * Takes part with every context of the run and names those that lead to one cluster. To other
   * checks only the first of such contexts is shown, as it would be no pair with itself.
   */
  seesAliases?: true;
  /** Gets the clusters whose needed facts were read; the runner reports the others. */
  run(members: readonly MeshMember<N, U>[], context: MeshCheckContext<A>): Verdict<NoInfer<Id>>;
}

/** A check of either scope as the registry and the runner hold it: `run` takes what it declared. */
export type AnyCheck = Described<CheckId> & {
  needs: readonly FactKey[];
  uses: readonly FactKey[];
} & (
    | {
        scope: "cluster";
        artifacts?: never;
        run(facts: never, context: ClusterCheckContext): Verdict;
      }
    | {
        scope: "mesh";
        artifacts: readonly ArtifactKey[];
        seesAliases?: true;
        run(members: never, context: MeshCheckContext<ArtifactKey>): Verdict;
      }
  );

/** Declares a check on one cluster; it must be pure and must not await. */
export function clusterCheck<
  const Id extends CheckId,
  const N extends FactKey,
  const U extends FactKey = never,
>(
  check: Omit<ClusterCheck<N, U, Id>, "scope" | "uses"> & { uses?: readonly U[] },
): ClusterCheck<N, U, Id> {
  return { ...check, scope: "cluster", uses: check.uses ?? [] };
}

/** Declares a check across clusters; it must be pure and must not await. */
export function meshCheck<
  const Id extends CheckId,
  const N extends FactKey,
  const U extends FactKey = never,
  const A extends ArtifactKey = never,
>(
  check: Omit<MeshCheck<N, U, Id, A>, "scope" | "uses" | "artifacts"> & {
    uses?: readonly U[];
    artifacts?: readonly A[];
  },
): MeshCheck<N, U, Id, A> {
  return {
    ...check,
    scope: "mesh",
    uses: check.uses ?? [],
    artifacts: check.artifacts ?? [],
  };
}
