import { kubectl } from "../../mesh/commands/shell.ts";
import { enumerate } from "../../mesh/wording.ts";
import { info, objectRef, remedy, warn } from "../../model/finding.ts";
import { valueOr } from "../../model/gathered.ts";
import type { Finding } from "../../model/report.ts";
import type { FederatedTrustDomainFact } from "../../model/spire.ts";
import { notChecked } from "../_shared/not-checked.ts";
import { managersOf } from "../_shared/spire.ts";
import {
  domainOf,
  fetchedBy,
  type Member,
  serverConfigsOf,
  takenOf,
  usesSpire,
} from "./members.ts";

const KIND = "ClusterFederatedTrustDomain";
const SPIFFE = "https_spiffe";

/**
 * Federation as far as objects show it: bundles that are to be fetched and cannot be, and trust domains
 * that identities federate with without anybody fetching their bundle.
 */
export function federationFindings(member: Member, members: readonly Member[]): Finding[] {
  const { cluster, facts } = member;
  const about = { cluster: cluster.context };
  const what = `federation of ${cluster.context}`;
  const { spireEntries } = facts;
  if (!spireEntries.ok) return [notChecked(what, spireEntries, about)];
  const { federated, spiffeIds, staticEntries } = spireEntries.value;
  if (!federated.ok) return [notChecked(what, federated, about)];
  if (managersOf(facts.spireTrust).length === 0) return [];
  const federating = [
    ...takenOf(member, spiffeIds).map((one) => ({ kind: "ClusterSPIFFEID", ...one })),
    ...takenOf(member, valueOr(staticEntries, [])).map((one) => ({
      kind: "ClusterStaticEntry",
      ...one,
    })),
  ];
  return [
    ...takenOf(member, federated.value).flatMap((one) => domainFinding(one, member, members)),
    ...wantingFindings(federating, federated.value, member),
  ];
}

interface DomainFault {
  /** It stands behind the name of the object. */
  what: string;
  how: string;
  /** It may be right all the same, by what the objects do not show. */
  isDoubtful?: true;
}

function domainFinding(
  one: FederatedTrustDomainFact,
  member: Member,
  members: readonly Member[],
): Finding[] {
  const fault = ownFault(one, member) ?? peerFault(one, member, members);
  if (!fault) return [];
  const { cluster } = member;
  const about = { cluster: cluster.context, object: objectRef(KIND, { name: one.name }) };
  const message = `${KIND} ${one.name} of ${cluster.context} ${fault.what}`;
  if (fault.isDoubtful) return [info(message, about)];
  const look = kubectl(cluster, "get", "clusterfederatedtrustdomains", one.name, "-o", "yaml");
  return [warn(message, { ...about, remediation: remedy(fault.how, look) })];
}

/** What is wrong with it by itself. */
function ownFault(one: FederatedTrustDomainFact, member: Member): DomainFault | undefined {
  const { trustDomain, profile, endpointId, isUrlSound } = one;
  const own = domainOf(member);
  if (trustDomain === own) {
    return {
      what: `is for ${trustDomain}, the trust domain of SPIRE there itself: no server federates with its own`,
      how: "Delete it, or give it the trust domain of the other SPIRE; clusters of one trust domain need one root.",
    };
  }
  if (!isUrlSound) {
    return {
      what: "has a bundleEndpointURL that SPIRE's server refuses: it must be https, with a host and without a user",
      how: "Set spec.bundleEndpointURL to the https address of the other SPIRE's bundle endpoint.",
    };
  }
  if (profile !== SPIFFE) return undefined;
  const named = domainOfId(endpointId);
  if (named === undefined) {
    return {
      what: `has profile ${SPIFFE} without an endpointSPIFFEID: SPIRE's server refuses it`,
      how: `Set spec.bundleEndpointProfile.endpointSPIFFEID to ${serverId(trustDomain)}.`,
    };
  }
  if (named === trustDomain || named === own || fetchedBy(member).has(named)) return undefined;
  return {
    what: `has an endpointSPIFFEID of trust domain ${named}, whose bundle SPIRE does not fetch: it cannot verify the endpoint`,
    how: `Set spec.bundleEndpointProfile.endpointSPIFFEID to ${serverId(trustDomain)}, or federate with ${named} as well.`,
  };
}

/** What does not go with the SPIRE that it is for, where that is in a cluster of the run. */
function peerFault(
  { trustDomain, profile, endpointId, hasBundle }: FederatedTrustDomainFact,
  member: Member,
  members: readonly Member[],
): DomainFault | undefined {
  const peer = members.find(
    (other) => other !== member && usesSpire(other) && domainOf(other) === trustDomain,
  );
  const configs = peer ? serverConfigsOf(peer) : [];
  const served = configs.flatMap(({ federation }) => federation?.endpointProfile ?? []);
  const there = peer?.cluster.context ?? "";
  if (profile === SPIFFE && configs.length > 0 && !served.includes(SPIFFE)) {
    const [other] = served;
    return {
      what: `has profile ${SPIFFE}, but SPIRE's server of ${there} ${other === undefined ? "serves no bundle (server.conf has no federation.bundle_endpoint)" : `serves its bundle as ${other}`}`,
      how:
        other === undefined
          ? `Set spire-server.federation.enabled in the Helm values of SPIRE of ${there}, and make its bundle endpoint reachable.`
          : `Set spec.bundleEndpointProfile to type ${other}, or the profile of the bundle endpoint of ${there} to ${SPIFFE}.`,
    };
  }
  if (profile !== SPIFFE && served.length > 0 && !served.includes(profile)) {
    const what = `has profile ${profile}, but SPIRE's server of ${there} serves its bundle as ${enumerate(served)}: only something in front of it can make that ${profile}`;
    return { what, how: "", isDoubtful: true };
  }
  if (profile === SPIFFE && !hasBundle && domainOfId(endpointId) === trustDomain) {
    const what = `has no trustDomainBundle: unless somebody gave SPIRE's server the bundle of ${trustDomain} by hand, it cannot verify the endpoint the first time`;
    return { what, how: "", isDoubtful: true };
  }
  return undefined;
}

function domainOfId(id: string | undefined): string | undefined {
  return /^spiffe:\/\/([^/]+)/.exec(id ?? "")?.[1];
}

/** The identity of SPIRE's servers. */
function serverId(trustDomain: string): string {
  return `spiffe://${trustDomain}/spire/server`;
}

/** Trust domains that identities federate with, and whose bundle nobody fetches. */
function wantingFindings(
  federating: readonly { kind: string; name: string; federatesWith: readonly string[] }[],
  federated: readonly FederatedTrustDomainFact[],
  member: Member,
): Finding[] {
  const { cluster } = member;
  const fetched = fetchedBy(member);
  const own = domainOf(member);
  return federating.flatMap(({ kind, name, federatesWith }) => {
    const lacking = federatesWith.filter((domain) => domain !== own && !fetched.has(domain));
    if (lacking.length === 0) return [];
    const foreign = federated.find(({ trustDomain }) => lacking.includes(trustDomain));
    const why = foreign
      ? `${KIND} ${foreign.name} has ${foreign.className === "" ? "no class" : `class ${foreign.className}`}, which the controller manager does not take`
      : `no ${KIND} is for it`;
    const message = `${kind} ${name} of ${cluster.context} federates with ${enumerate(lacking)}, whose bundle SPIRE does not fetch: ${why}`;
    const remediation = remedy(
      `Add a ${KIND} of the controller manager's class for ${enumerate(lacking)}, with the bundle endpoint of that SPIRE.`,
      kubectl(cluster, "get", "clusterfederatedtrustdomains", "-o", "yaml"),
    );
    return [
      warn(message, { cluster: cluster.context, object: objectRef(kind, { name }), remediation }),
    ];
  });
}
