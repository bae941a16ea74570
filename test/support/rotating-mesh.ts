import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MadeCertificate } from "../../src/certs/make.ts";
import { SET_FILES, type SigningSet } from "../../src/certs/signing-set.ts";
import type { KubeObject } from "./apiserver.ts";
import { signingSet, writeSet } from "./ca.ts";
import { startClusters, type Clusters } from "./cli.ts";

/*
 * Clusters behind API servers that sign below a root made at test time, and what istiod and time do to
 * them.
 */

const HOUR = 3_600_000;
const NAMESPACE = "istio-system";

export interface Mesh {
  clusters: Clusters;
  /** Directory for files of the test, which goes with the mesh. */
  directory: string;
  /** istiod takes what the Secret has over into the ConfigMap, so many hours ago. */
  istiodLoads(context: string, hoursAgo?: number): void;
  /** The Secret was written, and istiod started since, so many hours ago. */
  longAgo(context: string, hours: number): void;
  secret(context: string): Record<string, string>;
  close(): Promise<void>;
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

export function cacertsData(set: SigningSet): Record<string, string> {
  return Object.fromEntries(
    (Object.keys(SET_FILES) as (keyof SigningSet)[]).map((part) => [
      SET_FILES[part],
      base64(set[part]),
    ]),
  );
}

function setTimes(object: KubeObject, at: number): void {
  const fields = (object.metadata["managedFields"] ?? []) as { time: string }[];
  const time = `${new Date(at).toISOString().slice(0, 19)}Z`;
  object.metadata["managedFields"] = fields.map((entry) => ({ ...entry, time }));
}

/** Starts a scenario in which every cluster signs below the given root. */
export async function startMesh(scenario: string, root: MadeCertificate): Promise<Mesh> {
  const clusters = await startClusters(scenario, {
    controller: false,
    rename: Object.fromEntries(
      ["east", "eu", "west"].map((name) => [`prod/${name}:6443/admin`, name]),
    ),
  });
  const directory = mkdtempSync(join(tmpdir(), "mc-mesh-"));
  const mesh: Mesh = {
    clusters,
    directory,
    istiodLoads(context, hoursAgo = 0) {
      const roots = mesh.secret(context)["root-cert.pem"] ?? "";
      clusters.edit(context, "ConfigMap", `${NAMESPACE}/istio-ca-root-cert`, (object) => {
        object["data"] = { "root-cert.pem": roots };
        object.metadata["managedFields"] = [
          {
            manager: "pilot-discovery",
            operation: "Update",
            apiVersion: "v1",
            fieldsType: "FieldsV1",
            fieldsV1: { "f:data": { ".": {}, "f:root-cert.pem": {} } },
            time: "",
          },
        ];
        setTimes(object, Date.now() - hoursAgo * HOUR);
      });
    },
    longAgo(context, hours) {
      clusters.edit(context, "Secret", `${NAMESPACE}/cacerts`, (object) =>
        setTimes(object, Date.now() - (hours + 1) * HOUR),
      );
      for (const [name, { metadata }] of clusters.objects(context, "Pod")) {
        if ((metadata["labels"] as Record<string, string> | undefined)?.["app"] !== "istiod")
          continue;
        clusters.edit(context, "Pod", name, (pod) => {
          pod.metadata.creationTimestamp = new Date(Date.now() - hours * HOUR).toISOString();
        });
      }
    },
    secret(context) {
      const object = clusters.objects(context, "Secret").get(`${NAMESPACE}/cacerts`);
      const data = (object?.["data"] ?? {}) as Record<string, string>;
      return Object.fromEntries(
        Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString()]),
      );
    },
    async close() {
      await clusters.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
  for (const context of clusters.contexts) {
    const set = await signingSet(root, context);
    clusters.server(context).put({
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        name: "cacerts",
        namespace: NAMESPACE,
        managedFields: [
          {
            manager: "mc",
            operation: "Apply",
            apiVersion: "v1",
            fieldsType: "FieldsV1",
            fieldsV1: {
              "f:data": Object.fromEntries(
                Object.keys(cacertsData(set)).map((key) => [`f:${key}`, {}]),
              ),
            },
            time: "2026-01-01T00:00:00Z",
          },
        ],
      },
      type: "Opaque",
      data: cacertsData(set),
    });
    mesh.istiodLoads(context, 1000);
  }
  return mesh;
}

/** A directory with what every cluster is to have, below another root. */
export async function targetDirectory(mesh: Mesh, root: MadeCertificate): Promise<string> {
  const target = join(mesh.directory, "target");
  for (const context of mesh.clusters.contexts) {
    writeSet(join(target, context), await signingSet(root, context));
  }
  return target;
}
