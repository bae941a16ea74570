import { array, property } from "../../lib/json.ts";
import type { RawObject } from "../../model/reader.ts";

/** As Kubernetes writes times: in this form the later one is the greater text. */
const UTC_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;

/**
 * The newest time that an object bears, or the one before, as they stand there. Nodes report every few
 * minutes, so a recording with nodes was hardly made long after its newest time.
 */
export function newestOf({ metadata, status }: RawObject, before: string): string {
  const times = [
    property(metadata, "creationTimestamp"),
    ...array(property(metadata, "managedFields")).map((entry) => property(entry, "time")),
    ...array(property(status, "conditions")).flatMap((condition) => [
      property(condition, "lastHeartbeatTime"),
      property(condition, "lastTransitionTime"),
    ]),
  ];
  return times.reduce<string>(
    (newest, one) =>
      // On its own: a text cut from a larger one keeps all of that in memory.
      typeof one === "string" && UTC_TIME.test(one) && one > newest
        ? (JSON.parse(JSON.stringify(one)) as string)
        : newest,
    before,
  );
}
