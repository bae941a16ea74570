import type { Rotation } from "../../mesh/rotation.ts";
import type { CertificateFacts } from "../../model/trust.ts";
import type { ClusterCertificates } from "./cluster-certificates.ts";
import type {
  CertificateData,
  CertsData,
  ClusterCertificates as ReportedCertificates,
  TrustPair,
} from "./data.ts";
import { rotationData, rotationText } from "./rotation.ts";
import { DAY, expiryText } from "../../mesh/trust/certificate-text.ts";

function dataOf(certificate: CertificateFacts, now: number): CertificateData {
  const { subject, issuer, sha256, key, notBefore, notAfter } = certificate;
  return {
    subject,
    issuer,
    sha256,
    key,
    notBefore: new Date(notBefore).toISOString(),
    notAfter: new Date(notAfter).toISOString(),
    expiresInDays: Math.floor((notAfter - now) / DAY),
  };
}

function reported({
  cluster,
  context,
  roots,
  chain,
  intermediate,
}: ClusterCertificates): ReportedCertificates {
  return {
    context,
    ...(intermediate.ok ? { secret: intermediate.value.secret } : {}),
    roots: roots.map((root) => dataOf(root, cluster.now)),
    chain: chain.map((one) => dataOf(one, cluster.now)),
  };
}

/** What reporters need beyond findings; the notes are lines as the vendor's tool prints them. */
export function certsData(
  members: readonly ClusterCertificates[],
  pairs: TrustPair[],
  rotation: Rotation | undefined,
): CertsData {
  return {
    clusters: members.map(reported),
    pairs,
    ...(rotation ? { rotation: rotationData(rotation) } : {}),
    notes: [
      ...(rotation ? [rotationText(rotation)] : []),
      ...members.flatMap(({ context, roots }) =>
        roots.map(({ sha256 }) => `cluster ${context} root certificate SHA256 sum: ${sha256}`),
      ),
      ...members.flatMap(({ cluster, context, chain }) =>
        chain.map(
          (one) =>
            `cluster ${context} intermediate certificate ${one.subject}, issued by ${one.issuer}, ${expiryText(one, cluster.now)}`,
        ),
      ),
    ],
  };
}
