import { describe, expect, it } from "vitest";
import {
  EXPOSED,
  isReached,
  LINKED as GOAL,
  standing,
  waitForGateways,
} from "../../src/gateway/wait.ts";
import type { WritableCluster } from "../../src/model/cluster.ts";
import { gathered, missing } from "../../src/model/gathered.ts";
import type { RawObject } from "../../src/model/reader.ts";
import type { WatchEvent, WatchOptions } from "../../src/model/writer.ts";
import { writer } from "../support/writer.ts";

interface State {
  addresses?: object[];
  generation?: number;
  observed?: number;
}

/** A Gateway with conditions as `Type: Status`. */
function gateway(name: string, conditions: Record<string, string>, state: State = {}): RawObject {
  const { addresses, generation = 2, observed } = state;
  return {
    metadata: { name, generation },
    status: {
      ...(addresses ? { addresses } : {}),
      conditions: Object.entries(conditions).map(([type, status]) => ({
        type,
        status,
        ...(observed === undefined ? {} : { observedGeneration: observed }),
      })),
    },
  };
}

const LINKED = {
  Accepted: "True",
  Programmed: "True",
  "gloo.solo.io/PeerConnected": "True",
  "gloo.solo.io/PeeringSucceeded": "True",
};
const BROKEN = { ...LINKED, "gloo.solo.io/PeeringSucceeded": "False" };

const isExposed = (object: RawObject): boolean => isReached(EXPOSED, object);
const isLinked = (object: RawObject): boolean => isReached(GOAL, object);

describe("isExposed", () => {
  const addresses = [{ type: "IPAddress", value: "192.0.2.1" }];

  it("programmed, with an address", () => {
    expect(isExposed(gateway("x", { Programmed: "True" }, { addresses }))).toBe(true);
    expect(isExposed(gateway("x", { Programmed: "True" }))).toBe(false);
    expect(isExposed(gateway("x", { Programmed: "False" }, { addresses }))).toBe(false);
    expect(isExposed({})).toBe(false);
  });
});

describe("isLinked", () => {
  it("connected and synced", () => {
    expect(isLinked(gateway("x", LINKED))).toBe(true);
    expect(isLinked(gateway("x", BROKEN))).toBe(false);
    expect(isLinked(gateway("x", { "gloo.solo.io/PeerConnected": "True" }))).toBe(false);
  });

  it("only where the checks would call it so", () => {
    const { Accepted: _, ...unaccepted } = LINKED;
    const dataPlane = (status: string): RawObject =>
      gateway("x", { ...LINKED, "gloo.solo.io/PeerDataPlaneProgrammed": status });
    expect(isLinked(gateway("x", unaccepted))).toBe(false);
    expect(isLinked(gateway("x", { ...LINKED, Programmed: "Unknown" }))).toBe(false);
    expect(isLinked(dataPlane("False"))).toBe(false);
    expect(isLinked(dataPlane("True"))).toBe(true);
  });

  it("not by what was true before the last change", () => {
    expect(isLinked(gateway("x", LINKED, { observed: 1 }))).toBe(false);
    expect(isLinked(gateway("x", LINKED, { observed: 2 }))).toBe(true);
  });
});

describe("standing", () => {
  it("tells conditions with their reasons, and what is not there", () => {
    const object = {
      status: {
        conditions: [
          { type: "Accepted", status: "True", reason: "Accepted", message: "fine" },
          {
            type: "gloo.solo.io/PeerConnected",
            status: "False",
            reason: "Lost",
            message: "no route",
          },
          { type: "Programmed", status: "Unknown" },
        ],
      },
    };
    expect(standing(GOAL, object)).toEqual([
      "Accepted: True",
      "gloo.solo.io/PeerConnected: False (Lost: no route)",
      "Programmed: Unknown",
      "gloo.solo.io/PeeringSucceeded: not there: no istiod has reconciled it as it is now",
    ]);
    expect(standing(EXPOSED, gateway("x", { Programmed: "True" }))).toEqual([
      "Programmed: True",
      "no address",
    ]);
    expect(standing(EXPOSED, undefined)).toEqual(["it is not there, or could not be read"]);
  });
});

type Watch = (
  options: WatchOptions,
  emit: (event: WatchEvent) => void,
  signal: AbortSignal,
) => ReturnType<WritableCluster["watch"]>;

const FORBIDDEN = missing("forbidden", "User may not watch");

/** Waits with a writer that answers `get` from the objects, by name, one after the other. */
function wait(
  states: Readonly<Record<string, (RawObject | undefined)[]>>,
  watch: Watch,
  signal: AbortSignal = new AbortController().signal,
  runs: () => Promise<boolean | undefined> = async () => true,
) {
  const pauses: number[] = [];
  const watched: WatchOptions[] = [];
  const queues = new Map<string, (RawObject | undefined)[]>(
    Object.entries(states).map(([name, list]) => [name, [...list]]),
  );
  const result = waitForGateways(
    {
      writer: writer({
        get: async (_resource, _namespace, name) => {
          const queue = queues.get(name) ?? [];
          const state = queue.length > 1 ? queue.shift() : queue[0];
          return state ? gathered(state) : missing("not-found", "not found");
        },
        watch: async (_resource, options, onEvent, until) => {
          watched.push(options);
          return watch(options, onEvent, until);
        },
      }),
      namespace: "ns",
      names: Object.keys(states),
      runs,
    },
    GOAL,
    signal,
    async (ms) => {
      pauses.push(ms);
    },
  );
  return { result, pauses, watched };
}

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener("abort", () => resolve()));

describe("waitForGateways", () => {
  it("is done at once with what is there", async () => {
    const { result, watched } = wait({ x: [gateway("x", LINKED)] }, async () => FORBIDDEN);
    expect([...(await result).ready]).toEqual(["x"]);
    expect(watched).toEqual([]);
  });

  it("is done as soon as a watch says so, and ends it", async () => {
    const { result, watched, pauses } = wait(
      { x: [gateway("x", BROKEN)] },
      async (_, emit, signal) => {
        emit({ type: "MODIFIED", object: gateway("other", LINKED) });
        emit({ type: "MODIFIED", object: { metadata: {} } });
        emit({ type: "MODIFIED", object: gateway("x", LINKED) });
        if (!signal.aborted) throw new Error("the watch goes on");
        return gathered(undefined);
      },
    );
    const { ready, last } = await result;
    expect(ready.has("x")).toBe(true);
    expect(last.get("x")).toEqual(gateway("x", LINKED));
    expect(watched).toEqual([{ namespace: "ns", fieldSelector: "metadata.name=x" }]);
    expect(pauses).toEqual([]);
  });

  it("watches several in one, and takes none for done that fails again", async () => {
    const states = { x: [gateway("x", BROKEN)], y: [undefined] };
    const { result, watched } = wait(states, async (_, emit) => {
      emit({ type: "ADDED", object: gateway("x", LINKED) });
      emit({ type: "MODIFIED", object: gateway("x", BROKEN) });
      emit({ type: "ADDED", object: gateway("y", LINKED) });
      emit({ type: "DELETED", object: gateway("y", LINKED) });
      emit({ type: "ADDED", object: gateway("x", LINKED) });
      emit({ type: "ADDED", object: gateway("y", LINKED) });
      return gathered(undefined);
    });
    expect([...(await result).ready].toSorted()).toEqual(["x", "y"]);
    expect(watched).toEqual([{ namespace: "ns" }]);
  });

  it("looks again where watching is forbidden", async () => {
    const states = { x: [undefined, gateway("x", BROKEN), gateway("x", LINKED)] };
    const { result, pauses } = wait(states, async () => FORBIDDEN);
    expect((await result).ready.has("x")).toBe(true);
    expect(pauses).toEqual([2000, 2000]);
  });

  it("takes nothing for done while no istiod runs, and asks again whether one does", async () => {
    const answers = [false, false, true];
    const { result, watched, pauses } = wait(
      { x: [gateway("x", LINKED)] },
      async () => FORBIDDEN,
      undefined,
      async () => answers.shift(),
    );
    expect(await result).toMatchObject({ ready: new Set(["x"]), runs: true });
    expect({ watched, pauses }).toEqual({ watched: [], pauses: [5000, 5000] });
  });

  it("says that no istiod runs when the time is over", async () => {
    const stop = new AbortController();
    const runs = async (): Promise<boolean> => {
      queueMicrotask(() => queueMicrotask(() => queueMicrotask(() => stop.abort())));
      return false;
    };
    const { result } = wait(
      { x: [gateway("x", LINKED)] },
      async () => FORBIDDEN,
      stop.signal,
      runs,
    );
    const waited = await result;
    expect(waited).toMatchObject({ ready: new Set(), runs: false });
    expect(standing(GOAL, gateway("x", LINKED), waited.runs)).toEqual([
      "no istiod of its cluster runs, so nobody says how it stands",
    ]);
    expect(isReached(GOAL, gateway("x", LINKED), false)).toBe(false);
  });

  it("watches again when a watch has ended", async () => {
    const states = { x: [gateway("x", BROKEN), gateway("x", LINKED)] };
    const { result, watched } = wait(states, async () => gathered("7"));
    expect((await result).ready.has("x")).toBe(true);
    expect(watched).toHaveLength(1);
  });

  it("ends with the signal, and tells the last state", async () => {
    const stop = new AbortController();
    const states = { x: [gateway("x", BROKEN)], y: [undefined] };
    const watch: Watch = async (_options, _emit, signal) => {
      const ended = untilAborted(signal);
      stop.abort();
      await ended;
      return gathered(undefined);
    };
    const { ready, last } = await wait(states, watch, stop.signal).result;
    expect(ready.size).toBe(0);
    expect([...last.keys()]).toEqual(["x"]);
  });

  it("ends with the signal while an answer hangs", async () => {
    const stop = new AbortController();
    const waiting = waitForGateways(
      {
        writer: writer({
          get: async () => {
            stop.abort();
            await new Promise(() => undefined);
            return FORBIDDEN;
          },
        }),
        namespace: "ns",
        names: ["x"],
        runs: async () => undefined,
      },
      GOAL,
      stop.signal,
      async () => undefined,
    );
    expect((await waiting).ready.size).toBe(0);
  });

  it("does not begin after the signal", async () => {
    const { result, watched } = wait(
      { x: [undefined] },
      async () => FORBIDDEN,
      AbortSignal.abort(),
    );
    expect((await result).last.size).toBe(0);
    expect(watched).toEqual([]);
  });

  it("goes on when a pause is cut short", async () => {
    const stop = new AbortController();
    const waiting = waitForGateways(
      {
        writer: writer({ get: async () => FORBIDDEN }),
        namespace: "ns",
        names: ["x"],
        runs: async () => true,
      },
      GOAL,
      stop.signal,
      async () => {
        stop.abort();
        throw new Error("cut short");
      },
    );
    expect((await waiting).last.size).toBe(0);
  });
});
