import { enumerate } from "../../mesh/wording.ts";
import { fail, objectRef, remedy } from "../../model/finding.ts";
import type { Finding, Remediation } from "../../model/report.ts";
import type { TrustMatrix } from "../../model/trust.ts";
import { replaceSigning, showRoot, showSigning } from "./commands.ts";
import { groupBy } from "../../lib/group-by.ts";
import {
  chainRoot,
  configMapOf,
  isAmong,
  rootsName,
  selfMadeText,
  verdictOf,
  type ClusterCertificates,
} from "./cluster-certificates.ts";
import type { Distrust } from "./pairs.ts";
import { named } from "../../mesh/trust/certificate-text.ts";
import { clustersText, rootsText } from "./wording.ts";

/** Most clusters that a remedy gives commands for. */
const MOST = 3;

/** All that one cause breaks: whose chains, and who does not trust them. */
interface Group {
  first: Distrust;
  owners: ClusterCertificates[];
  trusters: ClusterCertificates[];
  /** All clusters as they were given. */
  order: readonly ClusterCertificates[];
}

/**
 * One finding a cause: in a mesh of thirty clusters an odd one out makes two, not fifty-eight. All
 * ordered pairs are in the data.
 */
export function distrustFindings(
  distrusts: readonly Distrust[],
  members: readonly ClusterCertificates[],
  trust: TrustMatrix,
): Finding[] {
  const groups = groupBy(distrusts, ({ cause, stale }) => `${cause} ${stale}`).map((all): Group => {
    const owners = members.filter((member) => all.some(({ owner }) => owner === member));
    const trusters = members.filter((member) => all.some(({ truster }) => truster === member));
    return { first: all[0], owners, trusters, order: members };
  });
  return groups.flatMap((group, index) => {
    const back = groups.findIndex((other) => isBack(group, other));
    if (back < 0) return [finding(group, trust)];
    // The second of the two is said with the first.
    return index < back ? [mutualFinding(group, trust)] : [];
  });
}

/** Two clusters below different roots: what keeps one from trusting the other is the same both ways. */
function isBack(one: Group, other: Group): boolean {
  return (
    one !== other &&
    one.first.owner === other.first.truster &&
    one.first.truster === other.first.owner &&
    [one, other].every(
      ({ first, owners, trusters }) =>
        isAboutIssuer(first.fault) && !first.stale && owners.length + trusters.length === 2,
    )
  );
}

function mutualFinding(group: Group, trust: TrustMatrix): Finding {
  const { owner, truster } = group.first;
  // Who does not verify its own chain is a truster of itself, and then there is more than a pair.
  const root = (one: ClusterCertificates): string =>
    [chainRoot(trust, one)]
      .filter((found) => found !== undefined)
      .map((found) => `root ${named(found)}`)
      .join();
  return fail(
    `${clustersText([truster, owner])} do not trust each other's intermediate certificates: that of ${truster.context} is below ${root(truster)}, that of ${owner.context} below ${root(owner)}${group.first.fault === "other-key" ? ", of the same name but with another key" : ""}`,
    { remediation: remediation(group, trust) },
  );
}

function finding(group: Group, trust: TrustMatrix): Finding {
  const message = `${whoText(group)}: ${why(group, trust)}${otherWay(group, trust)}`;
  if (group.first.stale) return staleFinding(message, group);
  const [owner] = group.owners;
  const about =
    owner && group.owners.length === 1 ? { cluster: owner.context, ...secretOf(owner) } : {};
  return fail(message, { ...about, remediation: remediation(group, trust) });
}

/** What ends when the ConfigMap is what the Secret says: a finding of its own says how. */
function staleFinding(message: string, { trusters }: Group): Finding {
  const [truster, ...more] = trusters;
  return fail(message, {
    ...(truster && more.length === 0
      ? { cluster: truster.context, object: configMapOf(truster) }
      : {}),
    blockedBy: "certs",
    remediation: remedy(
      `See to ConfigMap ${enumerate([...new Set(trusters.map(rootsName))])} of ${clustersText(trusters)}, which lacks roots that the Secret has.`,
      ...trusters.slice(0, MOST).map(showRoot),
    ),
  });
}

function secretOf({ cluster, intermediate }: ClusterCertificates): Pick<Finding, "object"> {
  if (!intermediate.ok || intermediate.value.secret === "none") return {};
  const { secret } = intermediate.value;
  return { object: objectRef("Secret", { namespace: cluster.istioNamespace, name: secret }) };
}

function whoText({ owners, trusters }: Group): string {
  const [owner] = owners;
  if (owners.length > 1) {
    const mutual =
      trusters.length === owners.length && trusters.every((one) => owners.includes(one));
    return mutual
      ? `${clustersText(trusters)} do not trust each other's intermediate certificates`
      : `${clustersText(trusters)} ${doOrDoes(trusters)} not trust the intermediate certificates of ${clustersText(owners)}`;
  }
  const others = trusters.filter((truster) => truster !== owner);
  if (others.length === 0) {
    return `${clustersText(owners)} does not trust its own intermediate certificate`;
  }
  const itself = others.length < trusters.length ? ", nor does that cluster itself" : "";
  return `${clustersText(others)} ${doOrDoes(others)} not trust the intermediate certificate of ${clustersText(owners)}${itself}`;
}

function doOrDoes(items: readonly unknown[]): string {
  return items.length === 1 ? "does" : "do";
}

function why({ first, owners, trusters }: Group, trust: TrustMatrix): string {
  const { fault, owner, truster, reason } = first;
  const bundles = new Set(trusters.map(({ roots }) => roots.map(({ sha256 }) => sha256).join(" ")));
  const [theirs, sign] =
    bundles.size === 1
      ? [rootsText(truster.roots), doOrDoes(truster.roots)]
      : ["their roots", "do"];
  const root = owners.map((one) => chainRoot(trust, one)).find((one) => one !== undefined);
  const signed = owners.length === 1 && owner.signing ? owner.signing.subject : "them";
  if (fault === "self-made") {
    return owners.length === 1
      ? `it signs with ${selfMadeText(owner)}`
      : `each signs with ${selfMadeText()}`;
  }
  if (fault === "no-shared-root") {
    return `their bundles have no root in common: ${theirs} against ${rootsText(owner.roots)}`;
  }
  if (!isAboutIssuer(fault)) return reason;
  if (!root) {
    return `${theirs} ${sign} not sign ${owners.length === 1 ? "it" : "them"}: ${reason}`;
  }
  const rival = fault === "other-key" ? ", of the same name but with another key," : "";
  return `${theirs} ${sign} not sign ${signed}: root ${named(root)}${rival} does`;
}

/** Between two clusters, that the other direction works: a rotation is half done. */
function otherWay(
  { first: { owner, truster }, owners, trusters }: Group,
  trust: TrustMatrix,
): string {
  if (owners.length > 1 || trusters.length > 1 || owner === truster) return "";
  return verdictOf(trust, owner, truster)?.ok
    ? `; the other way works: ${owner.context} trusts ${truster.context}`
    : "";
}

/** What to do, in the smaller of the two groups of clusters. */
function remediation(group: Group, trust: TrustMatrix): Remediation {
  const { owner, truster, fault } = group.first;
  const others = group.trusters.filter((one) => !group.owners.includes(one));
  const betweenClusters = fault === "self-made" || fault === "no-shared-root";
  // What not even the cluster itself trusts is to be mended there, and no roots trust a bad chain.
  const amiss = isAboutIssuer(fault)
    ? group.owners.filter((one) => group.trusters.includes(one))
    : group.owners;
  if (!betweenClusters && amiss.length > 0) {
    return remedy(
      ownSummary(group.first, amiss),
      showRoot(truster),
      ...amiss.slice(0, 1).map(showSigning),
      ...amiss.slice(0, MOST).flatMap(replaceSigning),
    );
  }
  const look = [showRoot(truster), showSigning(owner)];
  const root = chainRoot(trust, owner);
  if (root && others.length > 0 && truster.roots.some((one) => isAmong(one, owner.roots))) {
    const names = enumerate(others.map(({ context }) => context));
    return remedy(
      `Add root ${named(root)} of ${owner.context} to root-cert.pem in ${names} and restart istiod there, before certificates below it are used.`,
      ...look,
      ...others.slice(0, MOST).flatMap(replaceSigning),
    );
  }
  const odd = fault === "self-made" ? group.owners : minority(group.owners, others, group.order);
  return remedy(
    `Let one root sign the intermediate certificates of all clusters: replace Secret cacerts in ${enumerate(odd.map(({ context }) => context))} and restart istiod; in a running mesh first put both roots into every root-cert.pem.`,
    ...look,
    ...odd.slice(0, MOST).flatMap(replaceSigning),
  );
}

/** The smaller group; of two alike the one that comes later, so that both directions name the same. */
function minority(
  owners: readonly ClusterCertificates[],
  others: readonly ClusterCertificates[],
  order: readonly ClusterCertificates[],
): readonly ClusterCertificates[] {
  if (others.length !== owners.length) return others.length < owners.length ? others : owners;
  return order.find((one) => owners.includes(one) || others.includes(one)) === owners[0]
    ? others
    : owners;
}

function isAboutIssuer(fault: Distrust["fault"]): boolean {
  return fault === "unknown-issuer" || fault === "other-key";
}

const NOT_A_SIGNER: ReadonlySet<string> = new Set(["not-a-ca", "key-usage", "path-length"]);

const AS_A_SIGNER = " as a CA (CA:true, keyCertSign, room for the intermediates below it)";
const FOR_BOTH_ENDS = " without extended key usage, or with both clientAuth and serverAuth,";

/** For a chain that no roots could trust. */
function ownSummary(
  { fault, owner, certificate }: Distrust,
  owners: readonly ClusterCertificates[],
): string {
  const where = `in ${clustersText(owners)}`;
  if (isAboutIssuer(fault)) {
    return `Put every certificate between ca-cert.pem and the root into cert-chain.pem, and that root into root-cert.pem, ${where}, then restart istiod.`;
  }
  const above = [
    ...owner.roots.map((one) => ({ ...one, kind: "root" })),
    ...owner.chain.slice(1).map((one) => ({ ...one, kind: "certificate" })),
  ].find(({ sha256 }) => sha256 === certificate);
  const signing = `the intermediate ${owners.length > 1 ? "certificates" : "certificate"}`;
  const what = above ? `${above.kind} ${above.subject} and ${signing} below it` : signing;
  const how = NOT_A_SIGNER.has(fault) ? AS_A_SIGNER : fault === "purpose" ? FOR_BOTH_ENDS : "";
  const clock =
    fault === "not-yet-valid" ? "See whether the issuer's clock was right; if not, issue" : "Issue";
  return `${clock} ${what} anew${how} ${where} and restart istiod.`;
}
