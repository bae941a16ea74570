import type { Gathered } from "../../model/gathered.ts";
import type { PoliciesFact } from "../../model/policy-facts.ts";
import type { Command, Finding } from "../../model/report.ts";
import type { Client, ClientFacts } from "./client.ts";
import type { DataPlaneViews } from "./data-plane.ts";

/** The hops of a path by their numbers. */
export const HOPS = [
  "exists",
  "shared",
  "link",
  "imported",
  "entry",
  "name",
  "data plane",
  "choice",
  "gateway",
  "endpoints",
  "policy",
] as const;

export interface Hop {
  /** From 1. */
  number: number;
  name: (typeof HOPS)[number];
  /** Context of the cluster where it is looked at. */
  cluster: string;
  /**
   * `ok`: traffic gets past it. `design`: it goes no further, as somebody wants it so. `broken`: it
   * goes no further. `unknown`: what tells was not read. `open`: it was not asked, or cannot be told.
   * `moot`: traffic does not get there.
   */
  state: "ok" | "design" | "broken" | "unknown" | "open" | "moot";
  /** In a word or two: `imported`, `no address`. */
  verdict: string;
  /** One line. */
  text: string;
  finding?: Finding;
  /** Shows that it is so, from hop 6 on. */
  proof?: Command;
}

export interface Trace {
  /** `namespace/name`. */
  service: string;
  host?: string;
  /** Contexts. */
  from: string;
  to: string;
  outcome: "reaches" | "falls back" | "stays local" | "broken" | "unknown";
  /** `reaches remote`, `stays local (by design)`, `broken at hop 4`… */
  verdict: string;
  hops: Hop[];
  /** What is amiss beside it. */
  notes: Finding[];
}

/** What a trace takes beside the path. */
export interface TraceInput {
  port?: number;
  client?: Client;
  /** Of the callers' cluster. */
  clientFacts: ClientFacts;
  /** Of the other cluster. */
  policies: Gathered<PoliciesFact>;
  /** What istiod and ztunnel of the callers' cluster say themselves, where they were asked. */
  dataPlane: DataPlaneViews;
}
