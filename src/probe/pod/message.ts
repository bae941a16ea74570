import { oneLine } from "../../lib/sanitize.ts";
import type { ProbeVerdict } from "../../model/probe.ts";

/** What the script in a Pod found of one target. */
export interface PodRow {
  verdict: ProbeVerdict;
  /** Until the handshake was over, ms; whole seconds where the image knows no less. */
  ms: number;
  /** What DNS gave for a host name. */
  resolved: string[];
  /** In words: names of the certificate, what OpenSSL says of it, or what could not be tested. */
  detail: string;
}

export interface PodMessage {
  /** By the index of the target. */
  rows: ReadonlyMap<number, PodRow>;
  /** What it tried with: openssl, curl, nc, bash, none; absent where its end is missing. */
  tool?: string;
}

const VERDICTS: ReadonlySet<string> = new Set<ProbeVerdict>([
  "connected",
  "wrong-certificate",
  "tls-failed",
  "not-tls",
  "silent",
  "timed-out",
  "refused",
  "no-route",
  "no-such-host",
  "not-tried",
]);

/** Kubernetes cuts a termination message off at 4096 bytes; another Pod may say anything. */
const LONGEST = 8192;

function isVerdict(text: string): text is ProbeVerdict {
  return VERDICTS.has(text);
}

/** A Pod's termination message; lines that are none of the script's are passed over. */
export function parseMessage(text: string): PodMessage {
  const rows = new Map<number, PodRow>();
  let tool: string | undefined;
  for (const line of text.slice(0, LONGEST).split("\n")) {
    const end = /^end\|(openssl|curl|nc|bash|none)$/.exec(line)?.[1];
    if (end !== undefined) tool = end;
    const [, index = "", verdict = "", ms = "", addresses = "", detail = ""] =
      /^(\d{1,4})\|([a-z-]+)\|(\d{1,9})\|([^|]*)\|([^|]*)$/.exec(line) ?? [];
    if (!isVerdict(verdict)) continue;
    rows.set(Number(index), {
      verdict,
      ms: Number(ms),
      resolved: oneLine(addresses).split(" ").filter(Boolean),
      detail: oneLine(detail),
    });
  }
  return tool === undefined ? { rows } : { rows, tool };
}
