import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

/*
 * No test depends on how fast the machine is: none measures time, none sleeps, none has a time limit
 * that slowness could reach. Waiting is for events (`expect.poll`, promises), what must answer while
 * something else never does is run `withTimeEnough`, and commands that wait get a `VirtualClock`.
 * What does it all the same is named here with its reason.
 */

const ROOT = resolve(import.meta.dirname, "..");

const RULES: Readonly<Record<string, RegExp>> = {
  "measures time": /\bperformance\.now\(|\bDate\.now\(|\bhrtime\b/,
  sleeps: /\bset(?:Timeout|Interval)\(|timers\/promises|\bsleep \d|Atomics\.wait\(/,
  "has a time limit of its own":
    /^\s*\}, \d[\d_]*\)|\b(?:timeout|interruptAfterTimeLimit|testTimeout|hookTimeout): ?\d|AbortSignal\.timeout\(/,
  "tries again for luck": /\bretry: ?\d|\bwaitFor\(|\bwaitUntil\(/,
  "gives the program little time":
    /timeoutMs(?:: number)?(?: =|:) \d|--timeout(?:=|", ")\d+(?:ms|s)\b|--wait=\d+(?:ms|s)\b/,
};

const HANGS = "The program of a plugin: it has to go on until it is ended.";
const NEVER_ANSWERED =
  "Nothing has to answer within it: with more or less time the outcome is one.";
const VIRTUAL = "Of a virtual clock.";
const REFUSED = "Refused as usage before any time passes.";
const DATES = "Dates of certificates, days from now.";

/** `file: rule` → how many lines, and why. */
const ALLOWED: Readonly<Record<string, readonly [lines: number, why: string]>> = {
  "test/certs/signing-set.test.ts: measures time": [1, DATES],
  "test/cli/certs/evidence.test.ts: measures time": [1, DATES],
  "test/cli/certs/install.test.ts: measures time": [1, DATES],
  "test/cli/certs/rotate.test.ts: measures time": [1, DATES],
  "test/cli/certs/status.test.ts: measures time": [3, DATES],
  "test/cli/check.test.ts: gives the program little time": [2, `${VIRTUAL} ${REFUSED}`],
  "test/cli/probe.test.ts: gives the program little time": [1, NEVER_ANSWERED],
  "test/cli/expose.test.ts: gives the program little time": [2, REFUSED],
  "test/cli/unlink.test.ts: sleeps": [1, "Somebody removes a finalizer once it is asked for."],
  "test/cli/unlink.test.ts: has a time limit of its own": [1, "The end of that look."],
  "test/cli/link-apply.test.ts: gives the program little time": [1, NEVER_ANSWERED],
  "test/faults/connections.test.ts: sleeps": [1, HANGS],
  "test/layers.test.ts: measures time": [2, "Sources that a rule has to find fault with."],
  "test/probe/dial.test.ts: gives the program little time": [1, NEVER_ANSWERED],
  "test/reporters/probe.test.ts: gives the program little time": [
    1,
    "What a report says that is printed; nothing is waited for.",
  ],
  "test/process/ends.test.ts: sleeps": [1, HANGS],
  "test/process/ends.test.ts: gives the program little time": [2, NEVER_ANSWERED],
  "test/readers/live-exec.test.ts: sleeps": [3, HANGS],
  "test/readers/live-exit.test.ts: sleeps": [2, HANGS],
  "test/readers/live-network.test.ts: gives the program little time": [1, NEVER_ANSWERED],
  "test/readers/live-write.test.ts: gives the program little time": [
    1,
    "To show that a watch outlives it, which it does however late it comes.",
  ],
  "test/readers/live.test.ts: measures time": [1, "A minute apart is another clock, not slowness."],
  "test/support/apiserver/controller.ts: sleeps": [1, "Istio takes its time: tests wait for it."],
  "test/support/apiserver/instance.ts: measures time": [
    1,
    "The clock of a server, as that of a real one: what it says is the time of a recording, or now.",
  ],
  "test/support/apiserver/respond.ts: sleeps": [
    1,
    "Slow answers are a fault; tests wait for them.",
  ],
  "test/support/apiserver/tls.ts: measures time": [1, "Certificates are valid from now on."],
  "test/support/apiserver/watch.ts: sleeps": [1, "A watch ends when its client said."],
  "test/support/ca.ts: measures time": [2, DATES],
  "test/support/rotating-mesh.ts: measures time": [3, DATES],
  "test/support/cli.ts: measures time": [1, "The real clock, which runs without one get."],
};

/** What measures on purpose, and this file, which names what it looks for. */
const APART = /^test\/(?:bench\/|speed\.test\.ts$)/;

function findings(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const files = readdirSync(join(ROOT, "test"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .filter((file) => !APART.test(file));
  for (const file of files.toSorted()) {
    for (const [index, line] of readFileSync(join(ROOT, file), "utf8").split("\n").entries()) {
      for (const [rule, pattern] of Object.entries(RULES)) {
        if (!pattern.test(line)) continue;
        const key = `${file}: ${rule}`;
        found.set(key, [...(found.get(key) ?? []), `${index + 1}: ${line.trim()}`]);
      }
    }
  }
  return found;
}

describe("no test depends on speed", () => {
  const found = findings();

  it("but for what is allowed, with its reason", () => {
    const more = [...found].filter(([key, lines]) => lines.length > (ALLOWED[key]?.[0] ?? 0));
    expect(Object.fromEntries(more)).toEqual({});
  });

  it("and nothing is allowed that is not there", () => {
    const unused = Object.entries(ALLOWED).filter(
      ([key, [lines]]) => found.get(key)?.length !== lines,
    );
    expect(unused).toEqual([]);
  });

  it.each([
    ["measures time", "const start = performance.now();"],
    ["measures time", "expect(Date.now() - start).toBeLessThan(100);"],
    ["sleeps", "await new Promise((resolve) => setTimeout(resolve, 100));"],
    ["sleeps", 'import { setTimeout as sleep } from "node:timers/promises";'],
    ["has a time limit of its own", "  }, 60_000);"],
    ["has a time limit of its own", "it('x', { timeout: 5000 }, () => {"],
    ["has a time limit of its own", "const RUNS = { interruptAfterTimeLimit: 20_000 };"],
    ["tries again for luck", "it('x', { retry: 3 }, () => {"],
    ["gives the program little time", "const reader = open(server, { timeoutMs: 300 });"],
    ["gives the program little time", 'await mc(["check", "--timeout", "2s"]);'],
    ["gives the program little time", 'await mc(["check", "--timeout=2s"]);'],
  ])("%s: %s", (rule, line) => {
    expect(line).toMatch(RULES[rule] as RegExp);
  });
});
