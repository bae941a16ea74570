import { meshCheck } from "../../model/check.ts";
import { summarize } from "../../model/finding.ts";
import { pairsSkipped } from "../_shared/pairs-skipped.ts";
import { nobodyUses, unknownUse } from "../_shared/spire.ts";
import { federationFindings } from "./federation.ts";
import { type Member, usesSpire } from "./members.ts";
import { rootsFinding } from "./own.ts";
import { pairFinding } from "./pairs.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    "spire-trust": undefined;
  }
}

export const spireTrust = meshCheck({
  id: "spire-trust",
  title: "SPIRE Trust Check",
  view: { rank: 215 },
  why: "Workloads with certificates of SPIRE's talk to another cluster only where the bundle there verifies them.",
  reads:
    "The certificates of SPIRE's upstream CAs and trust bundles, istiod's roots and signing certificate; ClusterFederatedTrustDomains; federatesWith of ClusterSPIFFEIDs and ClusterStaticEntries; federation in server.conf.",
  faults: [
    "The bundle of one cluster does not verify what the SPIRE of another signs, and no federation fetches it.",
    "One cluster uses SPIRE and another istiod's CA, and their roots do not meet.",
    "SPIRE's bundle and istiod's roots of one cluster do not verify each other's certificates (warning).",
    "Identities federate with a trust domain whose bundle is not fetched, or none with one whose bundle is (warning).",
    "A ClusterFederatedTrustDomain cannot work: own trust domain, refused address, profile or identity of the endpoint that the other SPIRE does not have (warning).",
  ],
  fixes: [
    "Sign in all clusters below one root, and give every SPIRE server that root in bundle.crt.",
    "Put istiod's root into SPIRE's bundle, and SPIRE's root into Secret cacerts.",
  ],
  needs: ["connection"],
  uses: ["spire", "spireTrust", "spireEntries"],
  artifacts: ["spireTrust"],
  run(members: readonly Member[], { artifacts, absent }) {
    const users = members.filter(usesSpire);
    if (users.length === 0) {
      const finding = nobodyUses(members);
      return { findings: [finding], summary: finding.message };
    }
    const trust = artifacts.spireTrust;
    // Of who could not be told to use SPIRE it is not known by which roots it goes.
    const known = members.filter(({ facts }) => facts.spire.ok);
    const pairs = known.flatMap((truster) =>
      known
        .filter((owner) => owner !== truster && (usesSpire(owner) || usesSpire(truster)))
        .map((owner) => pairFinding(truster, owner, trust)),
    );
    const findings = [
      ...pairs,
      ...users.flatMap((member) => [
        ...rootsFinding(member, trust),
        ...federationFindings(member, users),
      ]),
      ...unknownUse(members),
      ...(members.length < 2 ? [pairsSkipped("bundles of SPIRE are not compared", absent)] : []),
    ];
    return {
      findings,
      summary: summarize(findings, "bundles verify what the other clusters sign"),
    };
  },
});
