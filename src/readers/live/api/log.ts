import { finished } from "node:stream";
import type { AccessRequest } from "../../../model/gathered.ts";
import type { LogTarget, PodLog } from "../../../model/log.ts";
import { RESOURCES } from "../../../model/resource.ts";
import { KnownLines, LOOK_BACK } from "../../logs/known-lines.ts";
import {
  Fault,
  networkFault,
  readAnswer,
  refusal,
  statusOf,
  unpacked,
  within,
} from "../connection/index.ts";
import type { ApiClient } from "./client.ts";
import { queryOf, resourcePath } from "./paths.ts";

/** Lines that are asked for. */
const TAIL = "1000";
/** Of a log that goes on and on no more is read. */
const MOST_BYTES = 32 * 1024 * 1024;

/** What it takes to read a log. */
export function logAccess({ namespace, pod }: LogTarget): AccessRequest {
  return { verb: "get", group: "", resource: "pods/log", namespace, name: pod };
}

/**
 * The known lines of a log as it ends now. When the signal is aborted, or the connection breaks, what
 * has come by then.
 *
 * @throws Fault nothing has come; `not-found` where the container has not begun to write
 */
export async function readLog(
  client: ApiClient,
  { namespace, pod, container }: LogTarget,
  signal: AbortSignal,
): Promise<PodLog> {
  const query = queryOf({
    container,
    tailLines: TAIL,
    sinceSeconds: String(LOOK_BACK / 1000),
    // Those of the kubelet: a line that somebody made up cannot have another.
    timestamps: "true",
  });
  const path = `${resourcePath(RESOURCES.pods, "v1", namespace, pod)}/log${query}`;
  const request = { method: "GET" as const, path, accept: "application/json, */*" };
  const answer = await within(signal, client.stream(request, signal));
  if (answer.status !== 200) {
    const reply = await within(signal, readAnswer(answer));
    const fault = refusal(reply);
    // A container that waits to be started for the first time has none, which is a bad request.
    const hasNone = reply.status === 400 && statusOf(reply)["reason"] === "BadRequest";
    throw hasNone ? new Fault("not-found", fault.message) : fault;
  }
  const lines = new KnownLines();
  let size = 0;
  const body = unpacked(answer);
  const stop = (): void => void body.destroy();
  signal.addEventListener("abort", stop, { once: true });
  // By events, as an iterator drops what is there when the connection breaks.
  const cause = await new Promise<unknown>((resolve) => {
    finished(body, { writable: false }, resolve);
    body.on("data", (chunk: Buffer) => {
      size += chunk.length;
      lines.take(chunk);
      if (size > MOST_BYTES) stop();
    });
  });
  signal.removeEventListener("abort", stop);
  answer.body.destroy();
  if (cause && size === 0) {
    throw signal.aborted ? signal.reason : networkFault(cause, client.endpoint);
  }
  return lines.finish();
}
