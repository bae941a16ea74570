import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { dump } from "js-yaml";
import type { ClusterFixture } from "./cluster.ts";
import type { KubeObject } from "./objects.ts";

async function put(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

function fileOf({ kind, metadata: { namespace, name } }: KubeObject): string {
  return join("objects", namespace ?? "_cluster", `${kind.toLowerCase()}-${name}.yaml`);
}

/** Writes one cluster of a scenario as a recording: objects, debug answers, logs, snapshot.json. */
export async function writeCluster(directory: string, fixture: ClusterFixture): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  for (const object of fixture.objects) {
    const text = dump(object, { lineWidth: -1, noRefs: true, seqNoIndent: true });
    await put(join(directory, fileOf(object)), text);
  }
  for (const [path, answer] of Object.entries(fixture.debug)) {
    await put(join(directory, "debug", `${path}.json`), `${JSON.stringify(answer, null, 2)}\n`);
  }
  for (const [path, log] of Object.entries(fixture.logs)) {
    await put(join(directory, "logs", `${path}.json`), `${JSON.stringify(log, null, 2)}\n`);
  }
  const { spec, time, serverVersion, user } = fixture;
  const snapshot = {
    schemaVersion: "mc.snapshot/v1",
    context: spec.context,
    time,
    serverVersion,
    user,
    unread: [],
  };
  await put(join(directory, "snapshot.json"), `${JSON.stringify(snapshot, null, 2)}\n`);
}
