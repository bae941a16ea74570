const LONGEST = 100;
/** Names that Windows keeps for devices. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/**
 * A file name for a context or an object, whatever it is called: no separators, no `..`, not too
 * long, and different from those taken before also where case does not count. Adds it to them.
 */
export function safeFileName(name: string, taken: Set<string>): string {
  const plain = name
    .replaceAll(/[^\w.@+-]+/g, "-")
    .replaceAll(/^[.-]+|[.-]+$/g, "")
    .slice(0, LONGEST);
  const base = plain === "" || RESERVED.test(plain) ? `_${plain}` : plain;
  let candidate = base;
  for (let number = 2; taken.has(candidate.toLowerCase()); number += 1) {
    candidate = `${base}-${number}`;
  }
  taken.add(candidate.toLowerCase());
  return candidate;
}
