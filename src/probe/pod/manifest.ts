import type { RawObject } from "../../model/reader.ts";
import type { ProbeTarget } from "../../mesh/probe/target.ts";
import { DATAPLANE_MODE, MANAGED_BY, SIDECAR_INJECT } from "../../mesh/names.ts";
import { PROBE_SCRIPT } from "./script.ts";

const LABELS = { [MANAGED_BY]: "mc", "app.kubernetes.io/name": "mc-probe" };
/** Selects the Pods of all runs, and no others that are called alike. */
export const PROBE_SELECTOR = Object.entries(LABELS)
  .map(([key, value]) => `${key}=${value}`)
  .join(",");
export const PROBE_CONTAINER = "probe";

export interface PodOptions {
  /** A name that no other run has. */
  name: string;
  namespace: string;
  image: string;
  targets: readonly ProbeTarget[];
  /** PEM of the roots of the cluster that the Pod is in; empty where they were not read. */
  roots: string;
  /** For each attempt, seconds. */
  timeoutSeconds: number;
  /** After so many seconds Kubernetes ends it, whatever happens to mc. */
  deadlineSeconds: number;
}

function line({ address, port, serverName = "-" }: ProbeTarget): string {
  return `${address} ${port} ${serverName}`;
}

/**
 * The Pod that tries: within the restricted Pod Security Standard, out of the mesh, without a token,
 * with nothing to write but a memory of its own.
 */
export function probePod(options: PodOptions): RawObject & { metadata: Record<string, unknown> } {
  const { name, namespace, image, targets, roots, timeoutSeconds, deadlineSeconds } = options;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace,
      labels: {
        ...LABELS,
        [DATAPLANE_MODE]: "none",
        [SIDECAR_INJECT]: "false",
      },
    },
    spec: {
      restartPolicy: "Never",
      activeDeadlineSeconds: deadlineSeconds,
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 65_532,
        runAsGroup: 65_532,
        seccompProfile: { type: "RuntimeDefault" },
      },
      containers: [
        {
          name: PROBE_CONTAINER,
          image,
          command: ["sh", "-c", PROBE_SCRIPT],
          env: [
            { name: "MC_TARGETS", value: targets.map(line).join("\n") },
            { name: "MC_ROOTS", value: roots },
            { name: "MC_TIMEOUT", value: String(timeoutSeconds) },
          ],
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
          },
          resources: {
            requests: { cpu: "10m", memory: "16Mi" },
            limits: { cpu: "500m", memory: "64Mi" },
          },
          volumeMounts: [{ name: "memory", mountPath: "/tmp" }],
        },
      ],
      volumes: [{ name: "memory", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } }],
    },
  };
}
