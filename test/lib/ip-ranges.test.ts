import { describe, expect, it } from "vitest";
import { overlaps } from "../../src/lib/ip-ranges.ts";

/** `a 10.0.0.0/8` as the range of an owner. */
function found(...lines: string[]): string[] {
  const ranges = lines.map((line) => {
    const [owner = "", cidr = ""] = line.split(" ");
    return { owner, cidr };
  });
  return overlaps(ranges).map((pair) =>
    pair.map(({ owner, cidr }) => `${owner} ${cidr}`).join(", "),
  );
}

describe("overlaps", () => {
  it.each([
    ["the same", ["a 10.0.0.0/24", "b 10.0.0.0/24"], ["a 10.0.0.0/24, b 10.0.0.0/24"]],
    ["one in the other", ["a 10.0.1.0/24", "b 10.0.0.0/16"], ["b 10.0.0.0/16, a 10.0.1.0/24"]],
    [
      "bits beyond the prefix",
      ["a 10.0.0.77/24", "b 10.0.0.1/32"],
      ["a 10.0.0.77/24, b 10.0.0.1/32"],
    ],
    [
      "IPv6, however written",
      ["a fd00:0:0::/64", "b FD00::1:0/112"],
      ["a fd00:0:0::/64, b FD00::1:0/112"],
    ],
    [
      "all there is",
      ["a 0.0.0.0/0", "b 255.255.255.255/32"],
      ["a 0.0.0.0/0, b 255.255.255.255/32"],
    ],
    [
      "one example of each pair, in whatever order",
      ["a 10.0.0.0/16", "b 10.0.1.0/24", "b 10.1.0.0/16", "a 10.1.1.0/24", "c 10.0.1.0/25"],
      [
        "a 10.0.0.0/16, b 10.0.1.0/24",
        "a 10.0.0.0/16, c 10.0.1.0/25",
        "b 10.0.1.0/24, c 10.0.1.0/25",
      ],
    ],
    [
      "behind a range of the same owner within",
      ["a 10.0.0.0/8", "a 10.1.0.0/16", "b 10.2.0.0/16"],
      ["a 10.0.0.0/8, b 10.2.0.0/16"],
    ],
  ])("%s", (_, lines, expected) => {
    expect(found(...lines)).toEqual(expected);
  });

  it.each([
    ["side by side", ["a 10.0.0.0/24", "b 10.0.1.0/24", "c 10.0.2.0/23"]],
    ["one owner's", ["a 10.0.0.0/24", "a 10.0.0.0/16"]],
    ["two families", ["a ::/0", "b 10.0.0.0/8"]],
    ["no ranges", ["a 10.0.0.0", "b 10.0.0.0/8", "c 10.0/8", "d 10.0.0.0/33", "e x", "f "]],
  ])("not: %s", (_, lines) => {
    expect(found(...lines)).toEqual([]);
  });

  it("are found among very many", () => {
    const nodes = (owner: string, octet: number) =>
      Array.from(
        { length: 5000 },
        (_, index) => `${owner} ${octet}.${index >> 8}.${index & 255}.0/24`,
      );
    expect(found(...nodes("a", 10), ...nodes("b", 11), "c 11.3.3.128/25")).toEqual([
      "b 11.3.3.0/24, c 11.3.3.128/25",
    ]);
  });
});
