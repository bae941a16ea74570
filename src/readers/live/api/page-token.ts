import type { Reply } from "../connection/index.ts";

/** Where the metadata of a list is looked for: at either end, and it is short. */
const LOOKED_AT = 4096;
// Lists of built-in types begin with their metadata, those of custom resources end with it.
const AT_START = /^\s*\{[^[]*?"metadata":\{[^[{}]*?"continue":"([^"\\]+)"/;
const AT_END = /"metadata":\{[^[{}]*?"continue":"([^"\\]+)"[^[{}]*\}\}\s*$/;

/**
 * What seems to be the token of a list's next page, found without parsing the list, in how its text
 * begins. It may be wrong (objects hold anything): compare it with the parsed one before using what
 * it brings.
 */
export function tokenAtStart(text: Buffer): string | undefined {
  return find(AT_START, text.subarray(0, LOOKED_AT));
}

/** The same at either end of the whole answer. */
export function nextToken({ status, body }: Reply): string | undefined {
  if (status !== 200) return undefined;
  return tokenAtStart(body) ?? find(AT_END, body.subarray(-LOOKED_AT));
}

function find(pattern: RegExp, text: Buffer): string | undefined {
  // Most lists have one page: they are done with at the speed of a search.
  return text.includes('"continue":"') ? pattern.exec(text.toString("latin1"))?.[1] : undefined;
}
