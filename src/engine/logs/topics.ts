import { CHECKS } from "../../checks/index.ts";
import type { LogSignature } from "../../mesh/logs/signatures.ts";
import type { CheckId } from "../../model/check-data.ts";
import type { LogTopic } from "../../model/log-topic.ts";

const TOPICS = new Map<CheckId, readonly LogTopic[]>(
  CHECKS.flatMap(({ id, logs }) => (logs ? [[id, logs] as const] : [])),
);

/** Whether lines of a kind explain faults of a check. */
export function explains(signature: LogSignature, id: CheckId): boolean {
  return signature.explains.some((topic) => TOPICS.get(id)?.includes(topic));
}

/** What lines of logs explain faults of a check; undefined where none do. */
export function topicsOf(id: CheckId): readonly LogTopic[] | undefined {
  return TOPICS.get(id);
}
