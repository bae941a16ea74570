import type { Finding, Report, Result } from "../model/report.ts";

/** A fault that no other one explains. */
export interface Cause {
  finding: Finding;
  /** Of its check. */
  id: string;
  /** Of the cluster whose check it is; absent for one across clusters. */
  context?: string;
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

function faultsOf({ id, findings }: Result, context?: string): Cause[] {
  return findings
    .filter(({ severity }) => severity === "fail" || severity === "error")
    .map((finding) => ({ finding, id, ...(context === undefined ? {} : { context }) }));
}

/** The check of a cause as `blockedBy` names it: `certs`, or `CONTEXT/gateways` for a cluster's. */
export function checkOf({ id, context }: Cause): string {
  return context === undefined ? id : `${context}/${id}`;
}

/** What is to be mended, in the order in which to look at it: faults, not warnings. */
export function causesOf({ clusters, mesh }: Report): Causes {
  const faults = [
    ...clusters.flatMap(({ context, checks }) => checks.flatMap((one) => faultsOf(one, context))),
    ...mesh.flatMap((one) => faultsOf(one)),
  ];
  const causes = faults
    .filter(({ finding }) => !finding.blockedBy)
    .toSorted((one, other) => rankOf(one.id) - rankOf(other.id));
  return { causes, followers: faults.length - causes.length };
}
