import { contextsOf } from "./wording.ts";
import { objectRef } from "../../model/finding.ts";
import type { Finding, Remediation } from "../../model/report.ts";
import { enumerate } from "../wording.ts";
import type { Path } from "./path.ts";

/** What breaks a path at one of its hops. */
export interface Fault {
  cause: Cause;
  path: Path;
  /** In the cluster of the callers, where it is about one. */
  object?: { kind: string; namespace: string; name: string };
  /** What differs between faults of one cause: those that differ are told apart. */
  detail?: string;
}

export type Faults = readonly [Fault, ...Fault[]];

/** A kind of fault: what it is called, and what to do about it. */
export interface Cause {
  /**
   * The cause is in the cluster of the callers, whatever the other one is: said once for all of them.
   * Else it lies between the two.
   */
  ofCallers?: true;
  /** Not yet a fault: `warn` while peers may still be on their way, or where it may be meant so. */
  severity(fault: Fault): "fail" | "warn";
  /**
   * One line.
   *
   * @param subject `Service a/b of ctx-b`, `Services a/b, a/c of ctx-b`
   */
  message(faults: Faults, subject: Subject): string;
  remedy(faults: Faults): Remediation;
  /** What is judged elsewhere, and is at fault there: the networks of clusters, or how they share. */
  rootIn?(fault: Fault): RootIn | undefined;
}

export type RootIn = "networks" | "sharing";

export interface Subject {
  /** `Service a/b of ctx-b`, `Services a/b, a/c of ctx-b`. */
  text: string;
  many: boolean;
}

/** The services of faults, each once. */
function keysOf(faults: readonly Fault[]): string[] {
  return [...new Set(faults.map(({ path }) => path.key))].toSorted();
}

/** The objects that faults are about, each once. */
export function objectsOf(faults: readonly Fault[]): NonNullable<Fault["object"]>[] {
  const all = faults.flatMap(({ object }) => object ?? []);
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}

function subjectOf(faults: Faults): Subject {
  const keys = keysOf(faults);
  const many = keys.length > 1;
  const where = contextsOf(faults.map(({ path }) => path.to));
  return { text: `${many ? "Services" : "Service"} ${enumerate(keys)} of ${where}`, many };
}

/** Faults that are said in one finding: of one cause, between the same clusters, a service each. */
export function groupFaults(faults: readonly Fault[]): Faults[] {
  const causes = new Map<Cause, number>();
  const groups = new Map<string, [Fault, ...Fault[]]>();
  const seen = new Set<string>();
  for (const fault of faults) {
    const { cause, path, detail } = fault;
    if (!causes.has(cause)) causes.set(cause, causes.size);
    const to = cause.ofCallers ? "" : path.to.cluster.context;
    const parts = [
      causes.get(cause),
      path.from.cluster.context,
      to,
      cause.severity(fault),
      cause.rootIn?.(fault),
      detail,
    ];
    const key = JSON.stringify(parts);
    const group = groups.get(key);
    const isNew = seen.size < seen.add(`${key} ${path.key}`).size;
    if (!group) groups.set(key, [fault]);
    else if (isNew) group.push(fault);
  }
  return [...groups.values()];
}

/** What a finding is about: the object that is amiss, the callers' cluster, or the one service. */
function aboutOf(faults: Faults): Pick<Finding, "cluster" | "object"> {
  const [{ cause, path }] = faults;
  const { from, to, service } = path;
  const objects = objectsOf(faults);
  const [only] = objects;
  const here = { cluster: from.cluster.context };
  if (only && objects.length === 1) return { ...here, object: objectRef(only.kind, only) };
  if (cause.ofCallers) return here;
  return service && keysOf(faults).length === 1
    ? { cluster: to.cluster.context, object: objectRef("Service", service) }
    : {};
}

/** One finding for all of them. */
export function findingOf(faults: Faults): Finding {
  const [first] = faults;
  const { cause } = first;
  return {
    severity: cause.severity(first),
    message: cause.message(faults, subjectOf(faults)),
    ...aboutOf(faults),
    remediation: cause.remedy(faults),
  };
}
