import { join } from "node:path";
import { rootText } from "../../certs/bundle.ts";
import type { RotatingCluster } from "../../certs/cluster-state.ts";
import { externalCa } from "../../certs/external.ts";
import { completeSet } from "../../certs/secret.ts";
import { judgeSet, keyProblems, SET_FILES, type SigningSet } from "../../certs/signing-set.ts";
import { type Problem, problem, unread } from "../../gateway/problem.ts";
import { safeFileName } from "../../lib/file-name.ts";
import { makeIntermediate } from "../../mesh/commands/certs.ts";
import { enumerate } from "../../mesh/wording.ts";
import type { ClusterRef } from "../../model/check.ts";
import { UsageError } from "../../model/errors.ts";
import { isDirectory, readSet } from "./files.ts";
import { keptByOthers } from "./obstacles.ts";
import { UNREAD_ROOTS, type ReadCluster } from "./read-clusters.ts";

/**
 * The clusters whose Secret could be read whole, each with the set of files that it is to have.
 *
 * @throws UsageError there are no files for some cluster
 */
export async function rotatingClusters(
  read: readonly ReadCluster[],
  to: string,
): Promise<RotatingCluster[]> {
  if (!(await isDirectory(to))) throw new UsageError(`--to ${to}: it is not a directory`);
  const found = await Promise.all(
    read.map(async ({ ca }) => ({ ca, target: await targetOf(ca.ref, to, read.length === 1) })),
  );
  return found.flatMap(({ ca, target }) => {
    const { secret } = ca;
    const set = secret && completeSet(secret);
    return secret && set ? [{ ...ca, secret, set, target }] : [];
  });
}

/** The sub-directory named after the context or the CLUSTER_ID; for one cluster also the directory. */
async function targetOf(ref: ClusterRef, to: string, isOnly: boolean): Promise<SigningSet> {
  const names = [ref.context, ...(ref.id === undefined ? [] : [ref.id])];
  const places = [
    ...new Set(names.map((name) => join(to, safeFileName(name, new Set())))),
    ...(isOnly ? [to] : []),
  ];
  for (const place of places) {
    if (place !== to && (await isDirectory(place))) return readSet(place, "--to");
  }
  if (isOnly) return readSet(to, "--to");
  throw new UsageError(
    `--to ${to}: there is no ${places.join(", nor ")}: make it with ${makeIntermediate(ref.context, to)}`,
  );
}

/** All that stands against any step. */
export async function rotationProblems(
  read: readonly ReadCluster[],
  clusters: readonly RotatingCluster[],
  to: string,
): Promise<Problem[]> {
  const known = new Map(clusters.map((cluster) => [cluster.ref.context, cluster] as const));
  const each = await Promise.all(
    read.map(async (one): Promise<Problem[]> => {
      const { ref } = one.ca;
      const obstacle = obstacleOf(one);
      if (obstacle) return [obstacle];
      const cluster = known.get(ref.context);
      if (!cluster) return [incomplete(one)];
      const [broken] = keyProblems(cluster.set);
      if (broken !== undefined) return [unloadable(ref, broken)];
      const judged = await judgeSet(cluster.target, ref.now);
      if (!("problems" in judged)) return [];
      return judged.problems.map((text) => problem(ref, `--to ${to}: ${text}`));
    }),
  );
  return [...each.flat(), ...otherRoots(clusters, to)];
}

/** With a restart, which a rotation may ask for, this cluster would be without an istiod. */
function unloadable(ref: ClusterRef, why: string): Problem {
  return problem(
    ref,
    `istiod could not load Secret ${ref.istioNamespace}/cacerts when it is restarted: ${why}. Write it anew with mc certs install --force, below the root that workloads trust`,
  );
}

function obstacleOf({ ca, unread: cause, unreadRoots }: ReadCluster): Problem | undefined {
  const { ref, secret, istiods } = ca;
  if (cause) return unread(ref, "what istiod signs with could not be read", cause);
  if (unreadRoots) return unread(ref, UNREAD_ROOTS, unreadRoots);
  const external = externalCa(istiods);
  if (external !== undefined) return problem(ref, external);
  return secret && keptByOthers(ref, secret);
}

function incomplete({ ca: { ref, secret } }: ReadCluster): Problem {
  if (!secret) {
    return problem(
      ref,
      `namespace ${ref.istioNamespace} has neither Secret cacerts nor istio-ca-secret: with mc certs install the cluster gets its first one`,
    );
  }
  const missing = (["certificate", "key", "roots"] as const).filter(
    (part) => secret.set[part] === undefined,
  );
  const files = missing.map((part) => SET_FILES[part]).join(", ");
  return problem(
    ref,
    `Secret ${ref.istioNamespace}/${secret.name} is incomplete: it lacks ${files}`,
  );
}

/** One root for all: with others, what one cluster drops another may need. */
function otherRoots(clusters: readonly RotatingCluster[], to: string): Problem[] {
  const [first, ...rest] = clusters.map(({ ref, target }) => ({
    ref,
    roots: rootText(target.roots).roots.toSorted().join(" "),
  }));
  const odd = rest.filter(({ roots }) => roots !== first?.roots);
  if (!first || odd.length === 0) return [];
  const names = enumerate(odd.map(({ ref }) => ref.context));
  const text = `--to ${to}: root-cert.pem of ${names} differs from the one of ${first.ref.context}: all clusters need the same roots`;
  return [problem(first.ref, text)];
}
