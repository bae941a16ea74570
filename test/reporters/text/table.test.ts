import { describe, expect, it } from "vitest";
import { columns } from "../../../src/reporters/text/table.ts";
import { displayWidth } from "../../../src/reporters/text/width.ts";

describe("tables", () => {
  it("have no lines, and nothing after the last column", () => {
    const rows = [
      ["NAME", "READY", "AGE"],
      ["istiod-6d9", "1/1", "5d"],
      ["z", "", ""],
    ];
    expect(columns(rows, 3)).toEqual(["NAME         READY   AGE", "istiod-6d9   1/1     5d", "z"]);
  });

  it("line up whatever the cells are made of", () => {
    const cells = ["plain", "✅", "ℹ️", "中文", "e\u0301", "\u{1F1E9}\u{1F1EA}", "\u{1FAE0}", "अंक"];
    const family = "\u{1F469}\u200D\u{1F469}\u200D\u{1F467}";
    const lines = columns(
      [...cells, family, "\uE000\uE001", "\u200B", ""].map((cell) => [cell, "|", cell]),
      2,
    );
    for (const line of lines) expect(displayWidth(line.slice(0, line.indexOf("|")))).toBe(7);
    expect(lines[1]).toBe("✅     |  ✅");
    expect(lines[8]).toBe(`${family}     |  ${family}`);
    expect(lines[9]).toBe("\uE000\uE001     |  \uE000\uE001");
  });

  it("are alike however many rows they have", () => {
    const rows = Array.from({ length: 1000 }, (_, index) => [`name-${index}`, "✅", "end"]);
    const lines = columns([...rows, ["the longest of all", "", "end"]], 2);
    expect(lines).toHaveLength(1001);
    expect(new Set(lines.map((line) => displayWidth(line)))).toEqual(new Set([27]));
  });
});
