import { statusBody } from "./errors.ts";
import { present, selection, shapeOf } from "./read.ts";
import { joinApiVersion } from "./resources.ts";
import type { Reply, ResourceCall, Stream } from "./state.ts";
import type { Change, ChangeType } from "./store.ts";
import type { KubeObject } from "./types.ts";

/** Longer than any test: the end of a watch that names none. */
const LONGEST_SECONDS = 30 * 60;

/**
 * Streams changes as lines of JSON: from a resource version on, or from now with what is there
 * first. With a selector, what comes to match was added and what ceases to match was deleted.
 */
export function watch(call: ResourceCall): Reply {
  const { state, type, target, request } = call;
  const shape = shapeOf(call.accept, "PartialObjectMetadata");
  const selected = selection(call);
  const apiVersion = joinApiVersion(target.group, target.version);
  const since = request.query.get("resourceVersion") ?? "";
  const initial = request.query.get("sendInitialEvents") === "true";
  const seconds = Number(request.query.get("timeoutSeconds") ?? LONGEST_SECONDS);

  const stream = (out: Stream): void => {
    const send = (event: ChangeType | "BOOKMARK", object: KubeObject): void =>
      out.write(`${JSON.stringify({ type: event, object: present(object, apiVersion, shape) })}\n`);
    const relay = (change: Change): void => {
      if (change.resource !== type) return;
      const event = seenAs(change, selected);
      if (event) send(event, change.object);
    };
    if (since === "" || since === "0" || initial) {
      for (const object of state.store.list(type).filter(selected)) send("ADDED", object);
      if (initial) send("BOOKMARK", endOfInitialEvents(type.kind, apiVersion, state.store.version));
    } else if (!/^\d+$/.test(since)) {
      const message = `invalid resourceVersion ${JSON.stringify(since)}`;
      out.write(
        `${JSON.stringify({ type: "ERROR", object: statusBody(400, "BadRequest", message) })}\n`,
      );
      out.end();
      return;
    } else {
      for (const change of state.store.changes) {
        if (change.version > Number(since)) relay(change);
      }
    }
    const unsubscribe = state.store.subscribe(relay);
    const timer = setTimeout(() => out.end(), seconds * 1000).unref();
    out.onClose(() => {
      unsubscribe();
      clearTimeout(timer);
    });
  };
  return { status: 200, body: "", stream };
}

function seenAs(
  { type, object, previous }: Change,
  selected: (object: KubeObject) => boolean,
): ChangeType | undefined {
  const was = previous !== undefined && selected(previous);
  const is = type !== "DELETED" && selected(object);
  if (was) return is ? "MODIFIED" : "DELETED";
  return is ? "ADDED" : undefined;
}

function endOfInitialEvents(kind: string, apiVersion: string, version: number): KubeObject {
  return {
    kind,
    apiVersion,
    metadata: {
      resourceVersion: String(version),
      annotations: { "k8s.io/initial-events-end": "true" },
    } as unknown as KubeObject["metadata"],
  };
}
