import { expired, genericStatus } from "./errors.ts";
import type { Reply } from "./state.ts";
import type { Fault, FaultKind, FaultMatch } from "./types.ts";

/** A request as faults look at it. */
export interface FaultSubject {
  method: string;
  path: string;
  /** The path behind pods/proxy. */
  inner?: string | undefined;
  query: string;
  /** With the subresource after a slash. */
  resource?: string | undefined;
  user: string;
}

interface Counted {
  fault: Fault;
  /** Requests that matched so far. */
  seen: number;
  /** Requests that it struck so far. */
  struck: number;
}

/** Keeps count of what each fault has met. */
export class Faults {
  #faults: Counted[] = [];

  set(faults: readonly Fault[]): void {
    this.#faults = faults.map((fault) => ({ fault, seen: 0, struck: 0 }));
  }

  /** The faults that strike this request, in the order in which they were given. */
  strike(subject: FaultSubject): Fault[] {
    return this.#faults.filter((counted) => strikes(counted, subject)).map(({ fault }) => fault);
  }
}

function strikes(counted: Counted, subject: FaultSubject): boolean {
  const { fault } = counted;
  const match = fault.match ?? {};
  if (!matches(match, subject)) return false;
  if (fault.kind === "expired-continue" && !subject.query.includes("continue=")) return false;
  counted.seen += 1;
  const inRange = match.nth === undefined || counted.seen === match.nth;
  const started = counted.seen >= (match.from ?? 1);
  if (!inRange || !started || counted.struck >= (fault.times ?? Infinity)) return false;
  counted.struck += 1;
  return true;
}

function matches(match: FaultMatch, subject: FaultSubject): boolean {
  const { path } = match;
  return (
    (match.method === undefined || match.method === subject.method) &&
    (match.resource === undefined || match.resource === subject.resource) &&
    (match.user === undefined || match.user === subject.user) &&
    (path === undefined ||
      [subject.path, subject.inner].some(
        (candidate) => candidate !== undefined && matchesPath(path, candidate, subject.query),
      ))
  );
}

function matchesPath(pattern: RegExp | string, path: string, query: string): boolean {
  if (typeof pattern === "string") return path.startsWith(pattern);
  return pattern.test(query === "" ? path : `${path}?${query}`);
}

const LOGIN_PAGE =
  "<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Sign in to continue</h1></body></html>\n";

/** Faults that answer in place of the server: the request has no effect. */
const REPLACED: Partial<Record<FaultKind, (fault: Fault) => Reply>> = {
  html: ({ status = 200 }) => ({ status, body: LOGIN_PAGE, contentType: "text/html" }),
  redirect: ({ status = 302 }) => ({
    status,
    body: "",
    headers: { Location: "https://login.example.com/" },
  }),
  empty: ({ status = 200 }) => ({ status, body: "" }),
  status: ({ status = 500, body }) => ({ status, body: bodyOf(body ?? genericStatus(status)) }),
  "expired-continue": () => ({ status: 410, body: expired().body }),
};

/** Faults in what the server answers. */
const ALTERED: Partial<Record<FaultKind, (reply: Reply, fault: Fault) => Reply>> = {
  "items-null": (reply) => ({ ...reply, body: withField(reply.body, { items: null }) }),
  "wrong-content-type": (reply) => ({ ...reply, contentType: "text/plain; charset=utf-8" }),
  "wrong-kind": (reply) => ({
    ...reply,
    body: { kind: "Surprise", apiVersion: "example.com/v1", metadata: {} },
  }),
  huge: (reply, { bytes = 8 * 1024 * 1024 }) => ({
    ...reply,
    body: withField(reply.body, { padding: "x".repeat(bytes) }),
  }),
};

const bodyOf = (body: unknown): object | string =>
  typeof body === "string" ? body : (body as object);

const withField = (body: object | string, field: object): object =>
  typeof body === "string" ? field : { ...body, ...field };

/** The answer that a fault gives in place of the server's; undefined: the server answers. */
export function replacement(fault: Fault): Reply | undefined {
  return REPLACED[fault.kind]?.(fault);
}

export function altered(reply: Reply, fault: Fault): Reply {
  return ALTERED[fault.kind]?.(reply, fault) ?? reply;
}
