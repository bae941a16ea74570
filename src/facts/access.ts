import type { FactKey } from "../model/facts.ts";
import type { AccessRequest } from "../model/gathered.ts";
import type { FactAccess } from "./fact.ts";
import { FACTS } from "./index.ts";

export type { FactAccess } from "./fact.ts";

/** What each fact cannot do without, as it declares it. */
export const FACT_ACCESS = Object.fromEntries(
  Object.values(FACTS).map(({ key, access }) => [key, access]),
) as Readonly<Record<FactKey, readonly FactAccess[]>>;

/**
 * The rule that a refused request falls under, if it is one of a fact. Those of SPIRE are about
 * namespaces of its own, which no rule of a fact names.
 */
export function accessFor(request: AccessRequest): FactAccess | undefined {
  return Object.values(FACT_ACCESS)
    .flat()
    .find(
      ({ verbs, group, resource, names, sensitive }) =>
        sensitive !== "spire" &&
        verbs.includes(request.verb) &&
        group === request.group &&
        resource === request.resource &&
        (request.name === undefined || (names?.includes(request.name) ?? true)),
    );
}
