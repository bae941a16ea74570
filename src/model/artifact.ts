import type { ClusterRef } from "./cluster-ref.ts";
import type { GatheredCluster } from "./cluster.ts";
import type { FactKey, Facts } from "./facts.ts";
import type { Gathered } from "./gathered.ts";

/**
 * What checks derive from the facts of all clusters, by key: computed once a run, whichever checks
 * ask for it. Every artifact adds its type here with a module augmentation in its own file.
 */
export interface Artifacts {}

export type ArtifactKey = keyof Artifacts;

/** The artifacts that a check has declared. */
export type Asked<A extends ArtifactKey> = { readonly [K in A]: Artifacts[K] };

/** A cluster as an artifact that is prepared ahead sees it: before all of its facts are there. */
export interface EarlyCluster {
  ref: Pick<ClusterRef, "context" | "now">;
  facts: { readonly [K in FactKey]?: Gathered<Facts[K]> };
}

/** An artifact that is derived when the first check asks for it. */
export interface DerivedArtifact<K extends ArtifactKey = ArtifactKey> {
  key: K;
  uses: readonly FactKey[];
  /** @param clusters each once, whether or not it could be read */
  derive(clusters: readonly GatheredCluster[]): Artifacts[K];
}

/**
 * An artifact that takes asynchronous work: the engine begins it as soon as the facts that it uses
 * are there, while others are still on their way, and waits for it before the checks.
 */
export interface PreparedArtifact<K extends ArtifactKey = ArtifactKey> {
  key: K;
  uses: readonly FactKey[];
  prepare(clusters: readonly EarlyCluster[]): Promise<Artifacts[K]>;
}

export type AnyArtifact = DerivedArtifact | PreparedArtifact;
