import { defined } from "../../lib/defined.ts";
import { rootText } from "../../certs/bundle.ts";
import { clusterStates, type RotatingCluster } from "../../certs/cluster-state.ts";
import { cuts } from "../../certs/rotation.ts";
import { completeSet, dataTexts, secretManifest, type CaSecret } from "../../certs/secret.ts";
import { judgeSet, type JudgedSet, type SigningSet } from "../../certs/signing-set.ts";
import { hasNamespace, type Problem, problem, unread } from "../../gateway/problem.ts";
import { toYaml } from "../../gateway/yaml.ts";
import { oneLine } from "../../lib/sanitize.ts";
import { reloadRules, takesUp } from "../../mesh/ca-reload.ts";
import { named } from "../../mesh/trust/certificate-text.ts";
import { enumerate } from "../../mesh/wording.ts";
import { restartIstiod } from "../../mesh/commands/istiod.ts";
import { rotateTo } from "../../mesh/commands/certs.ts";
import { kubectl } from "../../mesh/commands/shell.ts";
import { DEFAULT_ISTIO_NAMESPACE } from "../../mesh/names.ts";
import { CACERTS, SELF_MADE } from "../../mesh/trust/cacerts.ts";
import type { ClusterRef } from "../../model/check.ts";
import type { WritableCluster } from "../../model/cluster.ts";
import { OperationError, UsageError } from "../../model/errors.ts";
import type { Io } from "../shared/io.ts";
import { openLive } from "../shared/live-clusters.ts";
import { closeReaders } from "../shared/readers.ts";
import { indented, refuse, warning } from "../shared/say.ts";
import { applySecrets, type ApplySecretsOptions, showSecretDiff } from "./apply-secrets.ts";
import { readSet } from "./files.ts";
import { keptByOthers } from "./obstacles.ts";
import { readClusters, UNREAD_ROOTS, type ReadCluster } from "./read-clusters.ts";

/** Flags of `mc certs install`, parsed. */
export interface InstallOptions extends ApplySecretsOptions {
  from: string;
  generate?: boolean;
  force?: boolean;
}

/** A certificate's life in a mesh whose workloads nobody has changed. */
const DEFAULT_LIFE = 24 * 60 * 60_000;

/** `mc certs install`: resolves with the exit code. */
export async function runInstall(options: InstallOptions, io: Io): Promise<number> {
  const set = await readSet(options.from, "--from");
  const judged = await judgeSet(set, Date.now());
  if ("problems" in judged) {
    throw new OperationError(`--from ${options.from}: ${judged.problems.join("; ")}`);
  }
  if (options.generate) return generate(set, options, io);
  const { context } = options;
  const writers = await openLive(context === undefined ? [] : [context], options, io);
  try {
    const [cluster] = await readClusters(writers, {}, options, io);
    const [writer] = writers;
    if (!cluster || !writer) throw new UsageError("no context was opened");
    return await install({ cluster, writer, set, judged }, options, io);
  } finally {
    await closeReaders(writers);
  }
}

/** The only way in which a private key is ever printed. */
async function generate(set: SigningSet, options: InstallOptions, io: Io): Promise<number> {
  for (const flag of ["dryRun", "diff", "force"] as const) {
    if (options[flag]) {
      const name = flag === "dryRun" ? "--dry-run" : `--${flag}`;
      throw new UsageError(`${name} does not go with --generate, which applies nothing`);
    }
  }
  const namespace = options.istioNamespace ?? options.namespace ?? DEFAULT_ISTIO_NAMESPACE;
  await warning(io, "what is printed holds the private key: encrypt it before you store it");
  await io.stdout.write(toYaml(secretManifest(namespace, set)));
  return 0;
}

interface Installation {
  cluster: ReadCluster;
  writer: WritableCluster;
  set: SigningSet;
  judged: JudgedSet;
}

async function install(
  installation: Installation,
  options: InstallOptions,
  io: Io,
): Promise<number> {
  const { cluster, writer, set } = installation;
  const { ref, secret } = cluster.ca;
  const problems = await problemsOf(installation, options);
  const present = secret?.name === CACERTS ? secret : undefined;
  if (problems.length > 0) {
    if (options.diff && present) {
      const wanted = secretManifest(ref.istioNamespace, set, { form: present.form });
      await showSecretDiff(ref, present.object, { ...wanted }, options, io);
    }
    return refuse(io, problems, "nothing was applied");
  }
  const { form, resourceVersion, signingSince } = present ?? {};
  const isSame = present !== undefined && holds(present, ref, set);
  const manifest = secretManifest(ref.istioNamespace, set, {
    ...defined({ form, resourceVersion }),
    // The same certificate is in use since then; of another it would not be true.
    ...(isSame && signingSince !== undefined ? { signingSince } : {}),
  });
  const how = isSame ? "unchanged in" : "applied to";
  const code = await applySecrets(
    [
      {
        ref,
        writer,
        manifest,
        line: `Secret ${ref.istioNamespace}/${CACERTS} ${how} cluster "${ref.context}"`,
        ...(present ? { before: present.object } : {}),
      },
    ],
    { force: options.force ?? false, flag: "--force" },
    options,
    io,
  );
  if (code === 0 && !isSame && !options.dryRun) {
    await io.stdout.write(reloadText(installation, present));
  }
  return code;
}

/** The parts of the Secret that are not as they are to be installed. */
function differing(present: CaSecret, { istioNamespace }: ClusterRef, set: SigningSet): string[] {
  const { form, object } = present;
  const wanted = dataTexts({ ...secretManifest(istioNamespace, set, { form }) });
  const has = dataTexts(object);
  return [...wanted].flatMap(([key, text]) => (has.get(key) === text ? [] : [key])).toSorted();
}

/** Whether the Secret has just what is to be installed. */
function holds(present: CaSecret, ref: ClusterRef, set: SigningSet): boolean {
  return differing(present, ref, set).length === 0;
}

async function problemsOf(
  { cluster, set, judged }: Installation,
  options: InstallOptions,
): Promise<Problem[]> {
  const { ca, gathered, unread: cause } = cluster;
  const { ref, secret } = ca;
  if (cause) return [unread(ref, "what istiod signs with could not be read", cause)];
  const { namespaces } = gathered.facts;
  if (namespaces?.ok && hasNamespace(gathered, namespaces.value, ref.istioNamespace) === false) {
    const create = kubectl(ref, "create", "namespace", ref.istioNamespace);
    return [problem(ref, `namespace ${ref.istioNamespace} does not exist`, create)];
  }
  if (!secret || (secret.name === CACERTS && holds(secret, ref, set))) return [];
  const kept = keptByOthers(ref, secret);
  if (kept) return [kept];
  if (options.force) return [];
  if (cluster.unreadRoots) return [unread(ref, UNREAD_ROOTS, cluster.unreadRoots)];
  return [await differs({ cluster, set, judged }, secret, options)];
}

/** What another Secret would break, and how to go on. */
async function differs(
  { cluster, set, judged }: Omit<Installation, "writer">,
  secret: CaSecret,
  { from }: InstallOptions,
): Promise<Problem> {
  const { ca } = cluster;
  const { ref } = ca;
  const name = `Secret ${ref.istioNamespace}/${secret.name}`;
  const parts = secret.name === CACERTS ? ` in ${enumerate(differing(secret, ref, set))}` : "";
  const commands = [rotateTo(ref, from)];
  const going =
    "mc certs rotate goes there in steps that cut nothing (name all clusters of the mesh); --force replaces it at once";
  const present = completeSet(secret);
  if (!present)
    return problem(ref, `${name} differs${parts}, and lacks parts (--force replaces it)`);
  const rotating: RotatingCluster = { ...ca, secret, set: present, target: set };
  const { states } = await clusterStates([rotating], DEFAULT_LIFE);
  const { roots } = rootText(set.roots);
  const change = { context: ref.context, roots, signer: "target" as const };
  if (cuts(states, [change]).length === 0) {
    return problem(
      ref,
      `${name} differs${parts}: what is installed would be signed by ${judged.signing.issuer} as well, and cut nothing. ${going}`,
      ...commands,
    );
  }
  const made =
    secret.name === SELF_MADE
      ? "istiod signs with a CA that it made itself, and has signed workloads with it"
      : `${name} differs${parts}`;
  return problem(
    ref,
    `${made}: from its restart on, istiod would sign below ${named(judged.anchor)}, which those workloads do not trust, nor do they get trusted, until each has been renewed; the same goes for other clusters. ${going}`,
    ...commands,
  );
}

/** Whether istiod takes the Secret up by itself, by its version. */
function reloadText({ cluster, set }: Installation, present: CaSecret | undefined): string {
  const { ref, istiods, istiodPods } = cluster.ca;
  if (istiods.length === 0 && istiodPods?.length === 0) {
    return "istiod is not installed yet: it loads the Secret when it starts\n";
  }
  const before = present?.set.roots;
  const alone =
    before !== undefined &&
    istiods.length > 0 &&
    istiods.every((istiod) => takesUp(reloadRules(istiod), rootText(before), rootText(set.roots)));
  if (alone) return "istiod takes it up by itself within a few minutes\n";
  const version = ref.istioVersion === undefined ? "istiod" : `istiod ${ref.istioVersion}`;
  const why = present
    ? `${version} does not take up other roots by itself`
    : `${version} chose its CA when it started`;
  const [command = ""] = indented([restartIstiod(ref)]);
  return `${oneLine(`${why}: restart it`)}\n${command}\n`;
}
