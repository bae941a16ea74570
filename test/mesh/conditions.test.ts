import { describe, expect, test } from "vitest";
import {
  classFault,
  type Conditioned,
  conditionOf,
  conditionsText,
  conditionText,
  isAccepted,
  isConnected,
  isTakenUp,
  isTrue,
  isUnreconciled,
  isVouchedFor,
  linkFaults,
  linkTrouble,
  listedConditions,
  unmetLinkConditions,
} from "../../src/mesh/conditions.ts";
import type { GatewayFact } from "../../src/model/facts.ts";
import { conditions, remoteGateway } from "../support/facts.ts";

const GOOD = {
  Accepted: "True",
  Programmed: "True",
  "gloo.solo.io/PeerConnected": "True",
  "gloo.solo.io/PeeringSucceeded": "True",
};

function object(
  statuses: Record<string, string>,
  { observed, ...rest }: Omit<Conditioned, "conditions"> & { observed?: number } = {},
): Conditioned {
  const map = [...conditions(statuses)].map(
    ([type, condition]) =>
      [
        type,
        { ...condition, ...(observed === undefined ? {} : { observedGeneration: observed }) },
      ] as const,
  );
  return { conditions: new Map(map), ...rest };
}

describe("a condition is vouched for", () => {
  test.each([
    [{}, {}, true],
    [{ observedGeneration: 2 }, {}, true],
    [{}, { generation: 2 }, true],
    [{ observedGeneration: 2 }, { generation: 2 }, true],
    [{ observedGeneration: 2 }, { generation: 2, controllerRuns: true }, true],
    [{ observedGeneration: 1 }, { generation: 2 }, false],
    // Of an object that was deleted and made anew.
    [{ observedGeneration: 3 }, { generation: 1 }, false],
    [{ observedGeneration: 2 }, { generation: 2, controllerRuns: false }, false],
    [{}, { controllerRuns: false }, false],
  ])("%j of an object %j: %s", (condition, of, expected) => {
    expect(isVouchedFor(condition, of)).toBe(expected);
  });

  test("and counts for nothing where it is not", () => {
    const stale = object(GOOD, { observed: 1, generation: 2 });
    const alone = object(GOOD, { controllerRuns: false });
    for (const one of [stale, alone]) {
      expect(conditionOf(one, "Programmed")).toBeUndefined();
      expect(isTrue(one, "Programmed")).toBe(false);
      expect(isConnected(one)).toBe(false);
      expect(isUnreconciled(one)).toBe(true);
      expect(unmetLinkConditions(one)).toEqual(Object.keys(GOOD));
      expect(linkFaults(one)[0]).toBe("Accepted is not known");
    }
    expect(conditionText(stale, "Programmed")).toBe(
      "Programmed is not known: it was written of an earlier state",
    );
    expect(conditionText(alone, "Programmed")).toBe(
      "Programmed is not known: the controller that wrote it does not run",
    );
  });
});

describe("the conditions of a link", () => {
  test("all True: none is unmet; the data plane's counts where it is written", () => {
    const dataPlane = (status: string): Conditioned =>
      object({ ...GOOD, "gloo.solo.io/PeerDataPlaneProgrammed": status });
    expect(linkFaults(object(GOOD))).toEqual([]);
    expect(linkFaults(dataPlane("True"))).toEqual([]);
    expect(linkFaults(dataPlane("False"))).toEqual(["PeerDataPlaneProgrammed is False"]);
  });

  test.each(["False", "Unknown", "true", "TRUE", "yes"])("%s is not True", (status) => {
    for (const type of Object.keys(GOOD)) {
      const gateway = object({ ...GOOD, [type]: status });
      expect(unmetLinkConditions(gateway)).toEqual([type]);
      expect(linkFaults(gateway)).toEqual([`${type.split("/").at(-1)} is ${status}`]);
    }
  });

  test("in words: absent, empty", () => {
    const { Accepted: _, ...others } = GOOD;
    expect(linkFaults(object({ ...others, Programmed: "" }))).toEqual([
      "Accepted is absent",
      "Programmed is empty",
    ]);
  });

  test("stand first in a list, in the order in which they come about", () => {
    const gateway = object({ Ready: "True", "gloo.solo.io/PeerConnected": "True", Accepted: "" });
    expect(listedConditions(gateway).map(({ type }) => type)).toEqual([
      "Accepted",
      "gloo.solo.io/PeerConnected",
      "Ready",
    ]);
  });

  test("connected is what istiod says of the connection, whatever else is wrong", () => {
    expect(isConnected(object({ "gloo.solo.io/PeerConnected": "True" }))).toBe(true);
    expect(isConnected(object({ ...GOOD, "gloo.solo.io/PeerConnected": "Unknown" }))).toBe(false);
    expect(isConnected(object({}))).toBe(false);
  });
});

describe("conditionText", () => {
  const of = (reason: string, message: string, status = "False"): string =>
    conditionText(
      { conditions: new Map([["Accepted", { type: "Accepted", status, reason, message }]]) },
      "Accepted",
    );

  test("has reason and message, unless they repeat the type", () => {
    expect(of("Invalid", "no such class")).toBe("Accepted is False (Invalid: no such class)");
    expect(of("Accepted", "no such class")).toBe("Accepted is False (no such class)");
    expect(of("", "")).toBe("Accepted is False");
    expect(of("", "", "")).toBe("Accepted is empty");
    expect(conditionText(object({}), "Accepted")).toBe("Accepted is absent");
  });
});

test.each([
  [{}, true],
  [{ Accepted: "Unknown", Programmed: "Unknown" }, true],
  [{ Accepted: "False" }, false],
  [{ Accepted: "Unknown", Programmed: "True" }, false],
])("%j is unreconciled: %s", (statuses, expected) => {
  expect(isUnreconciled(object(statuses))).toBe(expected);
});

test("a class is accepted where its controller says so", () => {
  const accepted = { type: "Accepted", status: "True", reason: "Accepted", message: "Handled" };
  const one = { name: "one", controller: "c", accepted };
  const other = { name: "other", controller: "c", accepted: { ...accepted, status: "False" } };
  const silent = { name: "silent", controller: "c" };
  expect([one, other, silent].map(isAccepted)).toEqual([true, false, false]);
  expect(
    ["one", "other", "silent", "none"].map((name) => classFault(name, [one, other, silent])),
  ).toEqual([
    undefined,
    "GatewayClass other: Accepted is False (Handled)",
    "GatewayClass silent: Accepted is absent",
    "GatewayClass none does not exist",
  ]);
});

describe("what is said of a link", () => {
  const of = (message: string, status = "False"): GatewayFact =>
    remoteGateway("b", {
      conditions: new Map(
        [
          "Accepted",
          "Programmed",
          "gloo.solo.io/PeerConnected",
          "gloo.solo.io/PeeringSucceeded",
        ].map((type, index) => [
          type,
          index < 2
            ? { type, status: "True", reason: "", message: "" }
            : { type, status, reason: "Disconnected", message },
        ]),
      ),
    });

  test("stands once", () => {
    const [, , ...types] = [...of("x").conditions.keys()];
    expect(conditionsText(of("gone"), types)).toBe(
      "gloo.solo.io/PeerConnected, gloo.solo.io/PeeringSucceeded are False (Disconnected: gone)",
    );
  });

  test.each([
    ["remote error: tls: unknown authority", "untrusted"],
    ["x509: certificate has expired", "untrusted"],
    ["dial tcp 192.0.2.1:15012: connect: connection refused", "unreachable"],
    ["dial tcp: lookup lb.example: no such host", "unreachable"],
    ["context deadline exceeded", "unreachable"],
    ["something else", undefined],
  ])("%s: %s", (message, trouble) => {
    expect(linkTrouble(of(message))).toBe(trouble);
  });

  test("nothing of a link that works, nor of conditions that are absent", () => {
    expect(linkTrouble(of("connection refused", "True"))).toBeUndefined();
    expect(linkTrouble({ conditions: new Map() })).toBeUndefined();
    expect(isTakenUp(of("x"))).toBe(true);
    expect(isTakenUp({ conditions: new Map() })).toBe(false);
  });
});
