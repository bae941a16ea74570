import { goBool } from "../../lib/go-bool.ts";
import { qualified } from "../../mesh/wording.ts";
import { kubectl } from "../../mesh/commands/shell.ts";
import type { ClusterRef } from "../../model/check.ts";
import type { EnvValue, WorkloadFact } from "../../model/facts.ts";
import { error, fail, info, objectRef, pass, remedy, warn } from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";

/** A container whose environment is judged. */
export interface EnvSubject {
  workload: WorkloadFact;
  container: string;
  cluster: ClusterRef;
}

interface Required {
  name: string;
  /** The variable may be left out. */
  optional: boolean;
  /** How Helm sets it, for the remedy. */
  helm: string;
  /** Before the message of a pass. */
  lead: string;
}

interface Recommended {
  name: string;
  /** What follows when it is not as it should be, after a colon. */
  why: string;
  helm: string;
  /** Which values are as they should be; undefined when not set. */
  fine: (value: string | undefined) => boolean;
}

function target({ workload }: EnvSubject): string {
  return `${workload.kind.toLowerCase()}/${workload.name}`;
}

/** The command that sets the variable to true on that container. */
function setTrue(subject: EnvSubject, name: string): string {
  const { cluster, container, workload } = subject;
  const words = ["set", "env", target(subject), "-c", container, `${name}=true`];
  return kubectl(cluster, "-n", workload.namespace, ...words);
}

/** Shows what an unresolved variable refers to. */
function show(subject: EnvSubject, from: string): string {
  const { cluster, workload } = subject;
  const [, kind, namespace, name] = /^(ConfigMap|Secret) ([^\s/]+)\/(\S+)/.exec(from) ?? [];
  return kind && namespace && name
    ? kubectl(cluster, "-n", namespace, "get", kind.toLowerCase(), name)
    : kubectl(cluster, "-n", workload.namespace, "get", target(subject), "-o", "yaml");
}

type Unresolved = Extract<EnvValue, { kind: "unresolved" }>;

function unchecked(subject: EnvSubject, name: string, found: Unresolved): Finding {
  const { workload } = subject;
  return info(`not checked: ${unresolvedText(subject, name, found)}`, {
    object: objectRef(workload.kind, workload),
  });
}

function unresolvedText(
  subject: EnvSubject,
  name: string,
  { from, why, perhaps }: Unresolved,
): string {
  if (perhaps) return `${qualified(subject.workload)}: ${name} may come from ${from}: ${why}`;
  return `${qualified(subject.workload)}: ${name} could not be read from ${from}: ${why}`;
}

/** The value's origin, when it is not the workload itself. */
function originOf(value: EnvValue | undefined): string {
  return value?.from === undefined ? "" : ` from ${value.from}`;
}

/** A variable that must be true: as istiod reads it, so `1` and `True` are as good as `true`. */
export function mustBeTrue(subject: EnvSubject, rule: Required): Finding {
  const { name, helm, lead } = rule;
  const object = objectRef(subject.workload.kind, subject.workload);
  const found = subject.workload.env.get(name);
  if (found?.kind === "unresolved") {
    // Likely not set at all, which is as it should be.
    if (found.perhaps && rule.optional) return unchecked(subject, name, found);
    const how = found.perhaps
      ? `Set ${name} to true directly`
      : `Let mc read what ${name} refers to, or set it to true directly`;
    return error(unresolvedText(subject, name, found), {
      object,
      remediation: remedy(`${how} (${helm}).`, show(subject, found.from), setTrue(subject, name)),
    });
  }
  const value = found?.value ?? "";
  if (goBool(value) === true || (value === "" && rule.optional)) {
    return pass(`${lead}${name} is valid (${JSON.stringify(value)})${originOf(found)}`, { object });
  }
  const state =
    value === "" ? "is not set" : `is not valid (${JSON.stringify(value)})${originOf(found)}`;
  const wanted = rule.optional ? "true or not set" : "true";
  return fail(`${qualified(subject.workload)}: ${name} ${state}: it must be ${wanted}`, {
    object,
    remediation: remedy(`Set ${name} to true (${helm}).`, setTrue(subject, name)),
  });
}

/** A variable that had better be set: a warning, or nothing when it is fine. */
export function shouldHold(subject: EnvSubject, rule: Recommended): Finding[] {
  const { name, why, helm } = rule;
  const object = objectRef(subject.workload.kind, subject.workload);
  const found = subject.workload.env.get(name);
  if (found?.kind === "unresolved") {
    return [unchecked(subject, name, found)];
  }
  if (rule.fine(found?.value)) return [];
  const state = found
    ? `is ${JSON.stringify(found.value)}${originOf(found)}, not true`
    : "is not set";
  return [
    warn(`${qualified(subject.workload)}: ${name} ${state}: ${why}`, {
      object,
      remediation: remedy(`Set ${name} to true (${helm}).`, setTrue(subject, name)),
    }),
  ];
}
