import { beforeAll, describe, it } from "vitest";
import type { Fault } from "../support/apiserver.ts";
import { expectDown, expectErrors } from "../support/faulty-report.ts";
import { EVERYTHING, type Outcome, REQUESTS, runCases } from "../support/faulty.ts";

const HUGE: Fault = { kind: "huge", bytes: 64 * 1024 * 1024 };
const CAUSE = /the answer is larger than 64 MiB/;
/** Lists are read alike: some of them, and each other kind of request. */
const READ = ["version", "selfsubjectreviews", "deployments", "pods", "configmaps", "secrets"];
const STRIKES = REQUESTS.filter(({ name }) => READ.includes(name));

describe("answers of more than 64 MiB", () => {
  let healthy: Outcome;
  let everything: Outcome;
  let others: Outcome[];

  beforeAll(async () => {
    const run = await runCases(
      [
        // Few requests: two dozen such answers keep a small machine busy for long.
        { struck: EVERYTHING, fault: HUGE, args: ["--check", "versions,services"] },
        ...STRIKES.map((struck) => ({ struck, fault: HUGE })),
      ],
      { concurrency: 1, compress: false },
    );
    healthy = run.healthy;
    [everything, ...others] = run.outcomes as [Outcome, ...Outcome[]];
  });

  it("to every request: the cluster is down, said once", () => {
    expectDown(everything, CAUSE);
  });

  it.each(STRIKES.map((struck, index) => [struck.name, struck, index] as const))(
    "to: %s",
    (_name, struck, index) => {
      expectErrors(others[index] as Outcome, healthy, struck, CAUSE);
    },
  );
});
