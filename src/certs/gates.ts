import { defined } from "../lib/defined.ts";

/*
 * What must be true of the workloads of a cluster before the next step of a rotation, and by what it
 * is known: what ztunnel says of itself, or the time that has passed since, in which every workload
 * certificate has been renewed.
 */

/** Times are ms since the epoch; what is absent could not be read. */
export interface WorkloadEvidence {
  now: number;
  /** How long workload certificates live at most, ms. */
  certificateLife: number;
  /** When ConfigMap istio-ca-root-cert was changed last. */
  trustedSince?: number;
  /** When the Secret came to hold the certificate that it signs with. */
  signingSince?: number;
  /** When each istiod pod that runs was started. */
  istiodStarts?: readonly number[];
  ztunnels?: readonly ZtunnelEvidence[];
  /** Pods with an Envoy, whose certificates nobody tells. */
  proxies?: readonly { name: string; createdAt: number }[];
}

/** What one ztunnel says of the certificates of its workloads. */
export interface ZtunnelEvidence {
  pod: string;
  /** Fingerprints of the roots that all of its workloads trust. */
  roots: readonly string[];
  /** Of each chain, the roots known in the run that anchor it. */
  chains: readonly (readonly string[])[];
}

export type Gate =
  | { met: true }
  | {
      met: false;
      /** One line: which workloads, or what is not known. */
      why: string;
      /** When time alone will do; absent when it is not known from when to count. */
      until?: number;
      /** Pods that are known to lag, or may. */
      pods: readonly string[];
    };

const MET: Gate = { met: true };

/** Clocks differ, and a pod that ends may sign a last certificate. */
const MARGIN = 10 * 60_000;

/** Whether every workload trusts the given roots: what a peer must before anybody uses them. */
export function trustGate(evidence: WorkloadEvidence, roots: readonly string[]): Gate {
  const { now, ztunnels, trustedSince } = evidence;
  const until = end(trustedSince, evidence);
  if (until !== undefined && now >= until) return MET;
  const lagging = (ztunnels ?? [])
    .filter((one) => !roots.every((root) => one.roots.includes(root)))
    .map(({ pod }) => pod);
  const older = olderProxies(evidence, trustedSince);
  if (ztunnels && older && lagging.length + older.length === 0) return MET;
  const pods = [...lagging, ...(older ?? [])];
  const why =
    pods.length > 0
      ? "workloads have not been given the new root yet, or not for certain"
      : "what roots workloads trust could not be read";
  return { met: false, why, pods, ...defined({ until }) };
}

/** Whether every workload certificate is below one of the given roots. */
export function renewedGate(evidence: WorkloadEvidence, roots: readonly string[]): Gate {
  const { now, ztunnels } = evidence;
  const certain = signsSince(evidence);
  const until = end(certain, evidence);
  if (until !== undefined && now >= until) return MET;
  const lagging = (ztunnels ?? [])
    .filter(({ chains }) => !chains.every((anchors) => meets(anchors, roots)))
    .map(({ pod }) => pod);
  const older = olderProxies(evidence, certain);
  if (ztunnels && older && lagging.length + older.length === 0) return MET;
  const pods = [...lagging, ...(older ?? [])];
  const why =
    certain === undefined
      ? "that istiod signs with the new certificate is not known for certain until it has been restarted"
      : "workload certificates of the old root have not been renewed yet, or not for certain";
  return { met: false, why, pods, ...defined({ until }) };
}

/**
 * From when on every istiod signs with what the Secret holds now: since the last of them was started,
 * when all were after the Secret was written. One that runs for longer takes it up too, which nothing
 * shows.
 */
function signsSince({ signingSince, istiodStarts = [] }: WorkloadEvidence): number | undefined {
  if (signingSince === undefined || istiodStarts.length === 0) return undefined;
  return istiodStarts.every((start) => start > signingSince)
    ? Math.max(...istiodStarts)
    : undefined;
}

function end(from: number | undefined, { certificateLife }: WorkloadEvidence): number | undefined {
  return from === undefined ? undefined : from + certificateLife + MARGIN;
}

/** Pods with an Envoy that was there before; nothing where that cannot be told. */
function olderProxies(
  { proxies }: WorkloadEvidence,
  since: number | undefined,
): string[] | undefined {
  if (!proxies) return undefined;
  const older = proxies.filter(({ createdAt }) => since === undefined || createdAt <= since);
  return older.map(({ name }) => name);
}

/** Whether the lists have something in common. */
export function meets(some: readonly string[], others: readonly string[]): boolean {
  return some.some((one) => others.includes(one));
}
