import type { FactKey } from "../model/facts.ts";

/** What tells which services clusters share, and what the others make of them. */
export const SERVICE_FACTS: readonly FactKey[] = [
  "connection",
  "istiods",
  "istiodPods",
  "gateways",
  "services",
  "namespaces",
  "segments",
  "meshConfigs",
  "imports",
  "remoteEntries",
  "flatEntries",
  "servicePods",
];

/** What tells whether callers of one cluster reach pods of another. */
export const TRACE_FACTS: readonly FactKey[] = [
  ...SERVICE_FACTS,
  "ztunnelPods",
  "cniConfigs",
  "policies",
];

/** What istiods and ztunnels say themselves of that, where they are asked. */
export const DEEP_FACTS: readonly FactKey[] = ["istiodView", "ztunnelView"];
