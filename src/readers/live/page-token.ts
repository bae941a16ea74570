import type { Reply } from "./reply.ts";

/** Where the metadata of a list is looked for: at either end, and it is short. */
const LOOKED_AT = 4096;
// Lists of built-in types begin with their metadata, those of custom resources end with it.
const AT_START = /^\s*\{[^[]*?"metadata":\{[^[{}]*?"continue":"([^"\\]+)"/;
const AT_END = /"metadata":\{[^[{}]*?"continue":"([^"\\]+)"[^[{}]*\}\}\s*$/;

/**
 * What seems to be the token of a list's next page, found without parsing the list. It may be wrong
 * (objects hold anything): compare it with the parsed one before using what it brings.
 */
export function nextToken({ status, body }: Reply): string | undefined {
  if (status !== 200) return undefined;
  const start = body.subarray(0, LOOKED_AT).toString("latin1");
  const end = body.subarray(-LOOKED_AT).toString("latin1");
  return AT_START.exec(start)?.[1] ?? AT_END.exec(end)?.[1];
}
