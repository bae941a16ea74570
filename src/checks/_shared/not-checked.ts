import { info, type FindingDetails } from "../../model/finding.ts";
import type { Missing } from "../../model/gathered.ts";
import type { Finding } from "../../model/report.ts";

/** An input that a check only uses could not be read: what it did not judge, and the cause. */
export function notChecked(what: string, cause: Missing, details: FindingDetails = {}): Finding {
  return info(`${what} not checked: ${cause.detail}`, details);
}
