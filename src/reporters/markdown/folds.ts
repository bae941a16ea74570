import { escapeHtml } from "./escape.ts";

/** A part of the report that can be folded away. */
export interface Fold {
  title: string;
  isOpen: boolean;
  /** Blocks, each with how many findings it tells of. */
  blocks: readonly { text: string; findings: number }[];
}

/** What a comment of GitHub takes, in characters; bytes are never fewer. */
export const LARGEST = 65_536;

const ENCODER = new TextEncoder();

/** What the blocks come to, with the empty line behind each. */
function size(...blocks: readonly string[]): number {
  return blocks.reduce((sum, block) => sum + ENCODER.encode(block).length + 2, 0);
}

function opening({ title, isOpen }: Fold): string {
  return `<details${isOpen ? " open" : ""}>\n<summary>${escapeHtml(title)}</summary>`;
}

const CLOSING = "</details>";
/** Bytes that are kept for the sentence of what is left out. */
const FOR_THE_REST = 200;

/** All blocks of the folds. */
function written(folds: readonly Fold[]): string[] {
  return folds.flatMap((fold) => [opening(fold), ...fold.blocks.map(({ text }) => text), CLOSING]);
}

/**
 * The folds as blocks, as far as they fit beside what stands before them: whole, else in their brief
 * form, else as much as there is room for. What is left out is said.
 */
export function fittingFolds(
  before: readonly string[],
  folds: readonly Fold[],
  brief: readonly Fold[],
): string[] {
  const room = LARGEST - size(...before) - FOR_THE_REST;
  const whole = written(folds);
  if (size(...whole) <= room) return whole;
  const shown: string[] = [];
  let left = room;
  let missing = 0;
  for (const fold of brief) {
    const blocks: string[] = [];
    left -= size(opening(fold), CLOSING);
    for (const { text, findings } of fold.blocks) {
      if (missing > 0 || size(text) > left) missing += findings;
      else {
        blocks.push(text);
        left -= size(text);
      }
    }
    if (blocks.length > 0) shown.push(opening(fold), ...blocks, CLOSING);
  }
  const more = missing > 0 ? `, and ${missing} more findings,` : "";
  return [
    ...shown,
    `What to do${more} did not fit into a comment: \`mc check -o html\` has it all.`,
  ];
}
