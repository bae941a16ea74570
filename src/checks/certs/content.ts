import { enumerate } from "../../mesh/wording.ts";
import { error, fail, warn, type FaultDetails } from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";
import type { PemContent } from "../../model/trust.ts";

/** The first problems of a text in words; empty where it has none. */
export function problemsText({ problems }: PemContent): string {
  return enumerate(problems, 3);
}

/** What a PEM text that should hold certificates lacks. */
export function contentFindings(
  what: string,
  content: PemContent,
  details: FaultDetails,
): Finding[] {
  const said = problemsText(content);
  if (content.certificates.length > 0) {
    return said === "" ? [] : [warn(`${what} could be read only in part: ${said}`, details)];
  }
  if (said === "") return [fail(`${what} holds no certificate`, details)];
  // What is PEM may still be a certificate of a kind that mc cannot read.
  return content.unparsed
    ? [error(`${what} could not be read: ${said}`, details)]
    : [fail(`${what} holds no certificate that istiod can read: ${said}`, details)];
}
