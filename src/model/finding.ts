import type { CheckId } from "./check-data.ts";
import type { CheckName, Finding, ObjectRef, Remediation, Status } from "./report.ts";

/** What a finding may carry beside its severity and message. */
export type FindingDetails = Omit<Finding, "severity" | "message" | "remediation">;
/** A finding that is not fine says what to do. */
export type FaultDetails = FindingDetails & { remediation: Remediation };

export function pass(message: string, details: FindingDetails = {}): Finding {
  return { severity: "pass", message, ...details };
}

export function info(
  message: string,
  details: FindingDetails & { remediation?: Remediation } = {},
): Finding {
  return { severity: "info", message, ...details };
}

/** Does not apply, or cannot be judged: the message says why. */
export function skip(
  message: string,
  details: FindingDetails & { remediation?: Remediation } = {},
): Finding {
  return { severity: "skip", message, ...details };
}

export function warn(message: string, details: FaultDetails): Finding {
  return { severity: "warn", message, ...details };
}

export function fail(message: string, details: FaultDetails): Finding {
  return { severity: "fail", message, ...details };
}

/** Could not be checked. */
export function error(message: string, details: FaultDetails): Finding {
  return { severity: "error", message, ...details };
}

/** Marks a fault that keeps the cluster from peering; what is no fault stays as it is. */
export function stopsPeering(finding: Finding): Finding {
  return finding.severity === "fail" ? { ...finding, stopsPeering: true } : finding;
}

/** The check of one cluster as `blockedBy` names it. */
export function checkOf(context: string, id: CheckId): CheckName {
  return `${context}/${id}`;
}

/** Verbs of commands that change something, or open it in an editor. */
const CHANGES =
  /^(helm|xargs|(kubectl )?(istio-)?mc (link|expose|unlink)) | (annotate|apply|create|delete|edit|label|patch|rollout|set) /;

/** What to do about a fault; commands that only show something are a step. */
export function remedy(summary: string, ...commands: string[]): Remediation {
  const shows = commands.length > 0 && !commands.some((command) => CHANGES.test(command));
  return shows ? step(summary, ...commands) : { summary, commands };
}

/** A remedy that does not mend the fault by itself: one step, or where to look. */
export function step(summary: string, ...commands: string[]): Remediation {
  return { summary, commands, step: true };
}

export function objectRef(kind: string, object: { namespace?: string; name: string }): ObjectRef {
  return object.namespace
    ? { kind, namespace: object.namespace, name: object.name }
    : { kind, name: object.name };
}

const RANK: Readonly<Record<Status, number>> = {
  fail: 5,
  error: 4,
  warn: 3,
  info: 2,
  pass: 1,
  skip: 0,
};

/** The worst of the statuses; `pass` of none. */
export function worst(statuses: Iterable<Status>): Status {
  let found: Status | undefined;
  for (const status of statuses) {
    if (found === undefined || RANK[status] > RANK[found]) found = status;
  }
  return found ?? "pass";
}

/** Statuses that deserve a reader's attention. */
export function isFault(status: Status): boolean {
  return status === "fail" || status === "error" || status === "warn";
}

/**
 * The summary of a check by its findings: the fault itself when there is one, a count when there
 * are several, what is fine otherwise.
 */
export function summarize(findings: readonly Finding[], fine: string): string {
  const faults = findings.filter((finding) => isFault(finding.severity));
  const [only] = faults;
  if (!only) return fine;
  if (faults.length === 1) return only.message;
  const counts = (["fail", "error", "warn"] as const).flatMap((severity) => {
    const count = faults.filter((finding) => finding.severity === severity).length;
    if (count === 0) return [];
    const noun = { fail: "fault", error: "not checked", warn: "warning" }[severity];
    return [`${count} ${noun}${count > 1 && severity !== "error" ? "s" : ""}`];
  });
  return counts.join(", ");
}
