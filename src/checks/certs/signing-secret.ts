import { CACERTS, caFilesOf, CRL_FILE } from "../../mesh/trust/cacerts.ts";
import { enumerate } from "../../mesh/wording.ts";
import type { IntermediateFact } from "../../model/facts.ts";
import { fail, objectRef, remedy, warn, type FaultDetails } from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";
import type { CertificateFacts, TrustMatrix } from "../../model/trust.ts";
import {
  contentOf,
  isAmong,
  isSelfMade,
  refusal,
  secretRoots,
  type ClusterCertificates,
} from "./cluster-certificates.ts";
import { replaceSigning, showSigning } from "./commands.ts";
import { contentFindings, problemsText } from "./content.ts";

/** The Secret of one cluster, and what findings about it begin with and carry. */
interface Subject {
  member: ClusterCertificates;
  signer: IntermediateFact;
  trust: TrustMatrix;
  /** `Secret istio-system/cacerts`. */
  text: string;
  /** `cluster a:`. */
  lead: string;
  details: FaultDetails;
}

const NOT_STARTED = "istiod does not start with it";

/** What is wrong with the Secret that istiod signs with, as istiod loads it. */
export function signingSecretFindings(
  member: ClusterCertificates,
  signer: IntermediateFact,
  trust: TrustMatrix,
): Finding[] {
  const namespace = member.cluster.istioNamespace;
  const subject: Subject = {
    member,
    signer,
    trust,
    text: `Secret ${namespace}/${signer.secret}`,
    lead: `cluster ${member.context}:`,
    details: {
      cluster: member.context,
      object: objectRef("Secret", { namespace, name: signer.secret }),
      remediation: remedy(
        "Write Secret cacerts anew, with the signing certificate first and its chain as PEM, and restart istiod.",
        showSigning(member),
        ...replaceSigning(member),
      ),
    },
  };
  return [
    ...passedOver(subject),
    ...lacking(subject),
    ...contents(subject),
    ...refused(subject),
    ...revocationLists(subject),
  ];
}

function passedOver({ member, signer, lead, text, details }: Subject): Finding[] {
  if (!signer.passedOver) return [];
  const namespace = member.cluster.istioNamespace;
  return [
    warn(
      `${lead} istiod passes over Secret ${namespace}/${CACERTS}, which has no key ${enumerate(signer.passedOver)}, and signs with a CA that it made for itself (${text})`,
      { ...details, object: objectRef("Secret", { namespace, name: CACERTS }) },
    ),
  ];
}

function lacking({ signer, lead, text, details }: Subject): Finding[] {
  const { lacks, keys } = signer;
  if (!lacks) return [];
  const has = keys.length > 0 ? `it has ${enumerate(keys)}` : "it is empty";
  const message = `${lead} ${text} has no key ${enumerate(lacks)} (${has}): ${NOT_STARTED}`;
  return [fail(message, details)];
}

/** What is wrong with the files that are there. */
function contents(subject: Subject): Finding[] {
  const { member, signer, trust, lead, text, details } = subject;
  const files = caFilesOf(signer.keys);
  if (signer.certificate === undefined) return [];
  const signing = contentOf(trust, signer.certificate);
  const what = (file: string): string => `${lead} ${file} of ${text}`;
  const found = contentFindings(what(files.signing), signing, details);
  if (found.length > 0) return found;
  if (signing.otherFirst) {
    return [
      fail(
        `${what(files.signing)} begins with a block that is no certificate, and istiod reads only the first`,
        details,
      ),
    ];
  }
  // istiod leaves the roots of a CA that it made itself in ca-cert.pem.
  const roots =
    signer.root === undefined || (signer.root === "" && isSelfMade(member))
      ? []
      : contentFindings(what(files.root), contentOf(trust, signer.root), details);
  // In the form of a TLS Secret the chain has the same file once more.
  if (files.chain === files.root && roots.length > 0) return roots;
  return [...roots, ...chainFindings(subject, what(files.chain))];
}

function chainFindings({ member, signer, trust, details }: Subject, what: string): Finding[] {
  const { signing, roots } = member;
  if (signer.chain === undefined || !signing) return [];
  const presented = contentOf(trust, signer.chain);
  const said = problemsText(presented);
  const trusted = [...roots, ...secretRoots(trust, member)];
  // Who trusts the signing certificate itself needs no chain to it.
  if (isAmong(signing, presented.certificates) || isAmong(signing, trusted)) {
    return said === "" ? [] : [warn(`${what} could be read only in part: ${said}`, details)];
  }
  const earlier = presented.certificates.find(({ subject }) => subject === signing.subject);
  if (earlier) {
    const message = `${what} holds another ${earlier.subject} than ca-cert.pem, and workloads present that one`;
    return [warn(message, details)];
  }
  const why = said === "" ? "" : ` that can be read: ${said}`;
  return [
    fail(
      `${what} holds no ${signing.subject}${why}; workloads present that chain, so nobody can verify their certificates`,
      details,
    ),
  ];
}

/** istiod verifies its signing certificate by the roots beside it. */
function refused({ member, signer, trust, lead, text, details }: Subject): Finding[] {
  const reason = refusal(trust, member);
  if (reason === undefined) return [];
  const { root } = caFilesOf(signer.keys);
  return [
    fail(`${lead} ${root} of ${text} does not verify its certificate: ${reason}; ${NOT_STARTED}`, {
      ...details,
      remediation: remedy(
        `Put the root that the signing certificate leads to into ${root} of Secret ${CACERTS}, and what stands between them into its chain, before istiod restarts.`,
        showSigning(member),
        ...replaceSigning(member),
      ),
    }),
  ];
}

function revocationLists({ member, signer, trust, lead, text, details }: Subject): Finding[] {
  const found = trust.revocations.get(member.context);
  if (!found) return [];
  const what = `${lead} ${CRL_FILE} of ${text}`;
  const said = problemsText(contentOf(trust, signer.crl));
  const lists = {
    ...details,
    remediation: remedy(
      `Let every CA of the chain issue a revocation list, and put them all into ${CRL_FILE} of Secret ${CACERTS}; or take that file out.`,
      showSigning(member),
      ...replaceSigning(member),
    ),
  };
  const { without, overdue } = found;
  return [
    ...(without.length > 0
      ? [
          fail(
            `${what} has no list signed by ${enumerate(without.map(signerText), 3)}${said === "" ? "" : ` (${said})`}: ${NOT_STARTED}`,
            lists,
          ),
        ]
      : []),
    ...(overdue.length > 0
      ? [
          warn(
            `${what}: the list of ${enumerate(overdue.map(({ subject }) => subject))} is out of date, and Envoy refuses certificates below it`,
            lists,
          ),
        ]
      : []),
  ];
}

function signerText({ subject, keyUsage }: CertificateFacts): string {
  return keyUsage?.includes("cRLSign") === false
    ? `${subject} (whose key usage lacks cRLSign)`
    : subject;
}
