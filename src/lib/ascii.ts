/** What stands for the characters beyond ASCII that messages of ours have. */
const IN_ASCII: readonly (readonly [string, string])[] = [
  ["❌", "[fail]"],
  ["→", "->"],
  ["…", "..."],
];

/** A sentence of ours for a terminal without UTF-8; letters of names stay as they are. */
export function inAscii(text: string): string {
  return IN_ASCII.reduce((so, [usual, plain]) => so.replaceAll(usual, plain), text);
}
