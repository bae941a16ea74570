import type { Finding, Report, Result } from "../model/report.ts";

/** A fault that no other one explains. */
export interface Cause {
  finding: Finding;
  /** As `blockedBy` names it: `certs`, or `CONTEXT/gateways` for a cluster's check. */
  check: string;
}

export interface Causes {
  /** Most fundamental first. */
  causes: Cause[];
  /** How many other faults they explain. */
  followers: number;
}

/** Checks from the ground up: a fault of an earlier one may explain those of later ones. */
const FUNDAMENTAL_FIRST = [
  "connection",
  "platform",
  "control-plane",
  "license",
  "env-vars",
  "cluster-identity",
  "certs",
  "trust-domains",
  "versions",
  "pods-istiod",
  "pods-cni",
  "pods-ztunnel",
  "cni-dns-capture",
  "gateways",
  "pods-eastwest",
  "network",
  "peer-addresses",
  "data-plane",
  "peers",
  "links",
];

function rankOf(id: string): number {
  const rank = FUNDAMENTAL_FIRST.indexOf(id);
  return rank === -1 ? FUNDAMENTAL_FIRST.length : rank;
}

function faultsOf({ id, findings }: Result, context?: string): (Cause & { rank: number })[] {
  const check = context === undefined ? id : `${context}/${id}`;
  return findings
    .filter(({ severity }) => severity === "fail" || severity === "error")
    .map((finding) => ({ finding, check, rank: rankOf(id) }));
}

/** What is to be mended, in the order in which to look at it: faults, not warnings. */
export function causesOf({ clusters, mesh }: Report): Causes {
  const faults = [
    ...clusters.flatMap(({ context, checks }) => checks.flatMap((one) => faultsOf(one, context))),
    ...mesh.flatMap((one) => faultsOf(one)),
  ];
  const causes = faults
    .filter(({ finding }) => !finding.blockedBy)
    .toSorted((one, other) => one.rank - other.rank)
    .map(({ finding, check }) => ({ finding, check }));
  return { causes, followers: faults.length - causes.length };
}
