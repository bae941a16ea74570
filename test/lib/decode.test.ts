import { describe, expect, it } from "vitest";
import { decodeText } from "../../src/lib/decode.ts";

const TEXT = "name: ünïcode 🎉\n";
const marked = Buffer.from(`\uFEFF${TEXT}`, "utf16le");

const ENCODINGS: readonly (readonly [string, Uint8Array])[] = [
  ["UTF-8", Buffer.from(TEXT)],
  ["UTF-8 with a byte order mark", Buffer.from(`\uFEFF${TEXT}`)],
  ["UTF-16, little end first", marked],
  ["UTF-16, big end first", Buffer.from(marked).swap16()],
];

describe.each(ENCODINGS)("%s", (_name, bytes) => {
  it("is decoded whole", () => {
    expect(decodeText(bytes)).toBe(TEXT);
  });
});

it("what is in no known encoding is replaced", () => {
  expect(decodeText(Uint8Array.of(0x61, 0xff, 0x62))).toBe("a\uFFFDb");
  expect(decodeText(new Uint8Array())).toBe("");
});
