import type { FactKey } from "../model/facts.ts";
import { FACTS } from "./index.ts";

const ALL = Object.values(FACTS);

/** Facts that say who a cluster is: read for every run. */
export const IDENTIFYING: readonly FactKey[] = ALL.filter((one) => one.identifies).map(
  ({ key }) => key,
);

/** Facts whose requests leave last, as they wait for the answers of others. */
export const LAST: readonly FactKey[] = ALL.filter((one) => one.after).map(({ key }) => key);

/** Facts whose answers the last requests wait for. */
export const LEADING: ReadonlySet<FactKey> = new Set(ALL.flatMap(({ after = [] }) => after));
