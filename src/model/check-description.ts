import type { CheckId } from "./check-data.ts";
import type { LogTopic } from "./log-topic.ts";
import type { MeshKind } from "./report.ts";

/** What a check says of itself: for `mc explain`, its page, and the rules of SARIF. */
export interface CheckDescription {
  id: CheckId;
  title: string;
  scope: "cluster" | "mesh";
  why: string;
  reads: string;
  faults: readonly string[];
  fixes: readonly string[];
  meshKind?: MeshKind;
  logs?: readonly LogTopic[];
  notInPrecheck?: string;
}

/** The descriptions of checks by their ids. */
export type Descriptions = { readonly [Id in CheckId]?: CheckDescription };
