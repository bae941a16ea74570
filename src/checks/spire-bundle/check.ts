import { upstreamCas } from "../../mesh/spire/trust.ts";
import { meshCheck, type MeshMember } from "../../model/check.ts";
import { info, skip, summarize } from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";
import type { SpireTrustMatrix } from "../../model/trust.ts";
import { notChecked } from "../_shared/not-checked.ts";
import { spireLeftOut } from "../_shared/spire.ts";
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
    const left = members.map(({ facts }) => spireLeftOut(facts.spire));
    const [unused] = left;
    if (!unused || left.includes(undefined)) {
      const findings = members.flatMap((member) => memberFindings(member, artifacts.spireTrust));
      return { findings, summary: summarize(findings, "upstream CAs and trust bundles are sound") };
    }
    const all = left.every((one) => one?.because);
    const finding = all ? unused : skip("no cluster is known to take identities from SPIRE");
    return { findings: [finding], summary: finding.message };
  },
});

function memberFindings({ cluster, facts }: Member, trust: SpireTrustMatrix): Finding[] {
  const about = { cluster: cluster.context };
  if (spireLeftOut(facts.spire)) return [];
  if (!facts.spireTrust.ok) return [notChecked("trust bundle of SPIRE", facts.spireTrust, about)];
  const { servers, bundles } = facts.spireTrust.value;
  const upstreams = upstreamCas(facts.spireTrust.value);
  const unread = servers.flatMap(({ namespace, upstream }) =>
    upstream && !upstream.ok ? [notChecked(`upstream CA of SPIRE in ${namespace}`, upstream)] : [],
  );
  const selfSigned = servers.flatMap(({ namespace, config }) =>
    config && config.unreadable === undefined && config.authorities.length === 0
      ? [
          info(
            `SPIRE's server in ${namespace} has no UpstreamAuthority: its CA, which it makes anew again and again, is a root of its own`,
          ),
        ]
      : [],
  );
  const findings = [
    ...upstreams.flatMap((upstream) => upstreamFindings(upstream, { trust, cluster })),
    ...unread,
    ...selfSigned,
    ...bundles.flatMap((bundle) =>
      bundle.ok
        ? bundleFindings(bundle.value, { trust, upstreams, cluster })
        : [notChecked("trust bundle of SPIRE", bundle)],
    ),
  ];
  return findings.map((finding) => ({ ...finding, ...about }));
}
