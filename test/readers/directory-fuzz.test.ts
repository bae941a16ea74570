import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { dump, loadAll } from "js-yaml";
import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/model/errors.ts";
import type { ClusterReader } from "../../src/model/reader.ts";
import { RESOURCES } from "../../src/model/resource.ts";
import { readObjects } from "../../src/readers/directory/objects.ts";
import { openRecordings } from "../../src/readers/recordings.ts";
import { directory } from "./temp.ts";

const SEED = { seed: 20_260_115, numRuns: 250 };

/** Texts made of what YAML, JSON and recordings are made of, so that they get past the first byte. */
const fragment = fc.constantFrom(
  "apiVersion: v1\n",
  "kind: Pod\n",
  "kind: List\n",
  "kind: PodList\n",
  "items:\n",
  "- ",
  "  - ",
  "metadata: {name: a}\n",
  "  name: a\n",
  "metadata:\n",
  "---\n",
  "...\n",
  "%YAML 1.2\n",
  "# items:\n",
  "|\n",
  ">-\n",
  "&a ",
  "*a\n",
  "<<: *a\n",
  "!!binary x\n",
  "? ",
  ": ",
  "\t",
  "\r\n",
  "\n",
  "'",
  '"',
  "\\",
  "{",
  "}",
  "[",
  "]",
  ",",
  '"items":',
  '"kind":"PodList"',
  '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"b"}}',
  '"__proto__":{"x":1}',
  "__proto__: {x: 1}\n",
  '"unread":[{"request":{"verb":"list"}}]',
  '"read":[null]',
  "null",
  "\0",
  "\uFEFF",
  "\uD800",
);
const text = fc.oneof(
  fc.array(fragment, { maxLength: 30 }).map((parts) => parts.join("")),
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.json({ maxDepth: 3 }),
);
const bytes = fc.oneof(
  text.map((one) => Buffer.from(one)),
  fc.uint8Array({ maxLength: 80 }).map((one) => Buffer.from(one)),
);
const path = fc.constantFrom(
  "a.yaml",
  "b.json",
  "deep/c.yml",
  "snapshot.json",
  "x/snapshot.json",
  "objects/d.yaml",
  "debug/n/p/15014/debug/license.json",
  "debug/%/%2e/1/x.json",
  "cluster/crs",
  "cluster/k8s-resources",
  "cluster/cluster-context",
  "istio/n/p/debug/syncz",
  "proxies/n/p/config_dump",
);

/**
 * Opens it and asks for everything. Returns what came out that should not: anything but a UsageError
 * of one line, and that only from opening.
 */
async function faults(root: string): Promise<unknown[]> {
  const opened = await openRecordings(root).catch((error: unknown) => error);
  if (!Array.isArray(opened)) {
    const isClear = opened instanceof UsageError && /^[^\n]{1,2100}$/.test(opened.message);
    return isClear ? [] : [opened];
  }
  const odd: unknown[] = [];
  for (const reader of opened as ClusterReader[]) {
    if (!Number.isFinite(reader.now())) odd.push(reader.now());
    await reader.connect();
    for (const resource of Object.values(RESOURCES)) {
      await reader.list(resource, { labelSelector: "app=istiod" });
      await reader.list(resource, { namespace: "default", metadataOnly: true });
      await reader.get(resource, "default", "a");
    }
    await reader.debug({ namespace: "n", pod: "p", port: 15014 }, "/debug/license");
  }
  return odd;
}

describe("whatever is in the files", () => {
  test("a directory", async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(path, bytes, { minKeys: 1, maxKeys: 4 }), async (files) => {
        const root = directory(files);
        expect(await faults(root)).toEqual([]);
        rmSync(root, { recursive: true });
      }),
      SEED,
    );
    expect(Object.hasOwn(Object.prototype, "x")).toBe(false);
  });

  test("an archive", async () => {
    const root = directory();
    const file = join(root, "x.tar.gz");
    await fc.assert(
      fc.asyncProperty(bytes, fc.boolean(), fc.nat(600), async (content, compress, cut) => {
        const whole = tarOf("a.yaml", content);
        const damaged = cut % 3 === 0 ? whole.subarray(0, cut) : whole;
        if (cut % 5 === 0) damaged.fill(cut % 256, 0, Math.min(3, damaged.length));
        writeFileSync(file, compress ? gzipSync(damaged) : damaged);
        expect(await faults(file)).toEqual([]);
      }),
      SEED,
    );
  });
});

/** A tar with one member. */
function tarOf(name: string, content: Buffer): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write("0000644\0", 100);
  header.write(`${content.length.toString(8).padStart(11, "0")}\0`, 124);
  header.write("00000000000\0", 136);
  header.write("        0", 148);
  header.write("ustar\x0000", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  const padding = Buffer.alloc((512 - (content.length % 512)) % 512);
  return Buffer.concat([header, content, padding, Buffer.alloc(1024)]);
}

/** The text in pieces of these lengths. */
async function* inChunks(whole: string, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  const all = Buffer.from(whole);
  let from = 0;
  for (let turn = 0; from < all.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield all.subarray(from, from + size);
    from += size;
  }
}

async function read(
  format: "yaml" | "json",
  whole: string,
  sizes: readonly number[],
): Promise<unknown[]> {
  const found: unknown[] = [];
  await readObjects(`x.${format}`, format, inChunks(whole, sizes), {
    add: (object) => found.push(object),
    wants: () => true,
    listed: () => undefined,
  });
  return found;
}

describe("taking lists apart gives the same objects as parsing the whole", () => {
  const name = fc.constantFrom(
    "a",
    "items",
    "- b",
    "kind: List",
    "---",
    "a: |\n  - x\n\n- y\n",
    "é🚀",
  );
  const object = fc.record({
    apiVersion: fc.constant("v1"),
    kind: fc.constant("Pod"),
    metadata: fc.record({ name, labels: fc.dictionary(name, name, { maxKeys: 2 }) }),
    items: fc.array(name, { maxLength: 2 }),
    data: fc.dictionary(fc.constantFrom("items", "kind", "x"), fc.string(), { maxKeys: 3 }),
  });
  const objects = fc.array(object, { maxLength: 5 });
  const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 3 });

  test("YAML, in any style and cut anywhere", async () => {
    await fc.assert(
      fc.asyncProperty(
        objects,
        sizes,
        fc.record({ seqNoIndent: fc.boolean(), lineWidth: fc.constantFrom(-1, 20) }),
        fc.boolean(),
        async (items, cuts, style, twice) => {
          const one = dump({ apiVersion: "v1", items, kind: "List" }, { ...style, noRefs: true });
          const whole = twice ? `${one}---\n${one}...\n# end\n` : one;
          const expected = loadAll(whole).flatMap((list) => (list as { items: unknown[] }).items);
          expect(await read("yaml", whole, cuts)).toEqual(expected);
        },
      ),
      SEED,
    );
  });

  test("JSON, spaced or not and cut anywhere", async () => {
    await fc.assert(
      fc.asyncProperty(objects, sizes, fc.nat(4), async (items, cuts, indent) => {
        const list = { apiVersion: "v1", kind: "List", metadata: { items: [1] }, items };
        const one = JSON.stringify(list, null, indent);
        expect(await read("json", `${one}\n${one}`, cuts)).toEqual([...items, ...items]);
      }),
      SEED,
    );
  });

  test("items that leave their type to the list", async () => {
    await fc.assert(
      fc.asyncProperty(objects, sizes, async (items, cuts) => {
        const bare = items.map(({ metadata }) => ({ metadata }));
        const list = { apiVersion: "v1", items: bare, kind: "PodList" };
        const expected = bare.map((item) => ({ apiVersion: "v1", kind: "Pod", ...item }));
        expect(await read("yaml", dump(list, { noRefs: true }), cuts)).toEqual(expected);
        expect(await read("json", JSON.stringify(list), cuts)).toEqual(expected);
        // The API itself says the kind first, kubectl says it last.
        const kindFirst = { kind: "PodList", apiVersion: "v1", items: bare };
        expect(await read("yaml", dump(kindFirst, { noRefs: true }), cuts)).toEqual(expected);
        expect(await read("json", JSON.stringify(kindFirst), cuts)).toEqual(expected);
      }),
      SEED,
    );
  });
});
