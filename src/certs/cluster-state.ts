import { defined } from "../lib/defined.ts";
import { RELOAD_TIME, reloadRules, takesUp } from "../mesh/ca-reload.ts";
import type { ClusterRef } from "../model/check.ts";
import type { IstiodFact, PodFact, ZtunnelDumpFact } from "../model/facts.ts";
import { judgeAnchors, type Chain } from "./anchors.ts";
import { bundled, rootText, type BundledCertificate } from "./bundle.ts";
import type { WorkloadEvidence, ZtunnelEvidence } from "./gates.ts";
import type { ClusterState } from "./rotation.ts";
import type { CaSecret } from "./secret.ts";
import type { SigningSet } from "./signing-set.ts";

/** What was read of one cluster; what is absent could not be. */
export interface CaCluster {
  ref: ClusterRef;
  /** root-cert.pem of ConfigMap istio-ca-root-cert, as it stands; empty when there is none. */
  roots: string;
  /** When the ConfigMap was changed last, ms since the epoch. */
  rootsChangedAt?: number;
  /** What istiod signs with: Secret cacerts, else the one that it made itself. */
  secret?: CaSecret;
  istiods: readonly IstiodFact[];
  istiodPods?: readonly PodFact[];
  ztunnelPods?: readonly PodFact[];
  dumps: readonly ZtunnelDumpFact[];
  /** Pods with an Envoy. */
  proxies?: readonly { name: string; createdAt: number }[];
}

/** A cluster whose Secret could be read, with what it is to have in the end. */
export interface RotatingCluster extends CaCluster {
  secret: CaSecret;
  set: SigningSet;
  target: SigningSet;
}

export interface RotationStates {
  states: ClusterState[];
  /** Every root of the run, by its fingerprint. */
  roots: ReadonlyMap<string, BundledCertificate>;
}

/** Where clusters are in a rotation, for `nextStep`. */
export async function clusterStates(
  clusters: readonly RotatingCluster[],
  certificateLife: number,
): Promise<RotationStates> {
  const texts = clusters.flatMap(({ roots, set, target }) => [roots, set.roots, target.roots]);
  const roots = new Map(texts.flatMap(bundled).map((root) => [root.sha256, root] as const));
  const chains = clusters.flatMap(({ set, target, dumps }): Chain[] => [
    set,
    target,
    ...dumps.flatMap(({ workloads }) => workloads.map(workloadChain)),
  ]);
  const now = Math.max(...clusters.map(({ ref }) => ref.now));
  const anchors = await judgeAnchors(chains, [...roots.values()], now);
  const states = clusters.map((cluster): ClusterState => {
    const { ref, set, target, secret } = cluster;
    const [trusted, written] = [rootText(cluster.roots), rootText(set.roots)];
    return {
      context: ref.context,
      trusted: trusted.roots,
      written: written.roots,
      signer: { sha256: fingerprint(set), anchors: anchors(set) },
      target: { sha256: fingerprint(target), anchors: anchors(target) },
      reloading:
        secret.changedAt !== undefined &&
        ref.now - secret.changedAt < RELOAD_TIME &&
        cluster.istiods.length > 0 &&
        cluster.istiods.every((istiod) => takesUp(reloadRules(istiod), trusted, written)),
      workloads: evidenceOf(cluster, certificateLife, anchors),
    };
  });
  return { states, roots };
}

function fingerprint({ certificate }: Pick<SigningSet, "certificate">): string {
  return bundled(certificate)[0]?.sha256 ?? "";
}

/** The CA that signed a workload's certificate comes first of what stands above it. */
function workloadChain({ chain }: { chain: string }): Chain {
  return { certificate: bundled(chain)[0]?.pem ?? "", chain };
}

function evidenceOf(
  cluster: CaCluster,
  certificateLife: number,
  anchors: (chain: Chain) => readonly string[],
): WorkloadEvidence {
  const { ref, rootsChangedAt, secret, proxies } = cluster;
  const istiodStarts = startsOf(cluster.istiodPods);
  const ztunnels = ztunnelEvidence(cluster, anchors);
  return {
    now: ref.now,
    certificateLife,
    ...defined({ trustedSince: rootsChangedAt }),
    ...(secret?.signingSince === undefined ? {} : { signingSince: secret.signingSince }),
    ...(istiodStarts ? { istiodStarts } : {}),
    ...(ztunnels ? { ztunnels } : {}),
    ...(proxies ? { proxies } : {}),
  };
}

/** When each pod that runs was started, or started anew; nothing unless all of them say. */
function startsOf(pods: readonly PodFact[] | undefined): number[] | undefined {
  const running = pods?.filter(({ finished }) => !finished);
  const starts = running?.flatMap(({ restartedAt, createdAt }) => restartedAt ?? createdAt ?? []);
  return starts && starts.length === running?.length ? starts : undefined;
}

/** What all ztunnels say; nothing unless every one of them does. */
function ztunnelEvidence(
  { ztunnelPods, dumps }: CaCluster,
  anchors: (chain: Chain) => readonly string[],
): ZtunnelEvidence[] | undefined {
  const running = ztunnelPods?.filter(({ finished }) => !finished);
  const byPod = new Map(dumps.map((dump) => [dump.pod, dump]));
  const found = running?.flatMap(({ namespace, name }) => byPod.get(`${namespace}/${name}`) ?? []);
  if (!found || found.length !== running?.length) return undefined;
  return found.flatMap(({ pod, workloads }): ZtunnelEvidence[] => {
    const [first, ...rest] = workloads.map(({ roots }) => rootText(roots).roots);
    // A node without workloads has no certificate to wait for.
    if (!first) return [];
    const roots = first.filter((root) => rest.every((others) => others.includes(root)));
    return [{ pod, roots, chains: workloads.map((one) => anchors(workloadChain(one))) }];
  });
}
