import { describe, expect, it } from "vitest";
import { writeAll } from "../../src/gateway/writes.ts";

interface Item {
  cluster: string;
  name: string;
}

const FAILED = "failed";

/** Writes that end when they are told to. */
class Server {
  readonly begun: string[] = [];
  readonly #open = new Map<string, (answer: string) => void>();

  write = ({ name }: Item): Promise<string> => {
    this.begun.push(name);
    return new Promise((resolve) => this.#open.set(name, resolve));
  };

  async answer(name: string, answer = "written"): Promise<void> {
    this.#open.get(name)?.(answer);
    await settled();
  }
}

/** Lets everything go on that can. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function items(cluster: string, many: number): Item[] {
  return Array.from({ length: many }, (_, index) => ({ cluster, name: `${cluster}${index}` }));
}

function start(all: readonly Item[], signal = new AbortController().signal) {
  const server = new Server();
  const told: string[] = [];
  const answers = writeAll<Item, string>(
    all,
    {
      clusterOf: ({ cluster }) => cluster,
      write: server.write,
      isFailure: (answer) => answer === FAILED,
      onAnswer: async ({ name }, answer) => {
        told.push(`${name} ${answer}`);
      },
    },
    signal,
  );
  return { server, told, answers };
}

describe("writeAll", () => {
  it("writes to all clusters at once, to each a few at a time", async () => {
    const { server } = start([...items("a", 6), ...items("b", 2)]);
    await settled();
    expect(server.begun).toEqual(["a0", "a1", "a2", "a3", "b0", "b1"]);
    await server.answer("a2");
    expect(server.begun.at(-1)).toBe("a4");
  });

  it("tells in order, and as soon as that can be", async () => {
    const { server, told, answers } = start([...items("a", 2), ...items("b", 1)]);
    await settled();
    await server.answer("b0");
    await server.answer("a1");
    expect(told).toEqual([]);
    await server.answer("a0");
    expect(told).toEqual(["a0 written", "a1 written", "b0 written"]);
    expect(await answers).toEqual(["written", "written", "written"]);
  });

  it("begins nothing after a failure, and waits for what is under way", async () => {
    const { server, told, answers } = start([...items("a", 6), ...items("b", 6)]);
    await settled();
    await server.answer("b1", FAILED);
    for (const name of ["a0", "a1", "a2", "a3", "b0", "b2", "b3"]) await server.answer(name);
    const all = await answers;
    expect(server.begun).toHaveLength(8);
    expect(all.filter((answer) => answer === undefined)).toHaveLength(4);
    expect(all[7]).toBe(FAILED);
    expect(told).toHaveLength(8);
  });

  it("begins nothing after the signal", async () => {
    const stop = new AbortController();
    const { server, answers } = start(items("a", 6), stop.signal);
    await settled();
    stop.abort();
    for (const name of ["a0", "a1", "a2", "a3"]) await server.answer(name);
    const written = Array.from({ length: 4 }, () => "written");
    expect(await answers).toEqual([...written, undefined, undefined]);
  });

  it("has nothing to do for nothing", async () => {
    expect(await start([]).answers).toEqual([]);
  });

  it("rejects for what is no answer", async () => {
    const failing = writeAll<Item, string>(
      items("a", 3),
      {
        clusterOf: ({ cluster }) => cluster,
        write: async () => {
          throw new Error("no answer");
        },
        isFailure: () => false,
        onAnswer: async () => undefined,
      },
      new AbortController().signal,
    );
    await expect(failing).rejects.toThrow("no answer");
  });
});
