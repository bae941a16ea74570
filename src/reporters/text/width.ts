/*
 * string-width knows more scripts, but its start takes as long as the rest of the program (24 ms):
 * this is enough for names, addresses, messages and our own symbols.
 */

const ASCII = /^[ -~]*$/;
const NO_WIDTH = /^[\p{M}\p{Cf}]$/u;
const WIDE =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6\u{17000}-\u{18DFF}\u{1B000}-\u{1B2FF}\u{20000}-\u{3FFFD}])$/u;
/** Makes an emoji, two columns wide, of the character before it. */
const EMOJI_SELECTOR = "\uFE0F";

/** What makes one emoji of several: flags, skin tones, keycaps, joiners. */
const JOINED =
  /\p{Join_Control}|\p{Me}|\p{Regional_Indicator}|\p{Emoji_Modifier}|[\u{E0020}-\u{E007F}]/u;

/** In a function, as making the expression takes as long as all other modules take to load (20 ms). */
function isEmoji(segment: string): boolean {
  return /^\p{RGI_Emoji}$/v.test(segment);
}

/** How many columns of a terminal a text takes that has no control characters. */
export function displayWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  if (!JOINED.test(text)) return widthOfCharacters(text);
  let width = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    width += isEmoji(segment) ? 2 : widthOfCharacters(segment);
  }
  return width;
}

function widthOfCharacters(text: string): number {
  let width = 0;
  let last = 0;
  for (const character of text) {
    if (character === EMOJI_SELECTOR) {
      width += last === 1 ? 1 : 0;
    } else if (!NO_WIDTH.test(character)) {
      last = WIDE.test(character) ? 2 : 1;
      width += last;
    }
  }
  return width;
}
