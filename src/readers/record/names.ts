/** Bytes that a file name may have on every common file system. */
const LONGEST = 240;
/** Names that Windows keeps for devices. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/**
 * A name as one part of a path, so that `decodeURIComponent` gives it back: everything but lower-case
 * letters, digits and `._-` is percent-encoded, so that names which differ by case alone stay apart.
 * Nothing for names that are too long.
 */
export function encodeName(name: string): string | undefined {
  const plain = [...Buffer.from(name, "utf8")]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[a-z0-9._-]/.test(character) ? character : percent(byte);
    })
    .join("");
  const isAwkward = /^\.|\.$/.test(plain) || DEVICE.test(plain);
  const safe = isAwkward
    ? plain.replaceAll(/^.|\.$/g, (character) => percent(character.charCodeAt(0)))
    : plain;
  return safe === "" || safe.length > LONGEST ? undefined : safe;
}

function percent(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
}
