import type { TrustVerdict } from "../../model/trust.ts";
import type { ParsedCertificate } from "./certificate.ts";
import { isNamedIssuer, isSignedBy, type Candidates } from "./paths.ts";

/** Why no path leads from the signing certificate to a root: what the topmost certificate lacks. */
export function explainNoPath({ target, roots, others }: Candidates): TrustVerdict {
  const seen = new Set([target]);
  let top = target;
  for (;;) {
    const parent = others.find(
      (other) => !seen.has(other) && isNamedIssuer(top, other) && isSignedBy(top, other),
    );
    if (!parent) break;
    seen.add(parent);
    top = parent;
  }
  // Those that did sign it are among the ones seen: two CAs have certified each other.
  const rivals = [...roots, ...others].filter(
    (parent) => parent.subject === top.issuer && !isSignedBy(top, parent),
  );
  return { ok: false, certificate: top.facts.sha256, ...missingIssuer(top, rivals) };
}

type Explanation = Pick<Extract<TrustVerdict, { ok: false }>, "fault" | "reason" | "issuer">;

function missingIssuer(top: ParsedCertificate, rivals: readonly ParsedCertificate[]): Explanation {
  const { subject, issuer, selfSigned } = top.facts;
  if (rivals.length === 0) {
    const reason = selfSigned
      ? `the chain ends at ${subject}, which is not among the roots`
      : `${subject} is issued by ${issuer}, which is neither among the roots nor in the chain`;
    return { fault: "unknown-issuer", issuer, reason };
  }
  const meant = rivals.some(({ keyId }) => keyId !== undefined && keyId === top.issuerKeyId);
  if (meant) {
    const reason = `the signature of ${subject} is wrong, though it names the key of ${issuer}`;
    return { fault: "signature", reason };
  }
  const reason = selfSigned
    ? `the chain ends at ${subject}, and the root of that name has another key`
    : `${subject} is issued by ${issuer}, and the root of that name has another key`;
  return { fault: "other-key", issuer, reason };
}
