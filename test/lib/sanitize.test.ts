import { assert, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { commandLines, oneLine } from "../../src/lib/sanitize.ts";

const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{DI}]/u;
const anything = string({ unit: "binary", maxLength: 200 });

describe("oneLine", () => {
  test.each([
    [
      "plain words, 1/2 of them: ünïcode, 中文 and 🙂",
      "plain words, 1/2 of them: ünïcode, 中文 and 🙂",
    ],
    ["red \u001B[31mtext\u001B[0m", "red text"],
    ["\u001B[38;5;196mx\u001B[1;2Hy\u001B[?25l", "xy"],
    ["8-bit \u009B31mred", "8-bit red"],
    ["title \u001B]0;owned\u0007.", "title ."],
    ["link \u001B]8;;https://example.test\u001B\\here\u001B]8;;\u001B\\.", "link here."],
    ["device \u0090payload\u009C.", "device ."],
    ["reset \u001Bc now", "reset  now"],
    ["charset \u001B(0 now", "charset  now"],
    ["nested \u001B\u001B[31m[31m", "nested [31m"],
    ["a\nb\r\nc\td\u2028e\u0085f", "a b c d e f"],
    ["over\rwritten", "over written"],
    ["back\u0008space \u0000nul \u007Fdel", "backspace nul del"],
    ["bidi \u202Eevil\u202C \u2066x\u2069 \u200Fy", "bidi evil x y"],
    ["zero\u200Bwidth\u200Djoined\u2060\uFEFF", "zerowidthjoined"],
    ["tag\u{E0041}s, filler\u3164, selector\uFE0F", "tags, filler, selector"],
    ["half \uD800 and \uDC00 pairs", "half  and  pairs"],
    ["  trimmed  ", "trimmed"],
  ])("%j", (text, expected) => {
    expect(oneLine(text)).toBe(expected);
  });

  test("a control string that does not end hides nothing", () => {
    expect(oneLine("cluster \u001B]0;a does not trust b")).toBe("cluster ]0;a does not trust b");
    expect(oneLine("\u001B]0;a\u001B[0m does not trust \u0007b")).toBe("]0;a does not trust b");
  });

  test("a very long text is cut, also in the middle of a pair", () => {
    expect(oneLine("x".repeat(1_000_000))).toBe(`${"x".repeat(2000)}…`);
    expect(oneLine(`${"x".repeat(1999)}🙂🙂`)).toBe(`${"x".repeat(1999)}…`);
  });

  test("whatever comes, what is left is one safe line, and stays as it is", () => {
    assert(
      property(anything, (text) => {
        const line = oneLine(text);
        expect(line).not.toMatch(UNSAFE);
        expect(oneLine(line)).toBe(line);
      }),
    );
  });
});

describe("commandLines", () => {
  test("keeps the lines of a here-document with their indentation", () => {
    expect(commandLines("apply -f - <<'EOF'\nspec:\n  name: x\nEOF")).toEqual([
      "apply -f - <<'EOF'",
      "spec:",
      "  name: x",
      "EOF",
    ]);
  });

  test("never cuts", () => {
    const command = `kubectl delete ${"name ".repeat(1000)}end`;
    expect(commandLines(command)).toEqual([command]);
  });

  test("is as safe as a line", () => {
    expect(commandLines("kubectl\u001B[2J get\r pods\u202E")).toEqual(["kubectl get  pods"]);
    assert(
      property(anything, (text) => {
        for (const line of commandLines(text)) expect(line).not.toMatch(UNSAFE);
      }),
    );
  });
});
