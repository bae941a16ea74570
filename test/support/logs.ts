import { gathered, missing, type Gathered } from "../../src/model/gathered.ts";
import type { LogLine, LogTarget, PodLog } from "../../src/model/log.ts";
import type { ClusterReader } from "../../src/model/reader.ts";

/** What a reader says of a log, by the beginning of the pod's name. */
export type Logs = Readonly<Record<string, Gathered<PodLog>>>;

/** A line of a minute of 2026-01-15, the day of the scenarios: `11:52`. */
export function line(clock: string, text: string): LogLine {
  return { time: Date.parse(`2026-01-15T${clock}:00Z`), text };
}

export function logOf(...lines: LogLine[]): Gathered<PodLog> {
  return gathered({ from: Date.parse("2026-01-15T11:00:00Z"), lines });
}

/** The reader with logs, and which of them it was asked for. */
export function withLogs(
  reader: ClusterReader,
  logs: Logs,
): { reader: ClusterReader; asked: LogTarget[] } {
  const asked: LogTarget[] = [];
  const log = (target: LogTarget): Promise<Gathered<PodLog>> => {
    asked.push(target);
    const found = Object.entries(logs).find(([start]) => target.pod.startsWith(start));
    return Promise.resolve(found?.[1] ?? missing("not-found", "it has no log"));
  };
  const { context, kind } = reader;
  return {
    asked,
    reader: {
      context,
      kind,
      ...(reader.contextArgument === undefined ? {} : { contextArgument: reader.contextArgument }),
      now: () => reader.now(),
      connect: () => reader.connect(),
      list: (resource, options) => reader.list(resource, options),
      get: (resource, namespace, name) => reader.get(resource, namespace, name),
      debug: (target, path) => reader.debug(target, path),
      close: () => reader.close(),
      log,
    },
  };
}
