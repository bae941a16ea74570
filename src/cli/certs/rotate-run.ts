import { defined } from "../../lib/defined.ts";
import { appended, rootText, type BundledCertificate } from "../../certs/bundle.ts";
import { clusterStates, type RotatingCluster } from "../../certs/cluster-state.ts";
import { nextStep, type RotationStep, type SecretChange } from "../../certs/rotation.ts";
import { secretManifest } from "../../certs/secret.ts";
import type { SigningSet } from "../../certs/signing-set.ts";
import { parseDuration } from "../../lib/duration.ts";
import { CACERTS } from "../../mesh/trust/cacerts.ts";
import type { WritableCluster } from "../../model/cluster.ts";
import type { IstiodFact } from "../../model/facts.ts";
import { EXIT_FAULT } from "../shared/exit-code.ts";
import type { Io } from "../shared/io.ts";
import { closeReaders, openContexts } from "../shared/readers.ts";
import { done, refuse } from "../shared/say.ts";
import { applySecrets, type ApplySecretsOptions, type WantedSecret } from "./apply-secrets.ts";
import { readClusters } from "./read-clusters.ts";
import { nextLines, phaseLines, stepLine, writtenLine } from "./rotate-text.ts";
import { rotatingClusters, rotationProblems } from "./rotate-targets.ts";

/** Flags of `mc certs rotate`, parsed. */
export interface RotateOptions extends ApplySecretsOptions {
  to: string;
  contexts: string[];
  forceConflicts?: boolean;
  /** ms. */
  certificateLife?: number;
  workloadsRenewed?: boolean;
  dropAll?: boolean;
  /** ms. */
  timeout: number;
}

/** What istiod gives workloads unless it is set to more. */
const CERTIFICATE_LIFE = 24 * 60 * 60_000;

/**
 * `mc certs rotate`: looks where the clusters are, takes the next step that cuts no trust, and only
 * that. Resolves with the exit code: 0 when the step was taken or none is left, 1 when something else
 * must happen first.
 */
export async function runRotate(options: RotateOptions, io: Io): Promise<number> {
  const opened = await openContexts(options.contexts, options, options.timeout, io);
  try {
    const read = await readClusters(opened, { dumps: true }, options, io);
    const targets = await rotatingClusters(read, options.to);
    const problems = await rotationProblems(read, targets, options.to);
    if (problems.length > 0) return await refuse(io, problems, "nothing was applied");
    const writers = new Map(opened.map((writer) => [writer.context, writer] as const));
    return await rotate(targets, writers, options, io);
  } finally {
    await closeReaders(opened);
  }
}

async function rotate(
  clusters: readonly RotatingCluster[],
  writers: ReadonlyMap<string, WritableCluster>,
  options: RotateOptions,
  io: Io,
): Promise<number> {
  const life = options.certificateLife ?? certificateLife(clusters.flatMap((one) => one.istiods));
  const { states, roots } = await clusterStates(clusters, life);
  const { roots: wanted } = rootText(clusters[0]?.target.roots ?? "");
  const step = nextStep(states, wanted, {
    dropAll: options.dropAll ?? false,
    renewed: options.workloadsRenewed ?? false,
  });
  for (const line of phaseLines(states, wanted)) await done(io, line);
  for (const line of stepLine(step, clusters, roots)) await done(io, line);
  if (step.kind !== "write") {
    for (const line of nextLines(step, clusters)) await io.stdout.write(`${line}\n`);
    return step.kind === "finished" ? 0 : EXIT_FAULT;
  }
  const secrets = secretsOf(step, clusters, writers, roots);
  const force = { force: options.forceConflicts ?? false, flag: "--force-conflicts" };
  const code = await applySecrets(secrets, force, options, io);
  if (code === 0 && !options.dryRun) await done(io, "run it again for what comes next");
  return code;
}

/** DEFAULT_WORKLOAD_CERT_TTL where some istiod has a longer one. */
function certificateLife(istiods: readonly IstiodFact[]): number {
  const lives = istiods.map(({ env }) => {
    const set = env.get("DEFAULT_WORKLOAD_CERT_TTL");
    return (set?.kind === "value" ? parseDuration(set.value) : undefined) ?? 0;
  });
  return Math.max(CERTIFICATE_LIFE, ...lives);
}

function secretsOf(
  step: Extract<RotationStep, { kind: "write" }>,
  clusters: readonly RotatingCluster[],
  writers: ReadonlyMap<string, WritableCluster>,
  roots: ReadonlyMap<string, BundledCertificate>,
): WantedSecret[] {
  return step.changes.flatMap((change) => {
    const cluster = clusters.find(({ ref }) => ref.context === change.context);
    const writer = writers.get(change.context);
    if (!cluster || !writer) return [];
    const { ref, secret } = cluster;
    const present = secret.name === CACERTS ? secret : undefined;
    const { form, resourceVersion } = present ?? {};
    const { signingSince } = secret;
    const keeps = change.signer === "present" && signingSince !== undefined;
    const manifest = secretManifest(ref.istioNamespace, changedSet(cluster, change, step, roots), {
      ...defined({ form, resourceVersion }),
      ...(keeps ? { signingSince } : {}),
    });
    const line = writtenLine(step.step, ref);
    return [{ ref, writer, manifest, line, ...(present ? { before: present.object } : {}) }];
  });
}

/** What the Secret is to hold. The bytes of roots that stay are never touched. */
function changedSet(
  { set, target }: RotatingCluster,
  change: SecretChange,
  { step }: Extract<RotationStep, { kind: "write" }>,
  roots: ReadonlyMap<string, BundledCertificate>,
): SigningSet {
  if (change.signer === "target") return { ...target, roots: set.roots };
  if (step === "drop") return { ...set, roots: target.roots };
  const has = rootText(set.roots).roots;
  const more = change.roots.flatMap((root) => (has.includes(root) ? [] : (roots.get(root) ?? [])));
  return { ...set, roots: appended(set.roots, more) };
}
