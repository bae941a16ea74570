import { gatewayName, type Wanted } from "../gateway/apply.ts";
import { conditionsOf, waitForGateway } from "../gateway/wait.ts";
import { formatDuration } from "../lib/duration.ts";
import { oneLine } from "../lib/sanitize.ts";
import { kubectl } from "../lib/shell.ts";
import type { RawObject } from "../model/reader.ts";
import { EXIT_FAULT } from "./exit-code.ts";
import { Interrupted, type Io } from "./io.ts";
import type { GlobalOptions } from "./options.ts";
import { pause } from "./pause.ts";
import { note } from "./say.ts";

/**
 * Waits for all Gateways at once. Those that do not get there in time are told with their
 * conditions and where to look; then the exit code is 1.
 *
 * @param state what they are to be, in a word
 */
export async function awaitGateways(
  wanted: readonly Wanted[],
  ready: (object: RawObject) => boolean,
  state: string,
  timeout: number,
  options: GlobalOptions,
  io: Io,
): Promise<number> {
  const deadline = AbortSignal.timeout(timeout);
  const signal = AbortSignal.any([deadline, io.signal]);
  await note(io, options, `waiting up to ${formatDuration(timeout)}`);
  const outcomes = await Promise.all(
    wanted.map(async (one) => {
      const { namespace, name } = one.manifest.metadata;
      const awaited = { writer: one.writer, namespace, name };
      return { one, ...(await waitForGateway(awaited, ready, signal, pause)) };
    }),
  );
  if (io.signal.aborted) throw new Interrupted();
  let code = 0;
  for (const { one, ready: done, last } of outcomes) {
    const { ref, manifest } = one;
    if (done) {
      await io.stdout.write(
        `Gateway ${gatewayName(manifest)} is ${state} in cluster "${ref.context}"\n`,
      );
      continue;
    }
    code = EXIT_FAULT;
    await io.stderr.write(stuckText(one, state, timeout, last));
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
  const conditions = [...conditionsOf(last)].map(([type, status]) => `${type}=${status}`);
  const stands = last ? conditions.join(", ") || "no conditions" : "it could not be read";
  const remote = manifest.spec.gatewayClassName === "istio-remote";
  return [
    `❌ ${oneLine(`${ref.context}: Gateway ${gatewayName(manifest)} is not ${state} after ${formatDuration(timeout)}: ${stands}`)}`,
    `     ${kubectl(ref, "-n", namespace, "describe", "gateways.gateway.networking.k8s.io", name)}`,
    `     ${
      remote
        ? kubectl(ref, "-n", ref.istioNamespace, "logs", "-l", "app=istiod", "--tail=100")
        : kubectl(ref, "-n", namespace, "get", "service,pods")
    }`,
    "",
  ].join("\n");
}
