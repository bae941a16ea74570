import { describe, expect, it } from "vitest";
import {
  error,
  fail,
  info,
  objectRef,
  pass,
  remedy,
  skip,
  summarize,
  warn,
  worst,
} from "../../src/model/finding.ts";
import { mapGathered, gathered, missing, valueOr } from "../../src/model/gathered.ts";

const remediation = remedy("Do it.", "kubectl get pods");

describe("the worst status", () => {
  it.each([
    [[], "pass"],
    [["skip"], "skip"],
    [["skip", "pass"], "pass"],
    [["pass", "info"], "info"],
    [["info", "warn"], "warn"],
    [["warn", "error"], "error"],
    [["error", "fail", "pass"], "fail"],
  ] as const)("%j: %s", (statuses, expected) => {
    expect(worst(statuses)).toBe(expected);
  });
});

describe("a summary", () => {
  it("says what is fine when nothing is wrong", () => {
    expect(summarize([pass("p"), info("i"), skip("s")], "all fine")).toBe("all fine");
  });

  it("is the fault when there is one", () => {
    expect(summarize([pass("p"), warn("one thing", { remediation })], "all fine")).toBe(
      "one thing",
    );
  });

  it("counts when there are several", () => {
    const findings = [
      fail("a", { remediation }),
      fail("b", { remediation }),
      error("c", { remediation }),
      error("d", { remediation }),
      warn("e", { remediation }),
    ];
    expect(summarize(findings, "all fine")).toBe("2 faults, 2 not checked, 1 warning");
    expect(summarize(findings.slice(1, 3), "all fine")).toBe("1 fault, 1 not checked");
    const [warning = pass("")] = findings.slice(4);
    expect(summarize([warning, warning], "all fine")).toBe("2 warnings");
  });
});

it("an object without a namespace has none", () => {
  expect(objectRef("Node", { name: "n" })).toEqual({ kind: "Node", name: "n" });
  expect(objectRef("Pod", { namespace: "ns", name: "p" })).toEqual({
    kind: "Pod",
    namespace: "ns",
    name: "p",
  });
});

it("what is missing stays missing", () => {
  const nothing = missing("timeout", "no answer");
  expect(mapGathered(nothing, () => 1)).toBe(nothing);
  expect(mapGathered(gathered(1), (value) => value + 1)).toEqual(gathered(2));
  expect(valueOr(nothing, 3)).toBe(3);
  expect(valueOr(undefined, 3)).toBe(3);
  expect(valueOr(gathered(4), 3)).toBe(4);
});
