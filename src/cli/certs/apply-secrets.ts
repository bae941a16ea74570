import { shownSecret } from "../../certs/shown.ts";
import type { SecretManifest } from "../../certs/secret.ts";
import { yamlDiff } from "../../gateway/comparable.ts";
import { type Problem, problem, unread } from "../../gateway/problem.ts";
import { oneLine } from "../../lib/sanitize.ts";
import { kubectl } from "../../mesh/commands/shell.ts";
import { CACERTS } from "../../mesh/trust/cacerts.ts";
import type { ClusterRef } from "../../model/check.ts";
import type { WritableCluster } from "../../model/cluster.ts";
import { missing } from "../../model/gathered.ts";
import type { RawObject } from "../../model/reader.ts";
import { RESOURCES } from "../../model/resource.ts";
import type { Written } from "../../model/writer.ts";
import { paintDiff } from "../../reporters/diff.ts";
import { EXIT_FAULT } from "../shared/exit-code.ts";
import { Interrupted, type Io, unlessInterrupted, wantsColor } from "../shared/io.ts";
import type { GlobalOptions } from "../shared/options.ts";
import { done, refuse, warning } from "../shared/say.ts";

/** Secret cacerts as one cluster is to have it. */
export interface WantedSecret {
  ref: ClusterRef;
  writer: WritableCluster;
  manifest: SecretManifest;
  /** As it is; absent when it is to be created. */
  before?: RawObject;
  /** What is said of it once it is written: `Secret … applied to cluster "a"`. */
  line: string;
}

export interface ApplySecretsOptions extends GlobalOptions {
  dryRun?: boolean;
  diff?: boolean;
}

const SECRETS = RESOURCES.secrets;

/**
 * Tries all in a dry run, shows the change, and writes: one line on stdout for each Secret. Nothing is
 * written unless everything can be. What is shown has no private key: a fingerprint stands for it.
 *
 * @param force takes over fields that other managers own
 * @param forced the flag that would do so
 * @returns the exit code
 * @throws Interrupted having said what had been written
 */
export async function applySecrets(
  wanted: readonly WantedSecret[],
  { force, flag }: { force: boolean; flag: string },
  options: ApplySecretsOptions,
  io: Io,
): Promise<number> {
  for (const { writer } of wanted) writer.renew?.();
  const tried = await unlessInterrupted(
    io.signal,
    Promise.all(
      wanted.map(async (one) => ({
        one,
        answer: await one.writer.apply(SECRETS, { ...one.manifest }, { force, dryRun: true }),
      })),
    ),
  );
  const problems = tried.flatMap(({ one, answer }) =>
    answer.ok ? [] : [refusal(one, answer, flag)],
  );
  if (problems.length > 0) return refuse(io, problems, "nothing was applied");
  for (const { one, answer } of tried) {
    if (options.diff && answer.ok) {
      await showSecretDiff(one.ref, one.before, answer.value, options, io);
    }
  }
  if (options.dryRun) {
    for (const { line } of wanted) await done(io, `${line} (dry run)`);
    return 0;
  }
  return write(wanted, force, flag, io);
}

async function write(
  wanted: readonly WantedSecret[],
  force: boolean,
  flag: string,
  io: Io,
): Promise<number> {
  for (const [index, one] of wanted.entries()) {
    if (io.signal.aborted) {
      const left = wanted.slice(index).map(({ ref }) => ref.context);
      await io.stderr.write(
        `${io.program}: ${oneLine(`interrupted: not written on ${left.join(", ")}`)}\n`,
      );
      throw new Interrupted();
    }
    one.writer.renew?.();
    const answer = await one.writer.apply(SECRETS, { ...one.manifest }, { force });
    for (const text of answer.warnings) await warning(io, `${one.ref.context}: ${text}`);
    if (!answer.ok) {
      await refuse(io, [refusal(one, answer, flag)], "stopped at the first failure");
      return EXIT_FAULT;
    }
    await done(io, one.line);
  }
  return 0;
}

/** Shows what a Secret cacerts says now and is to say; a fingerprint stands for its private key. */
export async function showSecretDiff(
  ref: ClusterRef,
  before: RawObject | undefined,
  after: RawObject,
  options: ApplySecretsOptions,
  io: Io,
): Promise<void> {
  const title = `${ref.context}/${ref.istioNamespace}/${CACERTS}`;
  const diff = yamlDiff(title, before && shownSecret(before), shownSecret(after));
  await io.stdout.write(paintDiff(diff, wantsColor(io, options.color)));
}

/** Why an apply was refused, with who owns what when that is why. */
function refusal(
  { ref, manifest }: WantedSecret,
  answer: Extract<Written<RawObject>, { ok: false }>,
  flag: string,
): Problem {
  const { namespace, name } = manifest.metadata;
  const secret = `Secret ${namespace}/${name}`;
  const { conflicts, why, detail, request } = answer;
  if (conflicts.length > 0) {
    const owners = conflicts.map(({ manager, field }) => `${manager} owns ${field}`);
    return problem(
      ref,
      `${secret} has fields that others manage: ${owners.join(", ")} (${flag} takes them over)`,
      // Names of managers and fields only: the whole object would show the key.
      kubectl(
        ref,
        "-n",
        namespace,
        "get",
        "secret",
        name,
        "-o",
        "jsonpath={.metadata.managedFields}",
      ),
    );
  }
  const message = `${secret} cannot be applied`;
  if (why === "conflict") {
    return problem(
      ref,
      `${message}: somebody else has changed it meanwhile (${detail}): run it again`,
    );
  }
  if (why === "invalid") return problem(ref, `${message}: ${detail}`);
  return unread(ref, message, missing(why, detail, request));
}
