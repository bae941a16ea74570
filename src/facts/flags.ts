import { array, property, string } from "../lib/json.ts";
import { Cut, type Keep, WHOLE } from "./keep.ts";

/*
 * Arguments of pilot-discovery that checks speak of, of istio's pilot/cmd/pilot-discovery/app/cmd.go.
 * Values of others are never kept: they may be secrets.
 */

const KNOWN = ["clusterID", "tlsCertFile", "tlsKeyFile"] as const;
type Flag = (typeof KNOWN)[number];

const FORM = new RegExp(`^--(${KNOWN.join("|")})(?:=(.*))?$`, "s");

/** Known flags of a list of words, each with its value; the last of a name counts. */
function flagsIn(words: readonly unknown[]): Map<Flag, string> {
  const flags = new Map<Flag, string>();
  for (const [index, word] of words.entries()) {
    const [, name, value] = FORM.exec(string(word) ?? "") ?? [];
    const given = value ?? string(words[index + 1]);
    if (name !== undefined && given !== undefined) flags.set(name as Flag, given);
  }
  return flags;
}

/** The known flags of the arguments of a container. */
export function flagsOf(container: unknown): ReadonlyMap<Flag, string> {
  return flagsIn([...array(property(container, "command")), ...array(property(container, "args"))]);
}

/** Words of a command, of which the known flags are kept. */
export const FLAGS: Keep = new Cut(WHOLE, (words) =>
  Array.isArray(words)
    ? [...flagsIn(words)].map(([name, value]) => `--${name}=${value}`)
    : undefined,
);
