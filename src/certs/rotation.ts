import { meets, renewedGate, trustGate, type Gate, type WorkloadEvidence } from "./gates.ts";

/*
 * The next safe step of a rotation, from where the clusters are: nothing is remembered between runs.
 * Roots and signing certificates are named by their fingerprints.
 */

/** What a signing certificate is, and which of the roots known in the run verify its chain now. */
export interface Signer {
  sha256: string;
  anchors: readonly string[];
}

/** Where one cluster is, and what it is to have in the end. */
export interface ClusterState {
  context: string;
  /** Roots of ConfigMap istio-ca-root-cert, which workloads are given. */
  trusted: readonly string[];
  /** Roots of the Secret, which istiod writes into the ConfigMap when it is restarted. */
  written: readonly string[];
  signer: Signer;
  target: Signer;
  /** Whether istiod still may take up by itself what the Secret has and the ConfigMap has not. */
  reloading: boolean;
  workloads: WorkloadEvidence;
}

/** What the Secret of one cluster is to become. */
export interface SecretChange {
  context: string;
  /** In the order in which they are to be written. */
  roots: readonly string[];
  signer: "present" | "target";
}

export type StepName =
  /** The new roots beside the old ones. */
  | "add"
  /** The new signing certificate, below a new root. */
  | "switch"
  /** The new signing certificate, below the root that is trusted already. */
  | "renew"
  /** The new roots alone. */
  | "drop";

export type RotationStep =
  | { kind: "finished" }
  | { kind: "write"; step: StepName; changes: readonly SecretChange[] }
  /** istiod must be restarted before the step that is named can be taken or is complete. */
  | { kind: "restart"; step: StepName; contexts: readonly string[] }
  /** Nothing is to be done but to wait, or to renew the workloads that are named. */
  | { kind: "wait"; step: StepName; waits: readonly Wait[] }
  /** The step would end a trust that there is. */
  | { kind: "refused"; step: StepName; cuts: readonly Cut[] }
  /** More than one root would be dropped, of which some may be another mesh's. */
  | { kind: "unsure"; context: string; roots: readonly string[] };

export interface Wait {
  context: string;
  gate: Extract<Gate, { met: false }> | "istiod";
}

/** The workloads of `truster` would not trust those of `owner` any more. */
export interface Cut {
  truster: string;
  owner: string;
}

/** What the operator vouches for. */
export interface RotationOptions {
  /** Every root but the target ones may go, however many there are. */
  dropAll?: boolean;
  /** Every workload has been renewed since the last step, whatever can be read of them. */
  renewed?: boolean;
}

/**
 * What to do next so that in the end every cluster trusts the target roots alone and signs with its
 * target certificate. No pair that trusts one another ceases to at any point: not when only some of
 * the changes are made, nor when an istiod is restarted or takes up a change at any time.
 *
 * @param roots fingerprints of the roots that are to stay, the same for all clusters
 */
export function nextStep(
  clusters: readonly ClusterState[],
  roots: readonly string[],
  options: RotationOptions = {},
): RotationStep {
  const steps = [addStep, switchStep, dropStep];
  for (const step of steps) {
    const found = step(clusters, roots, options);
    if (found) return guarded(found, clusters);
  }
  return { kind: "finished" };
}

type Planner = (
  clusters: readonly ClusterState[],
  roots: readonly string[],
  options: RotationOptions,
) => RotationStep | undefined;

/** All clusters get the new roots, and keep those that some cluster signs below. */
const addStep: Planner = (clusters, roots) => {
  const changes = clusters.flatMap((cluster): SecretChange[] => {
    const { context, written } = cluster;
    const lacking = [...new Set([...neededBy(cluster, clusters), ...roots])].filter(
      (root) => !written.includes(root),
    );
    if (lacking.length === 0) return [];
    return [{ context, roots: [...written, ...lacking], signer: "present" }];
  });
  if (changes.length > 0) return { kind: "write", step: "add", changes };
  return pending(
    "add",
    clusters.filter(({ trusted }) => !roots.every((root) => trusted.includes(root))),
  );
};

/** Once all trust the new roots, istiod signs below them. */
const switchStep: Planner = (clusters, roots, { renewed }) => {
  const left = clusters.filter(({ signer, target }) => signer.sha256 !== target.sha256);
  if (left.length === 0) return undefined;
  const step = left.every(({ signer }) => meets(signer.anchors, roots)) ? "renew" : "switch";
  if (step === "switch" && !renewed) {
    const waits = waitsOf(clusters, ({ workloads }) => trustGate(workloads, roots));
    if (waits.length > 0) return { kind: "wait", step, waits };
  }
  return {
    kind: "write",
    step,
    changes: left.map(({ context, written }) => ({ context, roots: written, signer: "target" })),
  };
};

/** Once nothing is signed below the old roots, they go. */
const dropStep: Planner = (clusters, roots, { dropAll, renewed }) => {
  const extra = (held: readonly string[]): string[] => held.filter((one) => !roots.includes(one));
  const left = clusters.filter(
    ({ written, trusted }) => extra([...written, ...trusted]).length > 0,
  );
  if (left.length === 0) return undefined;
  const unsure = left.find(({ written }) => extra(written).length > 1);
  if (unsure && !dropAll) {
    return { kind: "unsure", context: unsure.context, roots: extra(unsure.written) };
  }
  const waits = renewed ? [] : waitsOf(clusters, ({ workloads }) => renewedGate(workloads, roots));
  if (waits.length > 0) {
    const unknown = waits.filter(({ gate }) => gate !== "istiod" && gate.until === undefined);
    if (unknown.length === 0) return { kind: "wait", step: "drop", waits };
    return { kind: "restart", step: "drop", contexts: unknown.map(({ context }) => context) };
  }
  const changes = left
    .filter(({ written }) => extra(written).length > 0)
    .map(({ context }): SecretChange => ({ context, roots, signer: "present" }));
  if (changes.length > 0) return { kind: "write", step: "drop", changes };
  return pending("drop", left);
};

/** Clusters whose Secret is as it should be and whose ConfigMap is not yet. */
function pending(step: StepName, clusters: readonly ClusterState[]): RotationStep | undefined {
  if (clusters.length === 0) return undefined;
  const stuck = clusters.filter(({ reloading }) => !reloading);
  if (stuck.length > 0) {
    return { kind: "restart", step, contexts: stuck.map(({ context }) => context) };
  }
  const waits = clusters.map(({ context }): Wait => ({ context, gate: "istiod" }));
  return { kind: "wait", step, waits };
}

function waitsOf(
  clusters: readonly ClusterState[],
  gateOf: (cluster: ClusterState) => Gate,
): Wait[] {
  return clusters.flatMap((cluster) => {
    const gate = gateOf(cluster);
    return gate.met ? [] : [{ context: cluster.context, gate }];
  });
}

/** Of the roots that a cluster trusts, those below which some cluster signs. */
function neededBy({ trusted }: ClusterState, clusters: readonly ClusterState[]): string[] {
  return clusters.flatMap(({ signer }) => signer.anchors.filter((root) => trusted.includes(root)));
}

/** The same step, unless it could end a trust that there is. */
function guarded(step: RotationStep, clusters: readonly ClusterState[]): RotationStep {
  if (step.kind !== "write" && step.kind !== "restart") return step;
  const changes = step.kind === "write" ? step.changes : [];
  const found = cuts(clusters, changes);
  return found.length > 0 ? { kind: "refused", step: step.step, cuts: found } : step;
}

/**
 * Pairs that trust one another now and would not at some point: whatever part of the changes has been
 * made, and whether or not an istiod has taken them over.
 */
export function cuts(clusters: readonly ClusterState[], changes: readonly SecretChange[]): Cut[] {
  const changeOf = new Map(changes.map((change) => [change.context, change]));
  return clusters.flatMap((truster) => {
    const { trusted, written, context } = truster;
    const become = changeOf.get(context)?.roots ?? written;
    return clusters
      .filter(({ signer }) => meets(trusted, signer.anchors))
      .filter(({ context: owner, signer, target }) => {
        const switches = changeOf.get(owner)?.signer === "target";
        // What the Secret lacks as it stands is no fault of a change that leaves the signer alone.
        const ofNew = switches ? [trusted, written, become] : [];
        return (
          !meets(become, signer.anchors) || !ofNew.every((bundle) => meets(bundle, target.anchors))
        );
      })
      .map((owner) => ({ truster: context, owner: owner.context }));
  });
}
