import { contextWord, mc } from "../../mesh/commands/shell.ts";
import { rotationOf, type ClusterRoots, type Rotation } from "../../mesh/rotation.ts";
import { remedy, warn } from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";
import type { TrustMatrix } from "../../model/trust.ts";
import { showRoot } from "./commands.ts";
import type { RotationData } from "./data.ts";
import { chainRoot, secretRoots, type ClusterCertificates } from "./cluster-certificates.ts";
import { named } from "../../mesh/trust/certificate-text.ts";

/** The rotation that the clusters are in, of those whose Secret and ConfigMap could be read. */
export function rotationAmong(
  members: readonly ClusterCertificates[],
  trust: TrustMatrix,
): Rotation | undefined {
  return rotationOf(members.flatMap((member) => clusterRoots(member, trust)));
}

function clusterRoots(member: ClusterCertificates, trust: TrustMatrix): ClusterRoots[] {
  const anchor = chainRoot(trust, member);
  const written = secretRoots(trust, member);
  if (!anchor || written.length === 0) return [];
  return [{ context: member.context, written, trusted: member.roots, anchor }];
}

/** `rotation to root X: a switched, b stable`. */
export function rotationText({ to, phases, certain }: Rotation): string {
  const where = phases.map(({ context, phase }) => `${context} ${phase}`).join(", ");
  const doubt = certain ? "" : ", if that is the new one, which their ages do not tell";
  return `rotation to root ${named(to)}${doubt}: ${where}`;
}

/**
 * A rotation in which clusters are too far apart; one that is in order is no finding. What it breaks,
 * or will with the next restart, is a finding of its own by then.
 */
export function rotationFindings(
  rotation: Rotation | undefined,
  members: readonly ClusterCertificates[],
): Finding[] {
  if (!rotation?.tooFarApart) return [];
  return [
    warn(`clusters are more than one phase apart in a ${rotationText(rotation)}`, {
      blockedBy: "certs",
      remediation: remedy(
        "Bring the clusters that are behind on before any other takes a step: in each phase all of them, and all their workloads, before the next.",
        ...commands(members),
      ),
    }),
  ];
}

/** What says which step is next; for recordings, what shows the roots that are there. */
function commands(members: readonly ClusterCertificates[]): string[] {
  const known = members.every(({ cluster }) => cluster.contextArgument !== "<context>");
  if (!known) return members.slice(0, 3).map(showRoot);
  const contexts = members.map(({ cluster }) => contextWord(cluster)).join(",");
  return members
    .slice(0, 1)
    .map(({ cluster }) => mc(cluster, `certs status --contexts ${contexts}`));
}

export function rotationData({ to, from, certain, phases, tooFarApart }: Rotation): RotationData {
  return {
    to: to.sha256,
    from: from.map(({ sha256 }) => sha256),
    certain,
    phases: [...phases],
    tooFarApart,
  };
}
