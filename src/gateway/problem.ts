import type { ClusterRef } from "../model/check.ts";
import type { GatheredCluster } from "../model/cluster.ts";
import type { FactKey, Facts } from "../model/facts.ts";
import type { Missing } from "../model/gathered.ts";

/** Something that stands against a change, with the commands that would mend it. */
export interface Problem {
  context: string;
  /** One line. */
  message: string;
  commands: string[];
}

export function problem(
  { context }: Pick<ClusterRef, "context">,
  message: string,
  ...commands: string[]
): Problem {
  return { context, message, commands };
}

/** Thrown by what cannot go on; the command prints every problem and changes nothing. */
export class Problems extends Error {
  override readonly name = "Problems";
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(({ context, message }) => `${context}: ${message}`).join("; "));
    this.problems = problems;
  }
}

/** The fact, or why there is none. */
export function factOf<K extends FactKey>(
  cluster: GatheredCluster,
  key: K,
): { value: Facts[K] } | { missing: Missing } {
  const fact = cluster.facts[key];
  if (!fact) throw new Error(`fact ${key} was not gathered`);
  return fact.ok ? { value: fact.value } : { missing: fact };
}
