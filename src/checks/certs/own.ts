import { findIstiod, restartIstiod } from "../../mesh/commands/istiod.ts";
import { enumerate } from "../../mesh/wording.ts";
import {
  checkOf,
  error,
  fail,
  objectRef,
  remedy,
  type FaultDetails,
  warn,
} from "../../model/finding.ts";
import type { IntermediateFact } from "../../model/facts.ts";
import type { Finding } from "../../model/report.ts";
import type { CertificateFacts, PemContent, TrustMatrix } from "../../model/trust.ts";
import { replaceSigning, showRoot, showSigning } from "./commands.ts";
import { configMapOf, contentOf, isAmong, signingKey, type Member } from "./member.ts";
import { unreadFindings } from "./unread.ts";
import { ROOTS_CONFIG_MAP } from "../../mesh/names.ts";
import { workloadFindings } from "./workloads.ts";

/** What is wrong with a cluster's certificates without looking at any other cluster. */
export function ownFindings(member: Member, trust: TrustMatrix): Finding[] {
  const { intermediate, facts } = member;
  // Where istiod has not even written its root there is no CA, rather than an external one.
  if (facts.rootCertificate.missing && intermediate.ok && intermediate.value.secret === "none") {
    return rootFindings(member);
  }
  return [
    ...rootFindings(member),
    ...(intermediate.ok && intermediate.value.secret !== "none"
      ? signerFindings(member, intermediate.value, trust)
      : unreadFindings(member)),
    ...workloadFindings(member, trust),
  ];
}

/** What a PEM text that should hold certificates lacks. */
function contentFindings(what: string, content: PemContent, details: FaultDetails): Finding[] {
  const said = enumerate(content.problems, 3);
  if (content.certificates.length > 0) {
    return said === "" ? [] : [warn(`${what} could be read only in part: ${said}`, details)];
  }
  return said === ""
    ? [fail(`${what} holds no certificate`, details)]
    : [error(`${what} could not be read: ${said}`, details)];
}

function rootFindings(member: Member): Finding[] {
  const { cluster, bundle, context, facts } = member;
  const namespace = cluster.istioNamespace;
  const text = `ConfigMap ${namespace}/${ROOTS_CONFIG_MAP}`;
  if (facts.rootCertificate.missing) {
    return [
      fail(`cluster ${context}: there is no ${text}, which istiod writes into every namespace`, {
        cluster: context,
        blockedBy: checkOf(context, "pods-istiod"),
        remediation: remedy(
          "Let istiod write it: see that it runs, or restart it.",
          findIstiod(cluster, "pods"),
          restartIstiod(cluster),
        ),
      }),
    ];
  }
  const details = {
    cluster: context,
    object: configMapOf(member),
    remediation: remedy(
      "Put the root certificates into root-cert.pem of Secret cacerts, each with its BEGIN and END line, and restart istiod, which copies them into the ConfigMap.",
      showRoot(cluster),
      restartIstiod(cluster),
    ),
  };
  return bundle
    ? contentFindings(`cluster ${context}: root-cert.pem of ${text}`, bundle, details)
    : [fail(`cluster ${context}: ${text} has no key root-cert.pem`, details)];
}

/** Name of the Secret and what findings about it carry. */
function secretOf(
  member: Member,
  { secret }: IntermediateFact,
  summary: string,
): { text: string; details: FaultDetails } {
  const namespace = member.cluster.istioNamespace;
  return {
    text: `Secret ${namespace}/${secret}`,
    details: {
      cluster: member.context,
      object: objectRef("Secret", { namespace, name: secret }),
      remediation: remedy(summary, showSigning(member), ...replaceSigning(member)),
    },
  };
}

function signerFindings(member: Member, signer: IntermediateFact, trust: TrustMatrix): Finding[] {
  const key = signingKey(signer);
  const { text, details } = secretOf(
    member,
    signer,
    "Write Secret cacerts anew, with the signing certificate first and its chain as PEM, and restart istiod.",
  );
  const lead = `cluster ${member.context}:`;
  if (signer.certificate === undefined) {
    const keys = signer.keys.length > 0 ? `it has ${enumerate(signer.keys)}` : "it is empty";
    return [fail(`${lead} ${text} has no key ${key} (${keys})`, details)];
  }
  const own = contentOf(trust, signer.certificate);
  const found = contentFindings(`${lead} ${key} of ${text}`, own, details);
  if (found.length > 0) return found;
  const above = contentOf(trust, signer.chain);
  const chainKey = key === "tls.crt" ? "ca.crt" : "cert-chain.pem";
  // An empty chain is right where the signing certificate is the root itself.
  if (above.problems.length > 0) {
    return contentFindings(`${lead} ${chainKey} of ${text}`, above, details);
  }
  const earlier = earlierSelf(member, above.certificates);
  return earlier
    ? [
        warn(
          `${lead} cert-chain.pem of ${text} holds another ${earlier.subject} than ca-cert.pem, and workloads present that one`,
          details,
        ),
      ]
    : [];
}

/** In the chain, another certificate of the signing one's name, but not that one itself. */
function earlierSelf(
  { signing }: Member,
  above: readonly CertificateFacts[],
): CertificateFacts | undefined {
  if (!signing || isAmong(signing, above)) return undefined;
  return above.find(({ subject }) => subject === signing.subject);
}
