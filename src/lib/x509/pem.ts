/** What a PEM text holds: the DER of its certificates, and what kept others out. */
export interface PemBlocks {
  certificates: Uint8Array[];
  /** In words: `block 2 has no END line`. */
  problems: string[];
}

const MARKER = /-----(?:BEGIN|END) /;
const BEGIN = /^-----BEGIN (.*)-----$/;
const END = /^-----END (.*)-----$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const CERTIFICATE = "CERTIFICATE";

interface OpenBlock {
  label: string;
  number: number;
  lines: string[];
}

/**
 * Takes the certificates out of a PEM text as Go does, and so istiod: markers stand on lines of
 * their own, line ends may be CRLF, text around the blocks and blocks of other kinds do not count.
 * Unlike Go it says what it had to leave out.
 */
export function readPem(text: string): PemBlocks {
  const found: PemBlocks = { certificates: [], problems: [] };
  let open: OpenBlock | undefined;
  let count = 0;
  /** A marker was unusable: the END that may follow belongs to it. */
  let lost = false;

  for (const raw of text.split("\n")) {
    const line = raw.trimEnd();
    if (!MARKER.test(line)) {
      open?.lines.push(line);
      continue;
    }
    const begin = BEGIN.exec(line)?.[1];
    const end = END.exec(line)?.[1];
    if (begin !== undefined && !MARKER.test(begin)) {
      if (open) found.problems.push(noEnd(open));
      count += 1;
      open = { label: begin, number: count, lines: [] };
      lost = false;
    } else if (end !== undefined && !MARKER.test(end)) {
      if (open) close(open, end, found);
      else if (!lost) found.problems.push("an END line has no BEGIN line");
      open = undefined;
      lost = false;
    } else {
      found.problems.push("a BEGIN or END line has other text on it");
      open = undefined;
      lost = true;
    }
  }
  if (open) found.problems.push(noEnd(open));
  return found;
}

function noEnd({ number }: OpenBlock): string {
  return `block ${number} has no END line`;
}

function close({ label, number, lines }: OpenBlock, end: string, found: PemBlocks): void {
  if (end !== label) {
    found.problems.push(`block ${number} begins and ends with different names`);
    return;
  }
  if (label !== CERTIFICATE) return;
  const base64 = lines.join("").replaceAll(/[ \t]/g, "");
  if (base64 === "") found.problems.push(`block ${number} is empty`);
  else if (BASE64.test(base64)) found.certificates.push(Buffer.from(base64, "base64"));
  else found.problems.push(`block ${number} is not base64`);
}
