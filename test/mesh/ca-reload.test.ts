import { describe, expect, it } from "vitest";
import { reloadRules, takesUp, type ReloadRules } from "../../src/mesh/ca-reload.ts";
import { env, istiod } from "../support/facts.ts";

const text = (...roots: string[]) => ({ text: roots.map((one) => `${one}\n`).join(""), roots });

const old: ReloadRules = { version: { major: 1, minor: 29, patch: 3 }, multiRoot: true };
const recent: ReloadRules = { version: { major: 1, minor: 30, patch: 0 }, multiRoot: true };
const unknown: ReloadRules = { multiRoot: true };

describe("an istiod that runs takes up", () => {
  it.each([old, recent, unknown, { multiRoot: false }])(
    "another intermediate below the same bytes of roots: %j",
    (rules) => {
      expect(takesUp(rules, text("a", "b"), text("a", "b"))).toBe(true);
    },
  );

  it("no other root without ISTIO_MULTIROOT_MESH", () => {
    for (const rules of [old, recent]) {
      expect(takesUp({ ...rules, multiRoot: false }, text("a"), text("a", "b"))).toBe(false);
    }
  });

  it.each([
    ["added behind", ["a"], ["a", "b"], true, true],
    ["added before", ["a"], ["b", "a"], true, true],
    ["added between", ["a", "c"], ["a", "b", "c"], false, true],
    ["taken away", ["a", "b"], ["b"], false, true],
    ["exchanged", ["a"], ["b"], false, false],
  ])("roots %s: up to 1.29 where the old text is in the new", (_what, from, to, upTo29, from30) => {
    expect(takesUp(old, text(...from), text(...to))).toBe(upTo29);
    expect(takesUp(unknown, text(...from), text(...to))).toBe(upTo29);
    expect(takesUp(recent, text(...from), text(...to))).toBe(from30);
  });
});

describe("what is known of an istiod", () => {
  it("is its version and its variable", () => {
    const rules = reloadRules(istiod({ env: env({ ISTIO_MULTIROOT_MESH: "1" }) }));
    expect(rules).toMatchObject({ multiRoot: true, version: { major: 1, minor: 28 } });
  });

  it("is no more where neither says", () => {
    const unresolved = new Map([
      ["ISTIO_MULTIROOT_MESH", { kind: "unresolved" as const, from: "Secret x", why: "unread" }],
    ]);
    expect(reloadRules(istiod({ env: unresolved, images: [] }))).toEqual({ multiRoot: false });
  });
});
