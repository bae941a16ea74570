import type { WritableCluster } from "../../src/model/cluster.ts";
import { gathered, missing } from "../../src/model/gathered.ts";
import type { RawObject } from "../../src/model/reader.ts";

const unused = async () => missing("unreachable", "not part of this test");

/** A cluster that can be changed, of which a test says what it needs. */
export function writer(changes: Partial<WritableCluster> = {}): WritableCluster {
  return {
    context: "ctx-a",
    contextArgument: "ctx-a",
    kind: "live",
    namespace: "default",
    now: () => 0,
    connect: unused,
    list: unused,
    get: unused,
    debug: unused,
    apply: async (_resource, object) => ({ ok: true, value: object, warnings: [] }),
    delete: async () => ({ ok: true, value: undefined, warnings: [] }),
    apiVersion: ({ group, versions }) => `${group}/${versions[0]}`,
    allowed: async () => gathered(true),
    watch: unused,
    close: async () => undefined,
    ...changes,
  };
}

/** As managedFields has it once `mc` applied the object. */
export const APPLIED_BY_MC = [{ manager: "mc", operation: "Apply" }];

/** An object as the API server has it, with what the server adds. */
export function storedGateway(manifest: RawObject, managers: object[] = APPLIED_BY_MC): RawObject {
  const { metadata, spec } = structuredClone(manifest) as {
    metadata: Record<string, unknown>;
    spec: { listeners: Record<string, unknown>[] };
  };
  for (const listener of spec.listeners) {
    listener["allowedRoutes"] = { namespaces: { from: "Same" } };
  }
  return {
    ...manifest,
    metadata: {
      ...metadata,
      uid: "1",
      resourceVersion: "7",
      creationTimestamp: "2026-01-01T00:00:00Z",
      managedFields: managers,
    },
    spec,
    status: { conditions: [] },
  };
}
