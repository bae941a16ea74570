/** A part of a file that is parsed on its own. */
export type FilePart = {
  text: string;
  /** Where it begins in the file, counted from 1. */
  line: number;
} & (
  | { part: "document" }
  | {
      part: "item";
      /** What of the list stands before its items, as a text of its own. */
      head: string;
    }
  /** A list without its items, which came before it. */
  | { part: "rest" }
);
