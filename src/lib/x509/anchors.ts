import type { PemContent, TrustVerdict } from "../../model/trust.ts";
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
    const isAnchor = roots.some(
      (root) =>
        root.subject === target.subject && root.native.publicKey.equals(target.native.publicKey),
    );
    const { subject, sha256 } = target.facts;
    if (isAnchor) return { ok: true, path: [sha256] };
    const reason = `${subject} is not among the roots, and its workloads do not present it`;
    return { ok: false, fault: "unknown-issuer", issuer: subject, reason, certificate: sha256 };
  }

  contents(): ReadonlyMap<string, PemContent> {
    return this.#texts.contents();
  }
}
