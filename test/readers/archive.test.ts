import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { type Header, pack } from "tar-stream";
import { describe, expect, test } from "vitest";
import { RESOURCES } from "../../src/model/resource.ts";
import { openRecordings } from "../../src/readers/recordings.ts";
import { directory, faultOf, names } from "./temp.ts";

const pod = (name: string) =>
  JSON.stringify({ apiVersion: "v1", kind: "Pod", metadata: { name, namespace: "n" } });

type Member = [header: (Partial<Header> & Pick<Header, "name">) | string, content?: string];

/** A tar of these members, as a file. */
async function tar(members: Member[], compress = true): Promise<string> {
  const packed = pack();
  for (const [header, content = ""] of members) {
    packed.entry(typeof header === "string" ? { name: header } : header, content);
  }
  packed.finalize();
  const bytes = await buffer(packed);
  return file(compress ? gzipSync(bytes) : bytes);
}

/** The tar header of one member. */
async function blocks(header: Partial<Header> & Pick<Header, "name">): Promise<Buffer[]> {
  const packed = pack();
  const sink = packed.entry(header);
  const [first] = await once(packed, "data");
  sink.on("error", () => undefined);
  packed.destroy();
  return [first as Buffer];
}

function file(bytes: Uint8Array, name = "x.tar.gz"): string {
  return join(directory({ [name]: bytes }), name);
}

async function pods(path: string): Promise<string[]> {
  const [reader] = await openRecordings(path);
  const answer = await reader?.list(RESOURCES.pods);
  return answer?.ok ? names(answer.value) : [];
}

describe("reading", () => {
  test("a .tar.gz and a .tar, whatever their names", async () => {
    const members: Member[] = [
      ["./a.json", pod("a")],
      ["dir/b.yaml", pod("b")],
      ["dir/._b.yaml", "{"],
    ];
    expect(await pods(await tar(members))).toEqual(["n/a", "n/b"]);
    expect(await pods(await tar(members, false))).toEqual(["n/a", "n/b"]);
    const [reader] = await openRecordings(await tar(members));
    expect(reader).toMatchObject({ context: "x" });
  });

  test("what the system's tar makes, long names and directories included", async () => {
    const long = `${"d".repeat(120)}/${"e".repeat(120)}/a.json`;
    const root = directory({
      [`in/${long}`]: pod("a"),
      "in/cluster/snapshot.json": { context: "c" },
    });
    execFileSync("tar", ["-czf", join(root, "out.tgz"), "-C", root, "in"]);
    const readers = await openRecordings(join(root, "out.tgz"));
    expect(readers.map(({ context }) => context)).toEqual(["c", "d".repeat(120)]);
  });

  test("several recordings, each its own cluster", async () => {
    const path = await tar([
      ["snap/b/objects/pods.yaml", pod("b")],
      ["snap/b/snapshot.json", '{"context":"beta","position":0}'],
      ["snap/a/snapshot.json", '{"context":"alpha","position":1}'],
    ]);
    const readers = await openRecordings(path);
    expect(readers.map(({ context }) => context)).toEqual(["beta", "alpha"]);
  });
});

describe("refused", () => {
  const outside: Record<string, Member> = {
    "/etc/passwd": ["/etc/passwd", "x"],
    "a/../../b": ["a/../../b", "x"],
    "a\\..\\b": ["a\\..\\b", "x"],
    "C:/x": ["C:/x.yaml", "x"],
    symlink: [{ name: "a.yaml", type: "symlink", linkname: "/etc/passwd" }],
    link: [{ name: "a.yaml", type: "link", linkname: "b" }],
    "character-device": [{ name: "a.yaml", type: "character-device" }],
    fifo: [{ name: "a.yaml", type: "fifo" }],
  };

  test.each(Object.keys(outside))("%s", async (kind) => {
    const path = await tar([["ok.json", pod("a")], outside[kind] ?? ["never"]]);
    expect(await faultOf(path)).toMatch(/: refused$/);
  });

  test("more than 100,000 members", async () => {
    const [empty] = await blocks({ name: "f" });
    const path = file(gzipSync(Buffer.alloc(512 * 100_001, empty), { level: 1 }));
    expect(await faultOf(path)).toMatch(/more than 100000 members: refused/);
  });

  test("more than 2 GiB by its headers, before anything of it is read", async () => {
    const [header] = await blocks({ name: "big.yaml", size: 3 * 1024 ** 3 });
    expect(await faultOf(file(gzipSync(header ?? "")))).toMatch(/more than 2 GiB: refused/);
  });

  test("what is no archive, or only half of one", async () => {
    expect(await faultOf(file(Buffer.from("apiVersion: v1\n"), "x.yaml"))).toMatch(
      /neither a directory nor a \.tar\.gz archive/,
    );
    expect(await faultOf(file(Buffer.from([0x1f, 0x8b, 1, 2, 3])))).toMatch(/damaged or cut off/);
    const whole = readFileSync(
      await tar([
        ["a.json", pod("a")],
        ["b", randomBytes(9000).toString("hex")],
      ]),
    );
    expect(await faultOf(file(whole.subarray(0, 6000)))).toMatch(/damaged or cut off/);
    expect(await faultOf(file(gzipSync(randomBytes(2000))))).toMatch(/damaged or cut off/);
    expect(await faultOf(join(directory(), "none.tar.gz"))).toMatch(/no such file/);
    expect(await faultOf("/dev/null")).toMatch(/neither a directory nor a file/);
    expect(await faultOf(await tar([]))).toMatch(/has no Kubernetes objects/);
  });

  test("a fault inside names the member", async () => {
    expect(await faultOf(await tar([["deep/a.yaml", "a: [\n"]]))).toMatch(
      /x\.tar\.gz\/deep\/a\.yaml: line 2: /,
    );
  });

  test("a link to an archive is the archive", async () => {
    const path = await tar([["a.json", pod("a")]]);
    const link = join(directory(), "link.tar.gz");
    symlinkSync(path, link);
    writeFileSync(`${link}.other`, "");
    expect(await pods(link)).toEqual(["n/a"]);
  });
});
