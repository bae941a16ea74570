import { oneLine } from "../../lib/sanitize.ts";
import type { RotationPhase } from "../../mesh/rotation.ts";
import type {
  CertificateData,
  ClusterCertificates,
  RotationData,
} from "../../checks/certs/data.ts";
import { indented } from "../shared/say.ts";

/** What `mc certs status -o json` prints; fields are added, never changed. */
export interface CertsStatus {
  schemaVersion: "mc.certs/v1";
  clusters: ClusterStatus[];
  /** Absent while no cluster has several roots. */
  rotation?: RotationData & { name: string };
  /** What to do next, in this order; empty when nothing is to be done. */
  next: NextStep[];
}

export interface ClusterStatus extends Partial<ClusterCertificates> {
  context: string;
  /** Why nothing could be read of it. */
  error?: string;
  /** Field managers of the Secret, or the controller that keeps it. */
  keptBy?: string;
  /** Why `mc` does not write the Secret, and what to do instead. */
  advice?: string;
  /** The root that anchors the signing certificate. */
  signedBy?: { subject: string; sha256: string };
  phase?: RotationPhase;
}

export interface NextStep {
  text: string;
  commands: string[];
}

/** The status for people. */
export function statusText({ clusters, rotation, next }: CertsStatus): string {
  const lines = [
    ...clusters.flatMap(clusterLines),
    ...(rotation
      ? [
          `Rotation to root ${rotation.name} (SHA-256 ${rotation.to.slice(0, 12)})${rotation.certain ? "" : ", if that is the new one, which their ages do not tell"}`,
        ]
      : []),
    ...next.flatMap(({ text, commands }) => [oneLine(`→ ${text}`), ...indented(commands)]),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function clusterLines(cluster: ClusterStatus): string[] {
  const { context, error, roots = [], chain = [], secret, keptBy, advice, signedBy } = cluster;
  const heading = oneLine(`=== Cluster: ${context} ===`);
  if (error !== undefined) return [heading, row("Not read", error), "======"];
  const [signing, ...above] = chain;
  const others = signing ? above.map((one) => row("above", certificate(one))) : [];
  return [
    heading,
    ...(roots.length > 0
      ? roots.map((root) => row("Root", certificate(root)))
      : [row("Root", "none in ConfigMap istio-ca-root-cert")]),
    ...(signing ? [row("Intermediate", certificate(signing))] : []),
    ...others,
    ...(signedBy
      ? [row("Signed by", `${signedBy.subject} (SHA-256 ${signedBy.sha256.slice(0, 12)})`)]
      : []),
    row("Secret", `${secret ?? "not read"}${keptBy === undefined ? "" : `, kept by ${keptBy}`}`),
    ...(advice === undefined ? [] : [row("", advice)]),
    ...(cluster.phase === undefined ? [] : [row("Phase", cluster.phase)]),
    "======",
  ];
}

const TITLE_WIDTH = 14;

function row(title: string, text: string): string {
  const heading = title === "" ? "" : `${title}:`;
  return heading.padEnd(TITLE_WIDTH) + oneLine(text);
}

function certificate({ subject, sha256, key, notAfter, expiresInDays }: CertificateData): string {
  const when =
    expiresInDays < 0
      ? `expired ${notAfter.slice(0, 10)}`
      : `until ${notAfter.slice(0, 10)} (${expiresInDays} days)`;
  return `${subject} (SHA-256 ${sha256.slice(0, 12)}), ${key}, ${when}`;
}
