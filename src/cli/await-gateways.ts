import { gatewayName, GATEWAY_TYPE, type Wanted } from "../gateway/plan.ts";
import { currentConditions, waitForGateways } from "../gateway/wait.ts";
import { formatDuration } from "../lib/duration.ts";
import { CLASS_REMOTE } from "../lib/labels.ts";
import { oneLine } from "../lib/sanitize.ts";
import { kubectl } from "../lib/shell.ts";
import type { RawObject } from "../model/reader.ts";
import { EXIT_FAULT } from "./exit-code.ts";
import { Interrupted, type Io } from "./io.ts";
import type { GlobalOptions } from "./options.ts";
import { pause } from "./pause.ts";
import { done, indented, note } from "./say.ts";

/** What timers can wait, ms: some 24 days. */
const LONGEST = 2 ** 31 - 1;

/**
 * Waits for all Gateways at once. Those that do not get there in time are told with their
 * conditions and where to look; then the exit code is 1.
 *
 * @param state what they are to be, in a word
 * @throws Interrupted
 */
export async function awaitGateways(
  wanted: readonly Wanted[],
  isReady: (object: RawObject) => boolean,
  state: string,
  timeout: number,
  options: GlobalOptions,
  io: Io,
): Promise<number> {
  const signal = AbortSignal.any([AbortSignal.timeout(Math.min(timeout, LONGEST)), io.signal]);
  await note(io, options, `waiting up to ${formatDuration(timeout)}`);
  const groups = Map.groupBy(wanted, ({ writer }) => writer);
  const outcomes = await Promise.all(
    [...groups].map(async ([writer, own]) => {
      const [first] = own;
      const namespace = first?.manifest.metadata.namespace ?? "";
      const names = own.map(({ manifest }) => manifest.metadata.name);
      const awaited = { writer, namespace, names };
      const waited = await waitForGateways(awaited, isReady, signal, pause);
      return own.map((one) => ({ one, waited, name: one.manifest.metadata.name }));
    }),
  );
  if (io.signal.aborted) throw new Interrupted();
  let code = 0;
  for (const { one, waited, name } of outcomes.flat()) {
    if (waited.ready.has(name)) {
      const gateway = gatewayName(one.manifest);
      await done(io, `Gateway ${gateway} is ${state} in cluster "${one.ref.context}"`);
    } else {
      code = EXIT_FAULT;
      await io.stderr.write(stuckText(one, state, timeout, waited.last.get(name)));
    }
  }
  return code;
}

function stuckText(
  { ref, manifest }: Wanted,
  state: string,
  timeout: number,
  last: RawObject | undefined,
): string {
  const { namespace, name } = manifest.metadata;
  const subject = `${ref.context}: Gateway ${gatewayName(manifest)}`;
  const remote = manifest.spec.gatewayClassName === CLASS_REMOTE;
  const lines = [
    `❌ ${oneLine(`${subject} is not ${state} after ${formatDuration(timeout)}`)}`,
    ...conditionLines(last).map((line) => `     ${oneLine(line)}`),
    ...indented([
      kubectl(ref, "-n", namespace, "describe", GATEWAY_TYPE, name),
      remote
        ? kubectl(ref, "-n", ref.istioNamespace, "logs", "-l", "app=istiod", "--tail=100")
        : kubectl(ref, "-n", namespace, "get", "service,pods"),
    ]),
  ];
  return `${lines.join("\n")}\n`;
}

function conditionLines(last: RawObject | undefined): string[] {
  if (!last) return ["it is not there, or could not be read"];
  const conditions = currentConditions(last);
  if (conditions.length === 0) return ["it has no conditions: nobody has reconciled it"];
  return conditions.map(({ type, status, reason, message }) => {
    const why = [reason, message].filter(Boolean).join(": ");
    return status === "True" || why === "" ? `${type}: ${status}` : `${type}: ${status} (${why})`;
  });
}
