/** Longer texts are cut: a label of a megabyte must not fill a terminal. */
const LONGEST = 2000;

// oxlint-disable-next-line no-control-regex -- escape sequences are what it takes out
const ESCAPES = /[\u001B\u009B](?:\][^\u0007\u001B]*(?:\u0007|\u001B\\)?|[[\]()#;?]*(?:\d{1,4}(?:;\d{0,4})*)?[\dA-PR-TZcf-nq-uy=><~])/g;
// Variation selectors and joiners outside our own symbols are left: they draw nothing dangerous.
// oxlint-disable-next-line no-control-regex -- likewise controls; the rest are bidi and invisible
const UNSAFE = /[\u0000-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B\u200E\u200F\u2028-\u202E\u2060-\u2069\uFEFF\uFFF9-\uFFFB]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/**
 * A text from a cluster or a file as one line that a terminal may print: no escape sequences,
 * control, bidi or invisible characters; line breaks become spaces; very long texts are cut.
 */
export function oneLine(text: string): string {
  const cut = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  return cut
    .replace(ESCAPES, "")
    .replaceAll(/[\r\n\t\u0085\u2028\u2029]+/g, " ")
    .replace(UNSAFE, "")
    .trim();
}
