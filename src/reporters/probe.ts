import { withPort } from "../lib/ip-address.ts";
import type { ApiServerAttempt, ProbeAttempt, ProbeReport } from "../model/probe.ts";
import type { Status } from "../model/report.ts";

/** One line of what was tried. */
export interface ProbeLine {
  /** Only for its symbol and colour: attempts have no status that counts. */
  status: Status;
  text: string;
  hint?: string;
}

export const PROBE_TITLE = "Probe from this machine";

/** What a reader must know before the lines. */
export const VANTAGE =
  "Tried from the machine on which mc runs, which is none of the clusters: what it cannot reach they may, and the other way round. It counts for no check.";

/** `cluster2 (discovery) at 192.0.2.20:15012`. */
export function attemptName({ to, purpose, address, port }: ProbeAttempt): string {
  return `${to} (${purpose}) at ${withPort(address, port)}`;
}

function statusOf(verdict: ProbeAttempt["verdict"] | ApiServerAttempt["verdict"]): Status {
  if (verdict === "connected") return "pass";
  return verdict === "not-tried" ? "skip" : "warn";
}

function times({ connectMs, handshakeMs }: ProbeAttempt): string {
  if (connectMs === undefined || handshakeMs === undefined) return "";
  return ` (${Math.max(1, Math.round(connectMs + handshakeMs))} ms)`;
}

/** The address of a gateway, how far an attempt got, and what it means. */
export function attemptLine(attempt: ProbeAttempt): ProbeLine {
  const { verdict, message, hint } = attempt;
  const text = `${attemptName(attempt)}: ${verdict.replaceAll("-", " ")}: ${message}${times(attempt)}`;
  return { status: statusOf(verdict), text, ...(hint === undefined ? {} : { hint }) };
}

/** `API server of cluster2 for cluster1`. */
export function apiServerName({ from, cluster, secret }: ApiServerAttempt): string {
  return `API server of ${cluster} as ${from} knows it (Secret ${secret.namespace}/${secret.name})`;
}

export function apiServerLine(attempt: ApiServerAttempt): ProbeLine {
  const { verdict, message } = attempt;
  const text = `${apiServerName(attempt)}: ${verdict.replaceAll("-", " ")}: ${message}`;
  return { status: statusOf(verdict), text };
}

/** Everything that was tried, and what was not. */
export function probeLines({ attempts, apiServers, notes, recorded }: ProbeReport): ProbeLine[] {
  const stale =
    recorded.length > 0
      ? [
          `the addresses of ${recorded.join(", ")} are those of a recording, and may be others by now`,
        ]
      : [];
  return [
    ...attempts.map(attemptLine),
    ...apiServers.map(apiServerLine),
    ...[...stale, ...notes].map((text) => ({ status: "info" as const, text })),
  ];
}

/** `3 of 4 connected`. */
export function probeSummary({ attempts, apiServers }: ProbeReport): string {
  const all = [...attempts, ...apiServers];
  const connected = all.filter(({ verdict }) => verdict === "connected").length;
  return all.length === 0 ? "there was nothing to try" : `${connected} of ${all.length} connected`;
}
