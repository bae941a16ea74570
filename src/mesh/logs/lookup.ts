import type { LogTopic } from "../../model/log-topic.ts";
import {
  LOG_SIGNATURES,
  type LogComponent,
  type LogSignature,
  type LogSubject,
} from "./signatures.ts";

/** Of one component and subject a line is of one kind; what it means to another is another matter. */
export function signatureOf(
  text: string,
  component: LogComponent,
  about: LogSubject,
): LogSignature | undefined {
  return LOG_SIGNATURES.find(
    (one) => one.component === component && one.about === about && one.when.test(text),
  );
}

/** The kinds of line that explain faults of a check with these topics. */
export function signaturesFor(topics: readonly LogTopic[] = []): LogSignature[] {
  return LOG_SIGNATURES.filter(({ explains }) => explains.some((one) => topics.includes(one)));
}

let known: RegExp | undefined;

/** Whether a line, whoever wrote it, may be of a known kind: the rest of a log is not kept. */
export function isKnownLine(text: string): boolean {
  // One expression for all takes a fraction of the time.
  known ??= new RegExp(LOG_SIGNATURES.map(({ when }) => when.source).join("|"));
  return known.test(text);
}
