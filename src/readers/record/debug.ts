import { answerSlimmers } from "../../facts/slim.ts";
import { record } from "../../lib/json.ts";
import { CLOSER } from "./certificates.ts";
import { isSecretName, REDACTED, scrub } from "./secret-text.ts";

const slimAnswer = answerSlimmers(CLOSER);

/**
 * A debug answer as it may be written to a file. Of those that facts read it is only what they read:
 * the rest is large, differs from one moment to the next, or is nobody's business.
 */
export function redactDebug(path: string, answer: unknown): unknown {
  return scrub(slimAnswer(path)?.(answer) ?? withoutSecretEntries(answer));
}

function withoutSecretEntries(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecretEntries);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(record(value)).map(([key, item]) => [
      key,
      typeof item === "string" && isSecretName(key) ? REDACTED : withoutSecretEntries(item),
    ]),
  );
}
