import { SELF_MADE } from "../../mesh/trust/cacerts.ts";
import type { CaCluster } from "../../certs/cluster-state.ts";
import { externalCa } from "../../certs/external.ts";
import { certsData } from "../../checks/certs/details.ts";
import {
  chainRoot,
  certificatesOf,
  type CertsFacts,
  type ClusterCertificates,
} from "../../checks/certs/cluster-certificates.ts";
import { rotationAmong } from "../../checks/certs/rotation.ts";
import { trust as trustMatrix } from "../../engine/artifacts/trust.ts";
import { toYaml } from "../../gateway/yaml.ts";
import type { Rotation } from "../../mesh/rotation.ts";
import type { CertificateFacts, TrustMatrix } from "../../model/trust.ts";
import { EXIT_FAULT } from "../shared/exit-code.ts";
import { type Io, unlessInterrupted } from "../shared/io.ts";
import { closeReaders, openReaders, type ClusterSelection } from "../shared/readers.ts";
import { readClusters, type ReadCluster } from "./read-clusters.ts";
import { nextSteps } from "./status-next.ts";
import { statusText, type CertsStatus, type ClusterStatus } from "./status-text.ts";

/** Flags of `mc certs status`, parsed. */
export interface StatusOptions extends ClusterSelection {
  output: "text" | "json" | "yaml";
  /** ms. */
  timeout: number;
}

/** What the certs check looks at. */
const CHECKED = ["rootCertificate", "intermediate"] as const;

/** `mc certs status`: resolves with the exit code, 1 when some cluster could not be read. */
export async function runStatus(options: StatusOptions, io: Io): Promise<number> {
  const readers = await openReaders(options, options.timeout, io);
  try {
    const read = await readClusters(readers, { facts: CHECKED }, options, io);
    const trust = await unlessInterrupted(
      io.signal,
      trustMatrix.prepare(read.map(({ gathered }) => gathered)),
    );
    const status = statusOf(read, trust);
    await io.stdout.write(printed(status, options.output));
    return status.clusters.some(({ error }) => error !== undefined) ? EXIT_FAULT : 0;
  } finally {
    await closeReaders(readers);
  }
}

function printed(status: CertsStatus, output: StatusOptions["output"]): string {
  if (output === "json") return `${JSON.stringify(status, undefined, 2)}\n`;
  return output === "yaml" ? toYaml(status) : statusText(status);
}

function statusOf(read: readonly ReadCluster[], trust: TrustMatrix): CertsStatus {
  const members = read.flatMap((cluster) => memberFor(cluster, trust));
  const rotation = rotationAmong(members, trust);
  const data = certsData(members, [], rotation);
  const clusters = read.map((cluster): ClusterStatus => {
    const { context } = cluster.ca.ref;
    const member = members.find((one) => one.context === context);
    const certificates = data.clusters.find((one) => one.context === context);
    if (!member || !certificates) return { context, error: whyNot(cluster) };
    const root = chainRoot(trust, member);
    return {
      ...certificates,
      ...keeper(cluster.ca),
      ...(root ? { signedBy: { subject: root.subject, sha256: root.sha256 } } : {}),
      ...phaseOf(rotation, context),
    };
  });
  return {
    schemaVersion: "mc.certs/v1",
    clusters,
    ...(data.rotation ? { rotation: { ...data.rotation, name: nameOf(rotation?.to) } } : {}),
    next: nextSteps(members, rotation),
  };
}

function memberFor({ gathered }: ReadCluster, trust: TrustMatrix): ClusterCertificates[] {
  const { rootCertificate, intermediate, ztunnelDumps } = gathered.facts;
  if (!rootCertificate?.ok || !intermediate || !ztunnelDumps) return [];
  const facts: CertsFacts["facts"] = {
    rootCertificate: rootCertificate.value,
    intermediate,
    ztunnelDumps,
  };
  return [certificatesOf({ cluster: gathered.ref, facts }, trust)];
}

function whyNot({ gathered, unread }: ReadCluster): string {
  const { rootCertificate } = gathered.facts;
  if (unread) return unread.detail;
  return rootCertificate?.ok === false ? rootCertificate.detail : "it could not be read";
}

/** Who keeps what istiod signs with, and why `mc` would not write it. */
function keeper({ secret, istiods }: CaCluster): Pick<ClusterStatus, "keptBy" | "advice"> {
  const external = externalCa(istiods);
  if (external !== undefined) return { keptBy: "an external CA", advice: external };
  if (!secret) return {};
  if (secret.name === SELF_MADE) return { keptBy: "istiod, which made this CA itself" };
  const { text, advice } = secret.owner;
  return advice === undefined ? { keptBy: text } : { keptBy: text, advice };
}

function phaseOf(rotation: Rotation | undefined, context: string): Pick<ClusterStatus, "phase"> {
  const found = rotation?.phases.find((one) => one.context === context);
  return found ? { phase: found.phase } : {};
}

function nameOf(root: CertificateFacts | undefined): string {
  return root?.subject ?? "";
}
