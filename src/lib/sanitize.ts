/** Longer texts are cut: a label of a megabyte must not fill a terminal. */
const LONGEST = 2000;

/*
 * Escape sequences: control strings (OSC, DCS, …) with what they carry, if they end; then CSI.
 * One that does not end loses its first character only, or it would hide what follows it.
 */
const ESCAPES = new RegExp(
  [
    String.raw`(?:\u001B[\]PX^_]|[\u0090\u0098\u009D-\u009F])[^\u0000-\u001F\u0080-\u009F]{0,500}(?:\u0007|\u001B\\|\u009C)`,
    String.raw`(?:\u001B\[|\u009B)[0-?]*[ -/]*[@-~]`,
    String.raw`\u001B[ -/]*[0-Z\\^-~]`,
  ].join("|"),
  "g",
);
const BREAKS = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;
/** Controls, bidi, zero-width and other invisible characters, halves of surrogate pairs. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** Only what shows, and spaces: no escape sequences, control, bidi or invisible characters. */
function visible(text: string): string {
  return text.replace(ESCAPES, "").replace(BREAKS, " ").replace(UNSAFE, "");
}

/**
 * A text from a cluster or a file as one line that a terminal may print: no escape sequences,
 * control, bidi or invisible characters; line breaks become spaces; very long texts are cut.
 */
export function oneLine(text: string): string {
  return lineUpTo(text, LONGEST);
}

/** The same of a text that is cut elsewhere. */
export function lineUpTo(text: string, longest: number): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return visible(cut).trim();
}

/**
 * A command as lines that a terminal may print. Unlike `oneLine` it keeps every visible character
 * where it is: half a command, or a here-document without its indentation, would be another one.
 */
export function commandLines(command: string): string[] {
  return command.split("\n").map((line) => visible(line).trimEnd());
}
