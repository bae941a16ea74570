type Decoder = InstanceType<typeof TextDecoder>;

/**
 * A decoder for a text of these first bytes: UTF-8, or UTF-16 where a byte order mark says so, as `>`
 * of Windows PowerShell writes it. The mark is no part of the text; what is no UTF-8 becomes U+FFFD.
 */
export function decoderFor([first, second]: Uint8Array): Decoder {
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le");
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be");
  return new TextDecoder();
}

/** The text of a whole file. */
export function decodeText(bytes: Uint8Array): string {
  return decoderFor(bytes).decode(bytes);
}
