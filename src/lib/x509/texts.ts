import type { PemContent } from "../../model/trust.ts";
import { parseCertificate, type ParsedCertificate } from "./certificate.ts";
import { readPem } from "./pem.ts";
import { parseRevocationList, type ParsedRevocationList } from "./revocation.ts";

/** A bundle of system roots has some 150 certificates. */
const MOST_CERTIFICATES = 1000;

interface Parsed {
  certificates: ParsedCertificate[];
  lists: ParsedRevocationList[];
  problems: string[];
  otherFirst: boolean;
  unparsed: boolean;
}

/** Reads every text once. */
export class Texts {
  readonly #texts = new Map<string, Parsed>();

  read(text: string): Parsed {
    const known = this.#texts.get(text);
    if (known) return known;
    const { certificates: blocks, crls, problems, otherFirst } = readPem(text);
    const parsed: Parsed = { certificates: [], lists: [], problems, otherFirst, unparsed: false };
    for (const [index, der] of blocks.slice(0, MOST_CERTIFICATES).entries()) {
      const certificate = parseCertificate(der);
      if (typeof certificate === "string") {
        problems.push(`certificate ${index + 1} ${certificate}`);
        parsed.unparsed = true;
      } else if (!parsed.certificates.includes(certificate)) parsed.certificates.push(certificate);
    }
    if (blocks.length > MOST_CERTIFICATES) {
      problems.push(`only the first ${MOST_CERTIFICATES} certificates were read`);
    }
    for (const [index, der] of crls.slice(0, MOST_CERTIFICATES).entries()) {
      const list = parseRevocationList(der);
      if (list) parsed.lists.push(list);
      else problems.push(`revocation list ${index + 1} is none`);
    }
    this.#texts.set(text, parsed);
    return parsed;
  }

  contents(): Map<string, PemContent> {
    return new Map(
      [...this.#texts].map(([text, { certificates, problems, otherFirst, unparsed }]) => [
        text,
        {
          certificates: certificates.map(({ facts }) => facts),
          problems,
          otherFirst,
          unparsed,
        },
      ]),
    );
  }
}
