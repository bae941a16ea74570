import { enumerate } from "../wording.ts";
import type { Side } from "./side.ts";

/** The contexts of clusters, each once. */
export function contextsOf(sides: readonly Side[]): string {
  return enumerate([...new Set(sides.map(({ cluster }) => cluster.context))]);
}
