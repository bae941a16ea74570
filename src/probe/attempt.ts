import { defined } from "../lib/defined.ts";
import { formatDuration } from "../lib/duration.ts";
import { oneLine } from "../lib/sanitize.ts";
import type { PresentedChain } from "../lib/x509/presented.ts";
import type { ProbeTarget } from "../mesh/probe/target.ts";
import { enumerate } from "../mesh/wording.ts";
import type { PresentedTrust, ProbeAttempt, ProbedLink, ProbeVerdict } from "../model/probe.ts";
import type { Dialled } from "./dial.ts";

/** A name of a certificate may be as long as a hostile server likes. */
const MOST_NAMES = 20;

function trustOf({ verdicts }: PresentedChain): PresentedTrust[] {
  return [...verdicts].map(([cluster, verdict]) =>
    verdict.ok
      ? { cluster, trusted: true }
      : { cluster, trusted: false, reason: oneLine(verdict.reason) },
  );
}

function certificateOf({
  certificate: { subject, issuer, sha256, notAfter },
  names,
}: PresentedChain): NonNullable<ProbeAttempt["certificate"]> {
  return {
    subject: oneLine(subject),
    issuer: oneLine(issuer),
    sha256,
    notAfter: new Date(notAfter).toISOString(),
    names: names.slice(0, MOST_NAMES).map(oneLine),
  };
}

/** `CN=… (spiffe://…)`: istiod's workloads have a name only among the alternative ones. */
function identityOf({ certificate, names }: PresentedChain): string {
  const [first] = names;
  return oneLine(first ?? certificate.subject);
}

function contexts(trust: readonly PresentedTrust[]): string {
  return enumerate(trust.map(({ cluster }) => cluster));
}

function trustText(trust: readonly PresentedTrust[]): string {
  const trusted = trust.filter((one) => one.trusted);
  const others = trust.filter((one) => !one.trusted);
  if (trust.length === 0) return "its certificate was not verified, as no roots were read";
  if (others.length === 0) return `verified by the roots of ${contexts(trusted)}`;
  const reasons = new Set(others.map(({ reason }) => reason));
  const [reason = ""] = reasons;
  const except = trusted.length > 0 ? `; those of ${contexts(trusted)} do` : "";
  const why = reasons.size === 1 ? reason : `${reason} (and ${reasons.size - 1} other reasons)`;
  return `the roots of ${contexts(others)} do not verify it: ${why}${except}`;
}

function connectedText(dialled: Dialled, chain: PresentedChain, trust: PresentedTrust[]): string {
  const wants =
    dialled.clientCertificate === "required"
      ? "; it wants a client certificate, as it should, and was shown none"
      : "";
  return `${identityOf(chain)} answers, ${trustText(trust)}${wants}`;
}

interface Judged {
  verdict: ProbeVerdict;
  message: string;
  trust?: PresentedTrust[];
}

function judge(dialled: Dialled, chain: PresentedChain | undefined, timeoutMs: number): Judged {
  const { failure } = dialled;
  if (failure) {
    const waited = failure.verdict === "timed-out" || failure.verdict === "silent";
    const within = waited ? ` within ${formatDuration(timeoutMs)}` : "";
    const names = dialled.resolved ? ` (${enumerate(dialled.resolved)})` : "";
    return { verdict: failure.verdict, message: `${failure.reason}${within}${names}` };
  }
  if (!chain) {
    return {
      verdict: "connected",
      message: "TLS is answered; it presented no certificate that can be read",
    };
  }
  const trust = trustOf(chain);
  const isTrusted = trust.every(({ trusted }) => trusted);
  return {
    verdict: isTrusted ? "connected" : "wrong-certificate",
    message: connectedText(dialled, chain, trust),
    trust,
  };
}

function sourcesOf(links: readonly ProbedLink[], state: ProbedLink["state"]): string | undefined {
  const sources = new Set(links.filter((link) => link.state === state).map(({ from }) => from));
  return sources.size === 0 ? undefined : enumerate([...sources]);
}

/** What it means where istiods say another thing of the address; they speak of discovery only. */
function hintOf({ purpose, links }: ProbeTarget, verdict: ProbeVerdict): string | undefined {
  if (purpose !== "discovery") return undefined;
  const broken = sourcesOf(links, "broken");
  if (verdict === "connected" && broken !== undefined) {
    return `the link from ${broken} is broken though the address answers here: look at what lies between them, and at what istiod there says`;
  }
  const connected = sourcesOf(links, "connected");
  if (verdict !== "connected" && connected !== undefined) {
    return `istiod of ${connected} says that it is connected there: it may be this machine alone that does not get through`;
  }
  return undefined;
}

function rounded(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms * 10) / 10;
}

/** What an attempt came to. */
export function attemptOf(
  target: ProbeTarget,
  dialled: Dialled,
  chain: PresentedChain | undefined,
  timeoutMs: number,
): ProbeAttempt {
  const { links, entrance: _entrance, ...named } = target;
  const judged = judge(dialled, chain, timeoutMs);
  const hint = hintOf(target, judged.verdict);
  const { resolved, connectMs, handshakeMs, clientCertificate } = dialled;
  return {
    ...named,
    ...judged,
    ...defined({
      resolved,
      connectMs: rounded(connectMs),
      handshakeMs: rounded(handshakeMs),
      certificate: chain && certificateOf(chain),
      clientCertificate,
    }),
    links,
    ...defined({ hint }),
  };
}

/** An attempt that was not made. */
export function notTried(
  { links, entrance: _entrance, ...named }: ProbeTarget,
  why: string,
): ProbeAttempt {
  return { ...named, verdict: "not-tried", message: why, links };
}
