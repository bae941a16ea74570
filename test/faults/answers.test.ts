import { beforeAll, describe, it } from "vitest";
import type { Fault } from "../support/apiserver.ts";
import { expectDown, expectErrors, expectOtherUnharmed } from "../support/faulty-report.ts";
import { EVERYTHING, type Outcome, REQUESTS, runCases, type Struck } from "../support/faulty.ts";

/** What may be wrong with an answer, and what is said of it. */
const FAULTS: readonly (readonly [name: string, fault: Fault, cause: RegExp])[] = [
  ["a reset", { kind: "reset" }, /closed the connection|broke off the HTTP\/2 connection/],
  ["a truncated body", { kind: "truncate" }, /cut the answer off|closed the connection/],
  ["an HTML page", { kind: "html" }, /web page, not the Kubernetes API/],
  ["a redirect", { kind: "redirect" }, /redirect \(302\) to login\.example\.com/],
  ["an empty body", { kind: "empty" }, /the answer is empty/],
  ["401", { kind: "status", status: 401 }, /does not accept the credentials \(401\)/],
  ["409", { kind: "status", status: 409 }, /409 Conflict/],
  [
    "429 with Retry-After",
    { kind: "status", status: 429, headers: { "Retry-After": "3600" } },
    /429 Too Many Requests/,
  ],
  ["429 without Retry-After", { kind: "status", status: 429 }, /429 Too Many Requests/],
  ["500", { kind: "status", status: 500 }, /500 Internal Server Error/],
  ["503", { kind: "status", status: 503 }, /503 Service Unavailable/],
  ["another content type", { kind: "wrong-content-type" }, /text\/plain, not JSON/],
  ["another kind", { kind: "wrong-kind" }, /is a Surprise, not a|as the Kubernetes API does/],
];
/** What answers a WebSocket is none of these. */
const OF_BODIES: ReadonlySet<string> = new Set(["truncate", "wrong-content-type", "wrong-kind"]);

/** Requests that nobody is refused who is signed in. */
const ABOUT_CREDENTIALS: ReadonlySet<string> = new Set(["version", "selfsubjectreviews"]);

const STRIKES: readonly Struck[] = [EVERYTHING, ...REQUESTS];
/** Which are read by code of their own; all others are lists. */
const UNLIKE: ReadonlySet<string> = new Set([
  EVERYTHING.name,
  "version",
  "selfsubjectreviews",
  "pods/log",
  "pods/portforward",
]);

/** Of lists, which are all read alike, each fault strikes every fourth, and a quarter of faults each. */
const CASES = FAULTS.flatMap(([name, fault], row) =>
  STRIKES.filter((struck, column) => UNLIKE.has(struck.name) || (row + column) % 4 === 0).map(
    (struck) => ({ name, struck, fault }),
  ),
).filter(({ struck, fault }) => struck.name !== "pods/portforward" || !OF_BODIES.has(fault.kind));

let healthy: Outcome;
let outcomes: Outcome[];

beforeAll(async () => {
  // Most of the time they wait before they try again.
  ({ healthy, outcomes } = await runCases(CASES, { concurrency: 24 }));
});

const requestsOf = (fault: string): (readonly [string, Struck])[] =>
  CASES.filter(({ name, struck }) => name === fault && struck !== EVERYTHING).map(({ struck }) => [
    struck.name,
    struck,
  ]);

describe.each(FAULTS)("%s", (name, _fault, cause) => {
  const outcomeOf = (struck: Struck): Outcome =>
    outcomes[CASES.findIndex((one) => one.name === name && one.struck === struck)] as Outcome;

  it("to every request: the cluster is down, said once", () => {
    expectDown(outcomeOf(EVERYTHING), cause);
    expectOtherUnharmed(outcomeOf(EVERYTHING), healthy);
  });

  it.each(requestsOf(name))("to: %s", (_request, struck) => {
    // A server that does not switch to WebSockets has answered, if with nothing.
    const said = struck.name === "pods/portforward" ? new RegExp(`${cause.source}|is 200`) : cause;
    // Who is not signed in for one of them is signed in for none.
    if (name === "401" && ABOUT_CREDENTIALS.has(struck.name)) expectDown(outcomeOf(struck), cause);
    else expectErrors(outcomeOf(struck), healthy, struck, said);
  });
});
