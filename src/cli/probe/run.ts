import { randomBytes } from "node:crypto";
import { toYamlByContext } from "../../gateway/yaml.ts";
import { deleteCommand } from "../../mesh/commands/delete.ts";
import { PROBE_FACTS } from "../../mesh/probe/targets.ts";
import type { GatheredCluster, WritableCluster } from "../../model/cluster.ts";
import { UsageError } from "../../model/errors.ts";
import type { PodProbe, PodProbeReport } from "../../model/probe.ts";
import type { RawObject } from "../../model/reader.ts";
import { RESOURCES } from "../../model/resource.ts";
import { probePod } from "../../probe/pod/manifest.ts";
import { parseMessage } from "../../probe/pod/message.ts";
import { planPods, podAttempts, type SourcePlan } from "../../probe/pod/plan.ts";
import { type PodOutcome, runPod, sweep } from "../../probe/pod/run.ts";
import { VERSION } from "../../version.ts";
import { EXIT_FAULT } from "../shared/exit-code.ts";
import { type Io, wantsAscii } from "../shared/io.ts";
import { openLive, readLive } from "../shared/live-clusters.ts";
import { closeReaders } from "../shared/readers.ts";
import { indented, note, warning } from "../shared/say.ts";
import type { ProbeOptions } from "./flags.ts";
import { type ProbeRequest, requestOf } from "./request.ts";
import { probeText } from "./text.ts";

/** What a Pod may take before it tries: to be scheduled, and to pull its image. */
const START_SECONDS = 90;

/** What is to be done in one cluster. */
interface Job {
  plan: SourcePlan;
  writer: WritableCluster;
  pod: { namespace: string; name: string };
  manifest: RawObject;
  deadlineSeconds: number;
}

function jobOf(
  plan: SourcePlan,
  writers: readonly WritableCluster[],
  { image }: ProbeRequest,
  { namespace, timeout }: ProbeOptions,
): Job[] {
  const { ref, facts } = plan.cluster;
  const writer = writers.find(({ context }) => context === ref.context);
  if (!writer || plan.targets.length === 0) return [];
  const timeoutSeconds = Math.ceil(timeout / 1000);
  const deadlineSeconds = START_SECONDS + 2 * timeoutSeconds;
  const pod = {
    namespace: namespace ?? writer.namespace,
    name: `mc-probe-${randomBytes(5).toString("hex")}`,
  };
  const root = facts.rootCertificate;
  const roots = (root?.ok ? root.value.pem : undefined) ?? "";
  const { targets } = plan;
  const manifest = probePod({ ...pod, image, targets, roots, timeoutSeconds, deadlineSeconds });
  return [{ plan, writer, pod, manifest, deadlineSeconds }];
}

async function showPlan(
  jobs: readonly Job[],
  { image }: ProbeRequest,
  options: ProbeOptions,
  io: Io,
): Promise<void> {
  for (const { plan, pod, writer } of jobs) {
    const { length } = plan.targets;
    const addresses = length === 1 ? "1 address" : `${length} addresses`;
    await note(
      io,
      options,
      `${writer.context}: Pod ${pod.namespace}/${pod.name} of image ${image} tries ${addresses}, and is deleted`,
    );
  }
}

function probeOf({ plan, pod }: Job, { message, problem, left }: PodOutcome): PodProbe {
  const said = message === undefined ? undefined : parseMessage(message);
  const unended =
    said && said.tool === undefined ? "the Pod did not say all that it tried" : undefined;
  const trouble = problem ?? unended;
  return {
    from: plan.cluster.ref.context,
    pod,
    ...(said?.tool === undefined ? {} : { tool: said.tool }),
    attempts: podAttempts(plan, said),
    ...(trouble === undefined ? {} : { problem: trouble }),
    ...(left ? { left } : {}),
  };
}

function outcomeOf(pods: readonly PodProbe[]): PodProbeReport["outcome"] {
  const verdicts = pods.flatMap(({ attempts }) => attempts.map(({ verdict }) => verdict));
  if (verdicts.some((verdict) => verdict !== "connected" && verdict !== "not-tried")) return "fail";
  const isWhole = verdicts.length > 0 && !verdicts.includes("not-tried");
  return isWhole && pods.every(({ problem }) => problem === undefined) ? "pass" : "error";
}

async function rehearse(jobs: readonly Job[], io: Io): Promise<number> {
  const answers = await Promise.all(
    jobs.map(async ({ writer, manifest }) => {
      writer.renew?.();
      const answer = await writer.apply(RESOURCES.pods, manifest, { dryRun: true });
      return answer.ok ? undefined : `${writer.context}: the Pod cannot be made: ${answer.detail}`;
    }),
  );
  const problems = answers.flatMap((answer) => answer ?? []);
  for (const problem of problems) await warning(io, problem);
  return problems.length > 0 ? EXIT_FAULT : 0;
}

/** Runs the Pods, all at once; every one is deleted before this settles, Ctrl-C included. */
async function execute(jobs: readonly Job[], keep: boolean, io: Io): Promise<PodProbe[]> {
  const { clock, signal } = io;
  const left: Job[] = [];
  const settled = await Promise.allSettled(
    jobs.map(async (job) => {
      const { writer, pod, manifest, deadlineSeconds } = job;
      await sweep(writer, pod.namespace, writer.now());
      const waitMs = deadlineSeconds * 1000;
      const onLeft = (): void => void left.push(job);
      const options = { clock, signal, waitMs, keep, onLeft };
      return probeOf(job, await runPod(writer, manifest, pod, options));
    }),
  );
  for (const { plan, pod } of left) {
    const { ref } = plan.cluster;
    await warning(io, `${ref.context}: Pod ${pod.namespace}/${pod.name} is still there`);
    const command = deleteCommand(ref, "pods", pod.namespace, [pod.name]);
    await io.stderr.write(`${indented([command]).join("\n")}\n`);
  }
  return settled.map((one) => {
    if (one.status === "rejected") throw one.reason;
    return one.value;
  });
}

function unreached(clusters: readonly GatheredCluster[], sources: readonly string[]): string[] {
  return clusters.flatMap(({ ref, facts: { connection } }) =>
    connection?.ok === false && sources.includes(ref.context)
      ? [`nothing was tried from ${ref.context}: ${connection.detail}`]
      : [],
  );
}

/** `mc probe`: resolves with the exit code, no Pod being left but one that was to be kept. */
export async function runProbe(options: ProbeOptions, io: Io): Promise<number> {
  const request = requestOf(options);
  const { sources, targets, image } = request;
  const writers = await openLive([...new Set([...sources, ...targets])], options, io);
  try {
    const startedAt = new Date().toISOString();
    const clusters = await readLive(writers, ["connection", ...PROBE_FACTS], options, io);
    const { plans, notes } = planPods(clusters, new Set(sources), new Set(targets));
    const jobs = plans.flatMap((plan) => jobOf(plan, writers, request, options));
    const all = [...notes, ...unreached(clusters, sources)];
    if (options.generate) {
      for (const text of all) await note(io, options, text);
      const documents = jobs.map(({ writer: { context }, manifest }) => ({
        context,
        document: manifest,
      }));
      await io.stdout.write(toYamlByContext(documents));
      return 0;
    }
    await showPlan(jobs, request, options, io);
    if (options.dryRun) return await rehearse(jobs, io);
    if (!options.yes && jobs.length > 0) {
      throw new UsageError(
        "the Pods above are made with --yes; --dry-run lets the servers judge them",
      );
    }
    const pods = await execute(jobs, options.keep ?? false, io);
    const outcome = outcomeOf(pods);
    const report: PodProbeReport = {
      schemaVersion: "mc.probe/v1",
      tool: { name: "mc", version: VERSION },
      startedAt,
      image,
      outcome,
      pods,
      notes: all,
    };
    await io.stdout.write(
      options.output === "json"
        ? `${JSON.stringify(report, null, 2)}\n`
        : probeText(report, wantsAscii(io)),
    );
    return outcome === "pass" ? 0 : EXIT_FAULT;
  } finally {
    await closeReaders(writers);
  }
}
