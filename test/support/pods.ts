import type { PodFact } from "../../src/model/facts.ts";
import { valueOf } from "./source.ts";

/*
 * Pods in the form of the API, for tests of what kubectl prints of them: each builder gives what is
 * well, and takes what a test changes.
 */

export type Json = Record<string, unknown>;

const running = { running: { startedAt: "2026-01-01T00:00:00Z" } };
export const waiting = (reason?: string, message?: string) => ({ waiting: { reason, message } });
export const ended = (exitCode: number, more: Json = {}) => ({ terminated: { exitCode, ...more } });

export function container(name: string, more: Json = {}): Json {
  return { name, ready: true, restartCount: 0, started: true, state: running, ...more };
}

export interface PodGiven {
  metadata?: Json;
  spec?: Json;
  status?: Json;
  init?: Json[];
  main?: Json[];
  sidecars?: string[];
  conditions?: Json[];
}

/** A pod whose spec has the containers that its status speaks of. */
export async function podOf(given: PodGiven): Promise<PodFact> {
  const { init = [], main = [container("app")], sidecars = [], conditions = [] } = given;
  const object = {
    kind: "Pod",
    metadata: {
      name: "istiod-1",
      namespace: "istio-system",
      labels: { app: "istiod" },
      ...given.metadata,
    },
    spec: {
      initContainers: init.map(({ name }) => ({
        name,
        ...(sidecars.includes(String(name)) && { restartPolicy: "Always" }),
      })),
      containers: main.map(({ name }) => ({ name })),
      ...given.spec,
    },
    status: {
      phase: "Running",
      conditions,
      initContainerStatuses: init,
      containerStatuses: main,
      ...given.status,
    },
  };
  const [found] = await valueOf("istiodPods", { objects: [object] });
  if (!found) throw new Error("no pod");
  return found;
}
