import type { Readable } from "node:stream";
import { at, property, record, string } from "../../../lib/json.ts";
import type { WatchEvent, WatchOptions } from "../../../model/writer.ts";
import { Fault, isReset, parseJson, readAnswer, refusal, safeText } from "../connection/index.ts";
import { queryOf, resourcePath } from "./paths.ts";
import type { Target } from "./versions.ts";

/**
 * Passes changes on until the signal is aborted or the watch ends.
 *
 * @returns the resourceVersion of the last one
 * @throws Fault
 */
export async function watchResource(
  { client, versions, resource }: Target,
  options: WatchOptions,
  onEvent: (event: WatchEvent) => void,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { namespace, labelSelector, fieldSelector } = options;
  let { resourceVersion } = options;
  const query = queryOf({
    watch: "true",
    allowWatchBookmarks: "true",
    labelSelector,
    fieldSelector,
    resourceVersion,
  });
  const path = `${resourcePath(resource, versions.known(resource), namespace)}${query}`;
  try {
    const answer = await client.stream({ method: "GET", path }, signal);
    if (answer.status !== 200) throw refusal(await readAnswer(answer));
    for await (const line of linesOf(answer.body)) {
      const event = parseJson(Buffer.from(line));
      const object = record(property(event, "object"));
      resourceVersion = string(at(object, "metadata", "resourceVersion")) ?? resourceVersion;
      const type = property(event, "type");
      if (type === "ERROR") {
        const message = string(property(object, "message")) ?? "";
        throw new Fault("unreadable", `the watch ended: ${safeText(message)}`);
      }
      if (type === "ADDED" || type === "MODIFIED" || type === "DELETED") onEvent({ type, object });
    }
  } catch (cause) {
    if (signal.aborted || isReset(cause)) return resourceVersion;
    throw cause;
  }
  return resourceVersion;
}

/** Longer lines are no events: objects have at most a few MiB. */
const LONGEST_LINE = 16 * 1024 * 1024;

async function* linesOf(body: Readable): AsyncGenerator<string> {
  let rest = "";
  for await (const text of body.setEncoding("utf8") as AsyncIterable<string>) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > LONGEST_LINE) throw new Fault("unreadable", "the watch sends no events");
    yield* lines.filter((line) => line.trim() !== "");
  }
}
