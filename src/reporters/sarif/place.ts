import { oneLine } from "../../lib/sanitize.ts";

/** A cluster as the path of a file, which formats for code want; there is none of that name. */
export function placeOf(context: string | undefined): string {
  const name = oneLine(context ?? "");
  return name ? `cluster/${encodeURIComponent(name)}` : "mesh";
}
