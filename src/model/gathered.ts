/** Why an input could not be read. */
export type Cause =
  | "forbidden"
  | "unauthorized"
  | "not-found"
  | "timeout"
  | "unreachable"
  | "not-recorded"
  | "unreadable";

/** What was asked of the cluster, in RBAC terms, so that a missing rule can be named. */
export interface AccessRequest {
  verb: "get" | "list" | "watch" | "create" | "patch" | "delete";
  /** API group, "" for core. */
  group: string;
  /** Plural resource, with its subresource after a slash: `pods/portforward`. */
  resource: string;
  /** Absent for a cluster-wide request. */
  namespace?: string;
  name?: string;
}

export interface Missing {
  ok: false;
  why: Cause;
  /** One line in words, safe to show: never a credential, never a stack. */
  detail: string;
  request?: AccessRequest;
  /** A sentence that says what to do, where the cause alone does not tell. */
  advice?: string;
  /**
   * Namespaces that could be read in place of the whole cluster, and hold none of it: enough for whoever
   * is concerned with one of them only.
   */
  emptyIn?: readonly string[];
}

/**
 * An input that was asked for: its value, or why there is none. "Could not read" is never null,
 * so that a check cannot mistake it for "there is none".
 */
export type Gathered<T> = { ok: true; value: T } | Missing;

export function gathered<T>(value: T): Gathered<T> {
  return { ok: true, value };
}

export function missing(why: Cause, detail: string, request?: AccessRequest): Missing {
  return request ? { ok: false, why, detail, request } : { ok: false, why, detail };
}

export function mapGathered<T, U>(input: Gathered<T>, convert: (value: T) => U): Gathered<U> {
  return input.ok ? gathered(convert(input.value)) : input;
}

/** The value, or what to take where there is none. */
export function valueOr<T>(input: Gathered<T> | undefined, otherwise: T): T {
  return input?.ok ? input.value : otherwise;
}
