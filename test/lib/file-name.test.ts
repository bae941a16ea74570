import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { safeFileName } from "../../src/lib/file-name.ts";

describe("safeFileName", () => {
  it.each([
    ["cluster1", "cluster1"],
    ["default/api-x:6443/kube:admin", "default-api-x-6443-kube-admin"],
    ["..", "_"],
    ["", "_"],
    ["../../etc/passwd", "etc-passwd"],
    [".hidden", "hidden"],
    ["con", "_con"],
    ["NUL.txt", "_NUL.txt"],
    ["a\u0000b\nc", "a-b-c"],
  ])("%j is %s", (name, file) => {
    expect(safeFileName(name, new Set())).toBe(file);
  });

  it("keeps names apart, also where case does not count", () => {
    const taken = new Set<string>();
    expect(["a/b", "a:b", "A-B"].map((name) => safeFileName(name, taken))).toEqual([
      "a-b",
      "a-b-2",
      "A-B-3",
    ]);
  });

  it("is a plain name of bearable length whatever comes", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: "binary", maxLength: 400 }), { maxLength: 5 }),
        (names) => {
          const taken = new Set<string>();
          const files = names.map((name) => safeFileName(name, taken));
          for (const file of files) expect(file).toMatch(/^[\w@+-][\w.@+-]{0,110}$/);
          expect(new Set(files.map((file) => file.toLowerCase())).size).toBe(names.length);
        },
      ),
      { numRuns: 200, seed: 7 },
    );
  });
});
