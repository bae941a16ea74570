import { CHECKS } from "../../checks/index.ts";
import type { CheckId } from "../../model/check-data.ts";
import type { LogTopic } from "../../model/log-topic.ts";

const TOPICS = new Map<CheckId, readonly LogTopic[]>(
  CHECKS.flatMap(({ id, logs }) => (logs ? [[id, logs] as const] : [])),
);

/** What lines of logs explain faults of a check; undefined where none do. */
export function topicsOf(id: CheckId): readonly LogTopic[] | undefined {
  return TOPICS.get(id);
}
