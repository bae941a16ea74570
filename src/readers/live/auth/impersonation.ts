import { UsageError } from "../../../model/errors.ts";
import type { UserEntry } from "../../kubeconfig/index.ts";

/** `--as` and `--as-group`. */
export interface Impersonation {
  as?: string;
  asGroups?: readonly string[];
}

/**
 * Headers that ask the API server to take us for another user: of the flags, else of the
 * kubeconfig's user.
 *
 * @throws UsageError groups without a user, or a name that no header can hold
 */
export function impersonationHeaders(
  { as, asGroups = [] }: Impersonation,
  user: UserEntry,
): Record<string, string | readonly string[]> {
  if (as === undefined && asGroups.length > 0) throw new UsageError("--as-group needs --as");
  if (as !== undefined) return headers({ impersonateUser: as, asGroups });
  return headers(user);
}

function headers({
  impersonateUser: as,
  asGroups,
  asUid,
  asUserExtra,
}: Pick<UserEntry, "impersonateUser" | "asUid" | "asGroups"> & Partial<UserEntry>): Record<
  string,
  string | readonly string[]
> {
  const found: Record<string, string | readonly string[]> = {};
  if (as === undefined) return found;
  found["impersonate-user"] = headerText(as);
  if (asGroups.length > 0) found["impersonate-group"] = asGroups.map(headerText);
  if (asUid !== undefined) found["impersonate-uid"] = headerText(asUid);
  for (const [key, values] of asUserExtra ?? []) {
    found[`impersonate-extra-${encodeURIComponent(key).toLowerCase()}`] = values.map(headerText);
  }
  return found;
}

/** UTF-8 as API servers read it; Node takes one character for one byte. */
function headerText(text: string): string {
  if (/\p{Cc}/u.test(text)) {
    throw new UsageError("the user or group to impersonate has a control character in its name");
  }
  return Buffer.from(text, "utf8").toString("latin1");
}
