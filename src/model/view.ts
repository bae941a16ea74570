import type { CheckId } from "./check-data.ts";
import type { Command, Result, Status } from "./report.ts";

/*
 * How a check wants to be shown, as plain values: no colour, no widths, no markup. Reporters know of
 * a check what its view says, and nothing else.
 */

/** A line of a block; with a status the symbol of that status follows the text. */
export interface BlockLine {
  text: string;
  status?: Status;
}

/** A table or lines that stand together. */
export type Block =
  | { kind: "table"; head: readonly string[]; rows: readonly (readonly string[])[] }
  | { kind: "lines"; lines: readonly BlockLine[] };

/** A part of a result that is shown to people as a result of its own. */
export interface ResultPart<Id extends CheckId = CheckId> {
  result: Result<Id>;
  blocks: readonly Block[];
}

/** What is between two clusters, from the one to the other. */
export type Cell = "self" | "connected" | "one-way" | "broken" | "none" | "unknown";

/** Who is linked to whom. */
export interface LinkMatrix {
  /** Contexts, in the order of the run. */
  clusters: readonly string[];
  /** Row by row the links from one cluster to each. */
  rows: readonly (readonly Cell[])[];
}

/** A sample of a gauge, named as Prometheus wants it: in base units, with the unit as a suffix. */
export interface Metric {
  name: string;
  help: string;
  labels: Readonly<Record<string, string>>;
  value: number;
}

export interface CheckView<Id extends CheckId = CheckId> {
  /**
   * Where its faults stand among those of other checks, most fundamental first: a fault of a lower
   * rank may explain those of higher ones. From 0 whether the cluster is reached, from 100 what is
   * installed and how it is set up, from 200 what the clusters must agree on, from 300 what runs in
   * each, from 400 what links lead through, from 500 the links, from 600 what is shared over them.
   */
  rank: number;
  /** Among the lines that people know from `istioctl multicluster check`, which text prints first. */
  familiar?: true;
  /**
   * The minor version of Istio (`1.30`) from which on text has this line, as Istio's own check has, or
   * as what it is about is of that time. The check runs on older ones too; in the text of a mesh where
   * all are older a result is left out that has nothing to tell. Absent: the line is told always.
   */
  since?: string;
  /** Passing findings stand under the summary line also in the short form of text. */
  passesInBrief?: true;
  /**
   * How passing findings stand above the summary line of the long form of text: each a line (if
   * absent), each a line that begins with the title, or not at all, as the blocks show the same.
   */
  passes?: "titled" | "hidden";
  /** Lines that inform and never judge. */
  notes?(result: Result<Id>): readonly string[];
  /** Details that text shows above the summary line with `--verbose`. */
  blocks?(result: Result<Id>): readonly Block[];
  /** The results that text shows in place of this one. */
  parts?(result: Result<Id>): readonly ResultPart<Id>[];
  /** The topology of the mesh; nothing where there is none to show. */
  matrix?(result: Result<Id>): LinkMatrix | undefined;
  /** The command that comes next where nothing is wrong, such as to link clusters. */
  next?(result: Result<Id>): Command | undefined;
  /** Metrics beyond the status and the number of findings, which every check has. */
  metrics?(result: Result<Id>): readonly Metric[];
}

/** The views of checks by their ids. */
export type Views = { readonly [Id in CheckId]?: CheckView<Id> };
