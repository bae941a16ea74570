import type { ClusterCertificates } from "../../checks/certs/cluster-certificates.ts";
import { DAY, named } from "../../mesh/trust/certificate-text.ts";
import { restartIstiod } from "../../mesh/commands/istiod.ts";
import { contextWord, mc } from "../../mesh/commands/shell.ts";
import { enumerate } from "../../mesh/wording.ts";
import type { Rotation, RotationPhase } from "../../mesh/rotation.ts";
import type { CertificateFacts } from "../../model/trust.ts";
import type { NextStep } from "./status-text.ts";

/** What is to be done next, for the clusters that are furthest behind first. */
export function nextSteps(
  members: readonly ClusterCertificates[],
  rotation: Rotation | undefined,
): NextStep[] {
  if (rotation) return rotationSteps(members, rotation);
  return members.flatMap((member) => expirySteps(member, members));
}

interface Rule {
  phases: readonly RotationPhase[];
  text: string;
  /** Only istiod is waited for: it is restarted. */
  restart?: true;
}

/** In the order in which a rotation goes; the first that some cluster is in decides. */
const RULES: readonly Rule[] = [
  {
    phases: ["adding"],
    text: "istiod has not taken the new root over into the ConfigMap: if minutes have passed, restart it",
    restart: true,
  },
  { phases: ["stable"], text: "put the new root beside the old one" },
  {
    phases: ["both trusted"],
    text: "once all clusters and their workloads trust both roots, let istiod sign below the new one",
  },
  {
    phases: ["dropping"],
    text: "istiod has not dropped the old root from the ConfigMap: if minutes have passed, restart it",
    restart: true,
  },
  {
    phases: ["switched"],
    text: "once every workload certificate has been renewed in all clusters, drop the old root",
  },
];

function rotationSteps(members: readonly ClusterCertificates[], rotation: Rotation): NextStep[] {
  for (const { phases, text, restart } of RULES) {
    const behind = rotation.phases.filter(({ phase }) => phases.includes(phase));
    const found = members.filter(({ context }) => behind.some((one) => one.context === context));
    if (found.length === 0) continue;
    const where = enumerate(found.map(({ context }) => context));
    const commands = restart
      ? found.map(({ cluster }) => restartIstiod(cluster))
      : rotateCommand(members);
    return [{ text: `${where}: ${text}`, commands }];
  }
  return [];
}

/** With the placeholder for the directory of the new certificates, which nothing here tells. */
function rotateCommand(members: readonly ClusterCertificates[]): string[] {
  const [first] = members;
  if (!first) return [];
  const contexts = members.map(({ cluster }) => contextWord(cluster)).join(",");
  return [mc(first.cluster, `certs rotate --contexts ${contexts} --to <directory>`)];
}

function expirySteps(
  member: ClusterCertificates,
  members: readonly ClusterCertificates[],
): NextStep[] {
  const { cluster, context, signing, roots } = member;
  const soon = (one: CertificateFacts): boolean =>
    one.notAfter - cluster.now <= Math.min(30 * DAY, (one.notAfter - one.notBefore) / 4);
  const ending = roots.filter(soon);
  if (ending.length > 0) {
    const names = enumerate(ending.map(named), 3);
    return [
      {
        text: `${context}: root ${names} ends soon: make another one with mc certs root, intermediates below it with mc certs intermediate, and rotate`,
        commands: rotateCommand(members),
      },
    ];
  }
  if (!signing || !soon(signing)) return [];
  return [
    {
      text: `${context}: ${named(signing)} ends soon: make another one below the same root with mc certs intermediate, and rotate`,
      commands: rotateCommand(members),
    },
  ];
}
