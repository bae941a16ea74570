import type { PemContent, TrustVerdict } from "../../model/trust.ts";
import type { ParsedCertificate } from "./certificate.ts";
import { Texts } from "./texts.ts";
import { judgeChain } from "./validate.ts";

/*
 * Others import it only with `await import`, as they do index.ts: it brings pkijs with it.
 */

/** Whether trust anchors verify what a CA signs. Texts are PEM. */
export interface AnchorQuestion {
  /** Trust anchors: names and keys, whatever else their certificates say. */
  anchors: string;
  /** The CA's certificate first, then what stands above it. */
  chain: string;
  /** CAs between this one and the certificates of workloads. */
  below: number;
  /** The peer does not present it, so nothing but itself among the anchors verifies what it signs. */
  unpresented?: boolean;
  /** Hold the anchor to the rules for CAs too, as Go does. */
  asGo?: boolean;
  /** ms since the epoch. */
  now: number;
}

/** Reads certificates and judges chains by anchors; each text is parsed once. */
export class AnchorJudge {
  readonly #texts = new Texts();

  read(text: string): void {
    this.#texts.read(text);
  }

  /** Undefined where there is nothing to judge, or nothing to judge by. Never rejects for what they are. */
  async judge(question: AnchorQuestion): Promise<TrustVerdict | undefined> {
    const { anchors, chain, below, unpresented = false, asGo = false, now } = question;
    const roots = this.#texts.read(anchors).certificates;
    const [target, ...others] = this.#texts.read(chain).certificates;
    if (!target || roots.length === 0) return undefined;
    if (!unpresented) {
      const terms = { anchored: !asGo, below };
      const judgement = await judgeChain({ target, roots, others }, [], terms);
      return judgement.at(now);
    }
    const isAnchor = roots.some((root) => isSameAnchor(root, target));
    const { subject, sha256 } = target.facts;
    if (isAnchor) return { ok: true, path: [sha256] };
    const reason = `${subject} is not among the roots, and its workloads do not present it`;
    return { ok: false, fault: "unknown-issuer", issuer: subject, reason, certificate: sha256 };
  }

  /**
   * Whether anchors verify all that others verify: ok where each of the others that has not expired is
   * among them by name and key; not ok where none is, and none signed another; else it cannot be told.
   */
  async compare(anchors: string, others: string, now: number): Promise<TrustVerdict | undefined> {
    const roots = this.#texts.read(anchors).certificates;
    const counting = this.#texts
      .read(others)
      .certificates.filter(({ facts }) => facts.notAfter >= now);
    const [first] = counting;
    if (!first || roots.length === 0) return undefined;
    const lacking = counting.filter((one) => !roots.some((root) => isSameAnchor(root, one)));
    if (lacking.length === 0) return { ok: true, path: [first.facts.sha256] };
    if (lacking.length < counting.length) return undefined;
    const terms = { anchored: true, below: 0 };
    const above = [
      ...counting.map((target) => ({ target, roots, others: [] })),
      ...roots.map((target) => ({ target, roots: counting, others: [] })),
    ];
    for (const one of above) {
      const judgement = await judgeChain(one, [], terms);
      if (judgement.at(now).ok) return undefined;
    }
    const { subject, sha256 } = first.facts;
    const reason = `no root of its trust bundle is among the roots here (${subject})`;
    return { ok: false, fault: "unknown-issuer", issuer: subject, reason, certificate: sha256 };
  }

  contents(): ReadonlyMap<string, PemContent> {
    return this.#texts.contents();
  }
}

function isSameAnchor(one: ParsedCertificate, other: ParsedCertificate): boolean {
  return one.subject === other.subject && one.native.publicKey.equals(other.native.publicKey);
}
