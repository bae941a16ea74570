import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { load, loadAll, YAML11_SCHEMA } from "js-yaml";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toYaml, toYamlByContext } from "../../src/gateway/yaml.ts";
import { sortedKeys } from "../../src/lib/sorted-keys.ts";
import { type Clusters, hasKubectl, startClusters } from "../support/cli.ts";

/** What a network, a region, a trust domain or an annotation may be called. */
const TEXTS = [
  ..."no y n Y on Off yes NO true TRUE 1e3 1E3 1e+3 0x10 0X1F 0o17 0O7 017 0b1 0B1".split(" "),
  ..."12:30 1:30:00 190:20:30 1_000 1__0 0_1 1_ ~ null Null .5 5. +1 -1 = << 1,000".split(" "),
  ..."2026-01-01 2001-1-1 2026-01-01T00:00:00Z .inf -.Inf .nan NaN infinity 1.e5".split(" "),
  ..."a_b.C 0 00 - -- --- ... e3 1e 0x 0xg 0d1 1.0 1.2.3 0.1e1_0 12e03 1e3d +0x1".split(" "),
  ..."192.0.2.10 2001:db8::1 ::1 1:2:3:4:5:6:7:8 1.28.5-solo x:y :x x: #x @x `x %x !x &x *x".split(
    " ",
  ),
  "2026-01-01 10:00:00",
  "? a",
  "- a",
  "a: b",
  "a #b",
  "--- a",
  " a",
  "a ",
  "",
  "a\tb",
  "a\nb",
  "'a'",
  '"a"',
  "{a",
  "[a",
  "|x",
  ">",
  "9".repeat(30),
  "x".repeat(63),
  "a b ".repeat(60).trim(),
  "é",
  "\u0085",
  "\u2028x",
  "a\u202Eb",
  "a\u200Bb",
  "\uFEFFx",
  "\u{E0001}x",
  "\u001B[31mred",
];

const configMap = (values: readonly string[]): object => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: {
    name: "texts",
    annotations: Object.fromEntries(values.map((value, index) => [`k${index}`, value])),
  },
});

describe("toYaml", () => {
  it("sorts keys, does not indent lists and quotes as little as it must", () => {
    expect(
      toYaml({ kind: "K", apiVersion: "v1", spec: { b: [{ z: 1, a: "x" }], a: "192.0.2.10" } }),
    ).toBe(
      [
        "apiVersion: v1",
        "kind: K",
        "spec:",
        "  a: 192.0.2.10",
        "  b:",
        "  - a: x",
        "    z: 1",
        "",
      ].join("\n"),
    );
  });

  it.each(TEXTS)("%j reads back as the same text, in YAML 1.1 and 1.2", (value) => {
    const text = toYaml({ [value]: value });
    expect(load(text, { schema: YAML11_SCHEMA })).toEqual({ [value]: value });
    expect(load(text)).toEqual({ [value]: value });
  });

  it("any text reads back, and none can be seen that is not there", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (value) => {
        const text = toYaml({ value });
        expect(load(text, { schema: YAML11_SCHEMA })).toEqual({ value });
        expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
      }),
    );
  });

  it("numbers and booleans stay what they are", () => {
    expect(toYaml({ port: 15008, on: true })).toBe('"on": true\nport: 15008\n');
  });

  describe.skipIf(!hasKubectl)("kubectl", () => {
    let clusters: Clusters;
    let directory: string;

    beforeAll(async () => {
      clusters = await startClusters("unlinked");
      directory = mkdtempSync(join(tmpdir(), "mc-yaml-"));
    });

    afterAll(async () => {
      rmSync(directory, { recursive: true });
      await clusters.close();
    });

    it("reads every text as it was meant", async () => {
      const numbers = fc.sample(
        fc.string({
          unit: fc.constantFrom(...Array.from("0123456789.:_-+eExXoObBaAfF")),
          minLength: 1,
          maxLength: 12,
        }),
        { numRuns: 1000, seed: 1 },
      );
      const texts = [...TEXTS, ...numbers];
      writeFileSync(join(directory, "texts.yaml"), toYaml(configMap(texts)));
      const { stdout, stderr } = await clusters.shell(
        `kubectl create --dry-run=client --validate=false -o json -f ${directory}/texts.yaml`,
      );
      expect(stderr).toBe("");
      expect(JSON.parse(stdout)).toMatchObject(configMap(texts));
    });
  });
});

describe("toYamlByContext", () => {
  it("separates documents and says where each goes", () => {
    const text = toYamlByContext([
      { context: "a", document: { x: 1 } },
      { context: "b\nkind: Evil\u2028kind: Evil", document: { x: 2 } },
    ]);
    expect(text).toBe("# context: a\nx: 1\n---\n# context: b kind: Evil kind: Evil\nx: 2\n");
    expect(loadAll(text)).toEqual([{ x: 1 }, { x: 2 }]);
  });
});

describe("sorted", () => {
  it("leaves what is no map as it is", () => {
    expect(sortedKeys([null, 1, { b: 1, a: [{ d: 1, c: 2 }] }])).toEqual([
      null,
      1,
      { a: [{ c: 2, d: 1 }], b: 1 },
    ]);
  });
});
