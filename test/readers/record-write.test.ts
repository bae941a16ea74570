import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { OperationError, UsageError } from "../../src/model/errors.ts";
import { gathered, type Gathered, missing } from "../../src/model/gathered.ts";
import type { ClusterReader, RawObject } from "../../src/model/reader.ts";
import { RESOURCES } from "../../src/model/resource.ts";
import { checkTarget, record, type Recorder, writeRecordings } from "../../src/readers/record.ts";
import { openRecordings } from "../../src/readers/recordings.ts";
import { directory, filesUnder } from "./temp.ts";

const absent = missing("not-found", "gone");

/** A cluster that answers as given. */
function cluster(changes: Partial<ClusterReader> = {}): ClusterReader {
  return {
    context: "prod",
    contextArgument: "prod",
    kind: "live",
    now: () => Date.parse("2026-01-15T12:00:00.250Z"),
    connect: () => Promise.resolve(gathered({ serverVersion: "v1.36.0", user: "admin" })),
    list: () => Promise.resolve(gathered([])),
    get: () => Promise.resolve(absent),
    debug: () => Promise.resolve(absent),
    close: () => Promise.resolve(),
    ...changes,
  };
}

const pod = (name: string, labels: Record<string, string> = {}): RawObject => ({
  metadata: { name, namespace: "n", labels },
});

const answer = (...objects: RawObject[]): Promise<Gathered<RawObject[]>> =>
  Promise.resolve(gathered(objects));

async function written(...recorders: Recorder[]): Promise<string> {
  const path = join(directory(), "out");
  await writeRecordings(recorders, { kind: "directory", path });
  return path;
}

const fault = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe("names", () => {
  const contexts = [
    "default/api-x:6443/kube:admin",
    "..",
    ".",
    "",
    "x".repeat(300),
    "Prod",
    "prod",
    "prod",
    "CON",
    "nul.txt",
    "a\\b\0c\nd",
    "über 🚀",
  ];

  test("of contexts stay inside, apart, and come back as they were", async () => {
    const recorders = contexts.map((context) =>
      record(cluster({ context, contextArgument: context })),
    );
    const path = await written(...recorders);
    const names = readdirSync(path);
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(contexts.length);
    for (const name of names) expect(name).toMatch(/^[\w+@][\w.+@-]{0,110}$/);
    const readers = await openRecordings(path);
    expect(readers.map(({ context }) => context)).toEqual(contexts.map((name) => name || "_-3"));
  });

  test("of pods in debug answers, or a reason why there is none", async () => {
    const names = [
      "p",
      "P",
      "..",
      "con",
      "a/b",
      "a%2Fb",
      "x.",
      "ü",
      "y".repeat(253),
      "z".repeat(300),
    ];
    const recorder = record(
      cluster({ debug: ({ pod: name }) => Promise.resolve(gathered({ name })) }),
    );
    const target = { namespace: "n", port: 15014 };
    for (const name of names) await recorder.reader.debug({ ...target, pod: name }, "/other?a=b");
    const path = join(directory(), "out");
    await recorder.write(path);
    const files = Object.keys(filesUnder(path));
    expect(new Set(files.map((file) => file.toLowerCase())).size).toBe(files.length);
    for (const file of files) expect(file).not.toMatch(/\.\.|(^|\/)con(\/|$)|\.(\/|$)/);

    const [reader] = await openRecordings(path);
    for (const name of names.slice(0, -2)) {
      expect(await reader?.debug({ ...target, pod: name }, "/other?a=b")).toEqual(
        gathered({ name }),
      );
    }
    expect(await reader?.debug({ ...target, pod: names.at(-1) ?? "" }, "/other?a=b")).toMatchObject(
      {
        why: "not-recorded",
        detail: "its name is too long",
      },
    );
  });
});

describe("what is remembered", () => {
  test("the whole object rather than its metadata, and a later answer rather than an earlier", async () => {
    const answers = [
      answer({ kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", ...pod("a") }),
      answer({ ...pod("a", { app: "x" }), status: { phase: "Running" } }),
      answer(pod("a"), pod("b")),
      Promise.resolve(missing("timeout", "no answer")),
      answer(),
    ];
    let next = 0;
    const recorder = record(cluster({ list: () => answers[next++] ?? answer() }));
    const { reader } = recorder;
    await reader.list(RESOURCES.pods, { metadataOnly: true });
    await reader.list(RESOURCES.pods, { labelSelector: "app=x" });
    await reader.list(RESOURCES.pods, { metadataOnly: true });
    await reader.list(RESOURCES.nodes);
    await reader.list(RESOURCES.nodes);
    const [recorded] = await openRecordings(await written(recorder));
    expect(await recorded?.list(RESOURCES.pods, { labelSelector: "app=x" })).toEqual(
      gathered([
        {
          apiVersion: "v1",
          kind: "Pod",
          metadata: { name: "a", namespace: "n", labels: { app: "x" } },
          status: { phase: "Running" },
        },
      ]),
    );
    expect(await recorded?.list(RESOURCES.pods, { metadataOnly: true })).toMatchObject({
      value: [{ metadata: { name: "a" } }, { kind: "Pod", metadata: { name: "b" } }],
    });
    expect(await recorded?.get(RESOURCES.pods, "n", "a")).toMatchObject({ ok: true });
    // Of this one only the metadata was read.
    expect(await recorded?.get(RESOURCES.pods, "n", "b")).toMatchObject({ why: "not-recorded" });
    expect(await recorded?.list(RESOURCES.pods)).toMatchObject({ why: "not-recorded" });
    expect(await recorded?.list(RESOURCES.nodes)).toEqual(gathered([]));
  });

  test("a clock that stands still, and what the cluster is called", async () => {
    let time = Date.parse("2026-01-15T12:00:00Z");
    const recorder = record(cluster({ now: () => (time += 1000) }));
    expect(recorder.reader.now()).toBe(recorder.reader.now());
    await recorder.reader.connect();
    recorder.reader.renew?.();
    const [recorded] = await openRecordings(await written(recorder));
    expect(recorded?.now()).toBe(recorder.reader.now());
    expect(recorded).toMatchObject({ context: "prod", contextArgument: "prod" });
    expect(await recorded?.connect()).toEqual(
      gathered({ serverVersion: "v1.36.0", user: "admin" }),
    );
  });

  test("no context to name stays so", async () => {
    const { contextArgument: _, ...inCluster } = cluster({ context: "in-cluster" });
    const [recorded] = await openRecordings(await written(record(inCluster)));
    expect(recorded?.context).toBe("in-cluster");
    expect(recorded?.contextArgument).toBeUndefined();
    await recorded?.close();
  });

  test("thousands of objects, in several files", async () => {
    const many = Array.from({ length: 5001 }, (_, index) => pod(`p${index}`));
    const recorder = record(cluster({ list: () => answer(...many) }));
    await recorder.reader.list(RESOURCES.pods);
    const path = await written(recorder);
    expect(readdirSync(join(path, "prod", "objects"))).toEqual(["pods-2.yaml", "pods.yaml"]);
    const [recorded] = await openRecordings(path);
    const pods = await recorded?.list(RESOURCES.pods);
    expect(pods?.ok && pods.value.length).toBe(5001);
  });
});

describe("writing", () => {
  test("makes the directories above, and replaces recordings only when told to", async () => {
    const root = directory();
    const path = join(root, "deep", "er", "out");
    const target = { kind: "directory", path } as const;
    await writeRecordings([record(cluster())], target);
    writeFileSync(join(path, "prod", "objects"), "stale");
    expect(await fault(writeRecordings([record(cluster())], target))).toBeInstanceOf(UsageError);
    await writeRecordings([record(cluster())], target, { force: true });
    expect(Object.keys(filesUnder(path))).toEqual(["prod/snapshot.json"]);
    expect(readdirSync(join(root, "deep", "er"))).toEqual(["out"]);

    mkdirSync(join(root, "empty"));
    await record(cluster()).write(join(root, "empty"));
    expect(readdirSync(join(root, "empty"))).toEqual(["snapshot.json"]);
    await record(cluster()).write(join(root, "empty"), { force: true });
  });

  test.each([
    ["a directory of something else", { "d/notes.txt": "mine" }, "d"],
    ["a recording with a file of something else", { "d/snapshot.json": "{}", "d/x": "mine" }, "d"],
    ["a file of something else beside recordings", { "d/a/snapshot.json": "{}", "d/x": "1" }, "d"],
    ["recordings with something else in them", { "d/a/snapshot.json": "{}", "d/a/x": "1" }, "d"],
    ["a file", { d: "mine" }, "d"],
  ])("never replaces %s", async (_, files, name) => {
    const root = directory(files);
    const target = { kind: "directory", path: join(root, name) } as const;
    const error = await fault(writeRecordings([record(cluster())], target, { force: true }));
    expect(error).toBeInstanceOf(UsageError);
    expect(Object.keys(filesUnder(root))).toEqual(Object.keys(files).toSorted());
  });

  test("an archive is replaced only when told to, and never a directory or a link", async () => {
    const root = directory({ "a.tar.gz": "old" });
    const target = { kind: "archive", path: join(root, "a.tar.gz") } as const;
    expect(await fault(checkTarget(target))).toBeInstanceOf(UsageError);
    await checkTarget({ kind: "archive", path: join(root, "new.tar.gz") });
    await writeRecordings([record(cluster())], target, { force: true });
    expect(await openRecordings(target.path)).toMatchObject([{ context: "prod" }]);
    expect(readdirSync(root)).toEqual(["a.tar.gz"]);

    symlinkSync(root, join(root, "link"));
    for (const path of [root, join(root, "link")]) {
      const other = { kind: "archive", path } as const;
      expect(await fault(checkTarget(other, true))).toBeInstanceOf(UsageError);
    }
  });

  test.each(["directory", "archive"] as const)("an interrupted %s leaves nothing", async (kind) => {
    const root = directory();
    const stop = new AbortController();
    const recorder = record(cluster());
    const target = { kind, path: join(root, "new", "out.tar.gz") };
    const interrupting: Recorder = {
      ...recorder,
      *files(position) {
        yield { path: "big", text: "x".repeat(1_000_000) };
        stop.abort(new Error("Ctrl-C"));
        yield* recorder.files(position);
      },
    };
    const { signal } = stop;
    expect(await fault(writeRecordings([interrupting], target, { signal }))).toEqual(
      new Error("Ctrl-C"),
    );
    expect(readdirSync(root)).toEqual([]);
  });

  test.each(["directory", "archive"] as const)(
    "a mistake half-way leaves the old %s",
    async (kind) => {
      const root = directory();
      const target = { kind, path: join(root, "out.tar.gz") };
      await writeRecordings([record(cluster())], target);
      const broken: Recorder = {
        ...record(cluster()),
        files: () => {
          throw new TypeError("a mistake");
        },
      };
      expect(await fault(writeRecordings([broken], target, { force: true }))).toBeInstanceOf(
        TypeError,
      );
      expect(readdirSync(root)).toEqual(["out.tar.gz"]);
      expect(await openRecordings(target.path)).toMatchObject([{ context: "prod" }]);
    },
  );

  test("where nothing can be written, one line says why", async () => {
    const root = directory({ file: "" });
    const below = { kind: "directory", path: join(root, "file", "out") } as const;
    expect(await fault(writeRecordings([record(cluster())], below))).toMatchObject({
      name: "UsageError",
      message: expect.stringMatching(/cannot be made: exists already$/) as string,
    });
    const long = { kind: "archive", path: join(root, `${"n".repeat(300)}.tar.gz`) } as const;
    const error = await fault(writeRecordings([record(cluster())], long));
    expect(error).toBeInstanceOf(OperationError);
    expect(String(error)).toMatch(/was not written: name too long$/);
    expect(readdirSync(root)).toEqual(["file"]);
  });

  test("members of an archive carry the time of the recording", async () => {
    const root = directory();
    const target = { kind: "archive", path: join(root, "a.tar.gz") } as const;
    await writeRecordings([record(cluster())], target);
    const bytes = readFileSync(target.path);
    await writeRecordings([record(cluster())], target, { force: true });
    expect(readFileSync(target.path)).toEqual(bytes);
  });
});
