import { closest } from "../../lib/closest.ts";
import { UsageError } from "../../model/errors.ts";

interface Identified {
  id: string;
}

/** One line for an id that is none: what it was probably meant to be, or those that exist. */
export function unknownCheck(id: string, checks: readonly Identified[]): string {
  const ids = checks.map((check) => check.id);
  const said = `no check is called ${JSON.stringify(id)}`;
  // Half a name stands for all that have it; of whole ones the nearest is meant.
  const holding = id.length > 2 ? ids.filter((one) => one.includes(id.toLowerCase())) : [];
  const near = closest(id, ids);
  const meant = near !== undefined && holding.length !== 1 ? [near] : holding;
  return meant.length > 0
    ? `${said}: did you mean ${meant.join(", ")}? (mc explain lists them all)`
    : `${said}; there are ${ids.join(", ")}`;
}

/** Ids are letters, digits and hyphens: what else a pattern holds matches none. */
function matching(pattern: string): RegExp {
  const isPattern = /^[\w*-]+$/.test(pattern);
  return isPattern ? new RegExp(`^${pattern.replaceAll("*", ".*")}$`) : /^$/;
}

/**
 * The checks that ids and patterns name: `certs`, or `pods-*` for all that begin so.
 *
 * @throws UsageError for one that names no check
 */
export function matchChecks(given: readonly string[], checks: readonly Identified[]): Set<string> {
  return new Set(
    given.flatMap((name) => {
      const pattern = matching(name);
      const found = checks.filter(({ id }) => pattern.test(id)).map(({ id }) => id);
      if (found.length === 0) throw new UsageError(unknownCheck(name, checks));
      return found;
    }),
  );
}
