import { upstreamCas } from "../../mesh/spire/trust.ts";
import { meshCheck, type MeshMember } from "../../model/check.ts";
import { info, summarize } from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";
import type { SpireServerFact } from "../../model/spire.ts";
import type { SpireTrustMatrix } from "../../model/trust.ts";
import { notChecked } from "../_shared/not-checked.ts";
import { nobodyUses, spireUse } from "../_shared/spire.ts";
import { bundleFindings } from "./bundle.ts";
import { upstreamFindings } from "./upstream.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    "spire-bundle": undefined;
  }
}

type Member = MeshMember<"connection", "spire" | "spireTrust">;

export const spireBundle = meshCheck({
  id: "spire-bundle",
  title: "SPIRE Bundle Check",
  view: { rank: 205 },
  why: "SPIRE's server signs below an upstream CA and hands out its roots: with the wrong certificate, or without the roots, nobody trusts what it signs.",
  reads:
    "server.conf of SPIRE's server; the certificates of its upstream CA's Secret, never the key; the ConfigMap of the trust bundle, with key bundle.crt or bundle.spiffe.",
  faults: [
    "The server signs below an intermediate certificate and has no bundle_file_path: it takes that for its only root.",
    "The upstream CA is no CA, may not sign, has path length 0, does not chain to its roots, or expires.",
    "The trust bundle is empty, or has only expired certificates.",
    "The trust bundle lacks a root of the Secret: the server has not been restarted (warning).",
  ],
  fixes: [
    "Set upstreamAuthority.disk.secret.data.bundle in SPIRE's Helm values, as the chart writes bundle_file_path only then.",
    "Issue the intermediate certificate with CA:true and path length 1.",
    "Restart the server after its Secret has changed.",
  ],
  needs: ["connection"],
  uses: ["spire", "spireTrust"],
  artifacts: ["spireTrust"],
  run(members: readonly Member[], { artifacts }) {
    const users = members.filter(({ facts }) => spireUse(facts.spire).use);
    if (users.length === 0) {
      const finding = nobodyUses(members.map(({ facts }) => facts.spire));
      return { findings: [finding], summary: finding.message };
    }
    const findings = users.flatMap((member) => memberFindings(member, artifacts.spireTrust));
    return { findings, summary: summarize(findings, "upstream CAs and trust bundles are sound") };
  },
});

function memberFindings({ cluster, facts }: Member, trust: SpireTrustMatrix): Finding[] {
  const about = { cluster: cluster.context };
  if (!facts.spireTrust.ok) return [notChecked(BUNDLE, facts.spireTrust, about)];
  const { servers, bundles } = facts.spireTrust.value;
  const upstreams = upstreamCas(facts.spireTrust.value);
  const findings = [
    ...upstreams.flatMap((upstream) => upstreamFindings(upstream, { trust, cluster })),
    ...servers.flatMap(notJudged),
    ...(servers.length === 0
      ? [info("upstream CA of SPIRE not checked: no server is in the cluster")]
      : []),
    ...bundles.flatMap((bundle) =>
      bundle.ok
        ? bundleFindings(bundle.value, { trust, upstreams, cluster })
        : [notChecked(BUNDLE, bundle)],
    ),
    ...(bundles.length === 0
      ? [info(`${BUNDLE} not checked: no configuration of an agent that was read names it`)]
      : []),
  ];
  return findings.map((finding) => ({ ...finding, ...about }));
}

const BUNDLE = "trust bundle of SPIRE";

/** Why the upstream CA of a server was not judged, where it was not. */
function notJudged({ namespace, config, unread, upstream }: SpireServerFact): Finding[] {
  const what = `upstream CA of SPIRE in ${namespace}`;
  if (!config)
    return [
      unread ? notChecked(what, unread) : info(`${what} not checked: no server.conf was found`),
    ];
  if (config.unreadable !== undefined) {
    return [info(`${what} not checked: server.conf cannot be parsed`)];
  }
  const [plugin] = config.authorities;
  if (!plugin) {
    return [
      info(
        `SPIRE's server in ${namespace} has no UpstreamAuthority: its CA, which it makes anew again and again, is a root of its own`,
      ),
    ];
  }
  if (upstream) return upstream.ok ? [] : [notChecked(what, upstream)];
  const why =
    plugin.name === "disk"
      ? "no Secret is mounted where its files are"
      : `plugin ${plugin.name} has it`;
  return [info(`${what} not checked: ${why}`)];
}
