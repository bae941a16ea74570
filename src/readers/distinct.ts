import { defined } from "../lib/defined.ts";
import type { ClusterReader } from "../model/reader.ts";

/**
 * The readers with contexts that are unique in the run: of several that go by one name, the second
 * is `name (2)`. Commands keep the `--context` that each was recorded with.
 */
export function distinct(readers: readonly ClusterReader[]): ClusterReader[] {
  const taken = new Set<string>();
  return readers.map((reader) => {
    let context = reader.context;
    for (let number = 2; taken.has(context); number += 1) context = `${reader.context} (${number})`;
    taken.add(context);
    return context === reader.context ? reader : renamed(reader, context);
  });
}

function renamed(reader: ClusterReader, context: string): ClusterReader {
  return {
    context,
    ...defined({
      contextArgument: reader.contextArgument,
      kubeconfig: reader.kubeconfig,
      recordedAt: reader.recordedAt,
      recordedAfter: reader.recordedAfter,
    }),
    kind: reader.kind,
    now: () => reader.now(),
    connect: () => reader.connect(),
    list: (resource, options) => reader.list(resource, options),
    get: (resource, namespace, name) => reader.get(resource, namespace, name),
    debug: (target, path) => reader.debug(target, path),
    unrecorded: (resource) => reader.unrecorded?.(resource),
    renew: () => reader.renew?.(),
    close: () => reader.close(),
  };
}
