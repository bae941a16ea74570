import { enumerate } from "../../mesh/wording.ts";
import { fail, info, remedy, warn } from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";
import type { CertificateFacts, TrustMatrix } from "../../model/trust.ts";
import { replaceSigning, showRoot, showSigning } from "./commands.ts";
import { groupBy } from "../../lib/group-by.ts";
import { isAmong, verdictOf, type ClusterCertificates } from "./cluster-certificates.ts";
import { DAY, dateText, expiryOf, expiryText, named } from "../../mesh/trust/certificate-text.ts";
import { clustersText } from "./wording.ts";

/** A certificate that a cluster cannot do without. */
interface InUse {
  certificate: CertificateFacts;
  member: ClusterCertificates;
}

/** Roots of a cluster that anchor a chain of the run. */
export function anchors(
  member: ClusterCertificates,
  members: readonly ClusterCertificates[],
  trust: TrustMatrix,
): CertificateFacts[] {
  const used = new Set(
    members.map((owner) => {
      const verdict = verdictOf(trust, member, owner);
      return verdict?.ok ? verdict.path.at(-1) : undefined;
    }),
  );
  return member.roots.filter(({ sha256 }) => used.has(sha256));
}

/**
 * What a cluster cannot do without: its signing certificate, what leads from it to the root, and the
 * roots that anchor a chain; where no chain could be judged, the root that lasts longest.
 */
function needed(
  member: ClusterCertificates,
  members: readonly ClusterCertificates[],
  trust: TrustMatrix,
): CertificateFacts[] {
  const roots = anchors(member, members, trust);
  const [lasting] = member.roots.toSorted((a, b) => b.notAfter - a.notAfter);
  const own = verdictOf(trust, member, member);
  const path = own?.ok ? own.path : [];
  const between = member.chain.filter((one) => one === member.signing || path.includes(one.sha256));
  return [...between, ...(roots.length === 0 && lasting ? [lasting] : roots)];
}

/**
 * Certificates in use that are about to expire, each once for all clusters that need it.
 * @param known fingerprints whose dates are a fault already
 */
export function expiryFindings(
  members: readonly ClusterCertificates[],
  trust: TrustMatrix,
  known: ReadonlySet<string>,
): Finding[] {
  const inUse = members.flatMap((member) =>
    needed(member, members, trust).map((certificate) => ({ certificate, member })),
  );
  return groupBy(inUse, ({ certificate }) => certificate.sha256)
    .filter(([{ certificate }]) => !known.has(certificate.sha256))
    .flatMap(expiryFinding);
}

function expiryFinding(uses: [InUse, ...InUse[]]): Finding[] {
  const [{ certificate, member: first }] = uses;
  const members = uses.map(({ member }) => member);
  const { notBefore } = certificate;
  const now = Math.max(...members.map(({ cluster }) => cluster.now));
  const state = expiryOf(certificate, now);
  const early = Math.min(...members.map(({ cluster }) => cluster.now)) < notBefore;
  if (state === undefined && !early) return [];
  const isRoot = members.some(({ roots }) => isAmong(certificate, roots));
  const what = `${isRoot ? "root" : "intermediate"} certificate ${named(certificate)}`;
  const when = early ? `is not valid before ${dateText(notBefore)}` : expiryText(certificate, now);
  const message = `${clustersText(members)}: ${what} ${when}`;
  const details = {
    ...(members.length === 1 ? { cluster: first.context } : {}),
    remediation: isRoot
      ? remedy(
          "Make a new root, put it beside the old one into root-cert.pem of every cluster, then issue the intermediate certificates from it.",
          showRoot(first),
        )
      : remedy(
          "Issue the intermediate certificate anew from the same root and restart istiod.",
          showSigning(first),
          ...replaceSigning(first),
        ),
  };
  return early || state === "fail" ? [fail(message, details)] : [warn(message, details)];
}

/**
 * Whether a root is being brought in by a rotation. Those made on one day do not tell by their age
 * which of them is to stay.
 */
function isNewer(root: CertificateFacts, used: CertificateFacts): boolean {
  return root.notBefore - used.notBefore > DAY;
}

/** Roots that a rotation left behind: in a bundle, anchoring no chain, and not newer than one that does. */
export function unusedRootFindings(
  members: readonly ClusterCertificates[],
  trust: TrustMatrix,
): Finding[] {
  const left = members.flatMap((member) => {
    const used = anchors(member, members, trust);
    const [newest] = used.toSorted((a, b) => b.notBefore - a.notBefore);
    if (!newest) return [];
    const roots = member.roots.filter((root) => !used.includes(root) && !isNewer(root, newest));
    const old = roots.every((root) => root.notBefore < newest.notBefore);
    return roots.length > 0 ? [{ member, roots, old }] : [];
  });
  const sets = groupBy(left, ({ roots }) => roots.map(({ sha256 }) => sha256).join(" "));
  return sets.map((same) => {
    const [{ roots, member, old }] = same;
    const where = clustersText(same.map((one) => one.member));
    const many = roots.length > 1;
    const names = enumerate(
      roots.map((root) => `${named(root)}, which ${expiryText(root, member.cluster.now)}`),
      3,
    );
    return info(
      `${where}: ${old ? "old" : "other"} ${many ? "roots" : "root"} in the bundle ${many ? "anchor" : "anchors"} none of the chains checked: ${names}`,
      {
        ...(same.length === 1 ? { cluster: member.context } : {}),
        remediation: remedy(
          "If a rotation left it behind and no workload certificate below it is in use, take it out of root-cert.pem of Secret cacerts and restart istiod.",
          showRoot(member),
        ),
      },
    );
  });
}
