import { parseAddress } from "../../mesh/addresses.ts";
import type { ProbeTarget } from "../../mesh/probe/target.ts";
import { probeTargets } from "../../mesh/probe/targets.ts";
import { enumerate } from "../../mesh/wording.ts";
import type { GatheredCluster } from "../../model/cluster.ts";
import type { ProbeAttempt, ProbeVerdict } from "../../model/probe.ts";
import type { PodMessage } from "./message.ts";

/** What is tried from one cluster. */
export interface SourcePlan {
  cluster: GatheredCluster;
  targets: ProbeTarget[];
}

/** More than a termination message can tell of. */
const MOST_TARGETS = 60;

/** By the rules of host names and addresses it is no part of a shell word but one. */
function isPlain({ address, serverName = "-" }: ProbeTarget): boolean {
  return parseAddress(address) !== undefined && /^[\w.-]+$/.test(serverName);
}

/**
 * For each source what its Pod tries: the gateways of each other target cluster, and what the
 * source's remote Gateways for it have.
 */
export function planPods(
  clusters: readonly GatheredCluster[],
  sources: ReadonlySet<string>,
  targets: ReadonlySet<string>,
): { plans: SourcePlan[]; notes: string[] } {
  const all = probeTargets(clusters);
  const notes = [...all.notes];
  const plans = clusters
    .filter(({ ref }) => sources.has(ref.context))
    .map((cluster) => {
      const { context } = cluster.ref;
      const mine = all.targets.filter(
        ({ to, entrance, links }) =>
          to !== context &&
          targets.has(to) &&
          (entrance === true || links.some(({ from }) => from === context)),
      );
      const plain = mine.filter(isPlain);
      const odd = mine.filter((one) => !plain.includes(one)).map(({ address }) => address);
      if (odd.length > 0) notes.push(`not tried, as no address: ${enumerate(odd)}`);
      const left = plain.length - MOST_TARGETS;
      if (left > 0) notes.push(`${left} more addresses were not tried from ${context}`);
      return { cluster, targets: plain.slice(0, MOST_TARGETS) };
    });
  return { plans, notes };
}

const WORDS: Readonly<Record<ProbeVerdict, string>> = {
  connected: "it answers",
  "wrong-certificate": "its certificate is not verified by the roots of the cluster",
  "tls-failed": "it breaks TLS off",
  "not-tls": "what listens there does not speak TLS",
  silent: "the connection stands and nothing answers in TLS",
  "timed-out": "nothing answers: look at firewalls and NetworkPolicies on the way",
  refused: "the connection is refused: nothing listens there",
  "no-route": "there is no route to it",
  "no-such-host": "the DNS of the cluster knows no such host",
  "dns-failed": "the DNS of the cluster does not answer",
  "not-tried": "it was not tried",
};

/** Where a Pod in the cluster sees another thing than its istiod says, that is the news. */
function hintOf(
  { purpose, links }: ProbeTarget,
  verdict: ProbeVerdict,
  from: string,
): string | undefined {
  const state = links.find((link) => link.from === from)?.state;
  if (purpose !== "discovery" || verdict === "not-tried") return undefined;
  if (verdict === "connected" && state === "broken") {
    return `a Pod of ${from} gets through and its istiod does not: look at what istiod says, and at policies on its namespace`;
  }
  if (verdict !== "connected" && state === "connected") {
    return `istiod of ${from} says that it is connected and a Pod there does not get through: its conditions may be old, or policies on the Pod's namespace stand in between`;
  }
  return undefined;
}

/** What came of each target, by what the Pod said; of those that it did not say anything of, that. */
export function podAttempts(
  { cluster, targets }: SourcePlan,
  message: PodMessage | undefined,
): ProbeAttempt[] {
  return targets.map((target, index) => {
    const { links, entrance: _entrance, ...named } = target;
    const row = message?.rows.get(index);
    const verdict = row?.verdict ?? "not-tried";
    const hint = hintOf(target, verdict, cluster.ref.context);
    const said = row?.detail ? `: ${row.detail}` : "";
    return {
      ...named,
      verdict,
      message: `${WORDS[verdict]}${said}`,
      ...(row && row.resolved.length > 0 ? { resolved: row.resolved } : {}),
      ...(row && row.ms > 0 ? { handshakeMs: row.ms } : {}),
      links,
      ...(hint === undefined ? {} : { hint }),
    };
  });
}
