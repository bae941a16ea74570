import { describeGateway } from "../../mesh/commands/gateways.ts";
import { findIstiod, istiodLog } from "../../mesh/commands/istiod.ts";
import { gatewayName, type Wanted } from "../../gateway/plan.ts";
import { EXPOSED, type Goal, standing, type Waited, waitForGateways } from "../../gateway/wait.ts";
import { gather, istiodRuns } from "../../engine/gather.ts";
import { defined } from "../../lib/defined.ts";
import { formatDuration } from "../../lib/duration.ts";
import { oneLine } from "../../lib/sanitize.ts";
import { contextWord, kubectl, mc, quote } from "../../mesh/commands/shell.ts";
import { EXIT_FAULT } from "./exit-code.ts";
import { Interrupted, type Io } from "./io.ts";
import type { GlobalOptions } from "./options.ts";
import { pause } from "./pause.ts";
import { done, indented, note, warning } from "./say.ts";

/** What timers can wait, ms: some 24 days. */
const LONGEST = 2 ** 31 - 1;

/**
 * Waits for all Gateways at once. Those that do not get there in time are told with their
 * conditions and where to look; then the exit code is 1.
 *
 * @throws Interrupted
 */
export async function awaitGateways(
  wanted: readonly Wanted[],
  goal: Goal,
  timeout: number,
  options: GlobalOptions,
  io: Io,
): Promise<number> {
  const signal = AbortSignal.any([AbortSignal.timeout(Math.min(timeout, LONGEST)), io.signal]);
  await note(
    io,
    options,
    `waiting up to ${formatDuration(timeout)} for ${subjectOf(wanted)} to be ${goal.state}`,
  );
  const groups = Map.groupBy(wanted, ({ writer }) => writer);
  const outcomes = await Promise.all(
    [...groups].map(async ([writer, own]) => {
      const [first] = own;
      const namespace = first?.manifest.metadata.namespace ?? "";
      const names = own.map(({ manifest }) => manifest.metadata.name);
      let isTold = false;
      const runs = async (): Promise<boolean | undefined> => {
        const [cluster] = await gather([writer], new Set(["istiods", "istiodPods"] as const), {
          concurrency: 1,
          ...defined({ revision: options.revision, istioNamespace: options.istioNamespace }),
        });
        const alive = cluster && istiodRuns(cluster);
        if (alive === false && first && !isTold) {
          isTold = true;
          await warning(io, `${first.ref.context}: no istiod runs, so nobody takes the Gateway up`);
        }
        return alive;
      };
      const awaited = { writer, namespace, names, runs };
      const waited = await waitForGateways(awaited, goal, signal, pause);
      return own.map((one) => ({ one, waited, name: one.manifest.metadata.name }));
    }),
  );
  if (io.signal.aborted) throw new Interrupted();
  let code = 0;
  for (const { one, waited, name } of outcomes.flat()) {
    if (waited.ready.has(name)) {
      const gateway = gatewayName(one.manifest);
      await done(io, `Gateway ${gateway} is ${goal.state} in cluster "${one.ref.context}"`);
    } else {
      code = EXIT_FAULT;
      await io.stderr.write(stuckText(one, goal, timeout, waited));
    }
  }
  return code;
}

/** `Gateway istio-eastwest/istio-eastwest of cluster "a"`; for several, how many. */
function subjectOf(wanted: readonly Wanted[]): string {
  const [one, ...others] = wanted;
  return one && others.length === 0
    ? `Gateway ${gatewayName(one.manifest)} of cluster "${one.ref.context}"`
    : `${wanted.length} Gateways`;
}

function stuckText(wanted: Wanted, goal: Goal, timeout: number, { last, runs }: Waited): string {
  const { ref, manifest } = wanted;
  const subject = `${ref.context}: Gateway ${gatewayName(manifest)}`;
  const lines = [
    `❌ ${oneLine(`${subject} is not ${goal.state} after ${formatDuration(timeout)}`)}`,
    ...standing(goal, last.get(manifest.metadata.name), runs).map(
      (line) => `     ${oneLine(line)}`,
    ),
    ...indented([
      describeGateway(ref, manifest.metadata),
      ...(runs === false
        ? [findIstiod(ref, "deployments,pods", "-o", "wide")]
        : goal === EXPOSED
          ? exposeHints(wanted)
          : linkHints(wanted)),
    ]),
  ];
  return `${lines.join("\n")}\n`;
}

function exposeHints({ ref, manifest }: Wanted): string[] {
  return [kubectl(ref, "-n", manifest.metadata.namespace, "get", "service,pods")];
}

function linkHints({ ref, target }: Wanted): string[] {
  return [istiodLog(ref), mc(ref, `check --contexts ${contextWord(ref)},${quote(target.name)}`)];
}
