import type { Status } from "../../model/report.ts";
import type { Cell } from "../../model/view.ts";
import { CELL_SYMBOL } from "../link-matrix.ts";
import { SYMBOL } from "../words.ts";

/** What stands for statuses and links, before remedies and before what logs say. */
export interface Symbols {
  readonly status: Readonly<Record<Status, string>>;
  readonly cell: Readonly<Record<Cell, string>>;
  readonly arrow: string;
  /** Before what logs say. */
  readonly bar: string;
}

const UNICODE: Symbols = { status: SYMBOL, cell: CELL_SYMBOL, arrow: "→", bar: "│" };

/** For terminals and locales without UTF-8. */
const ASCII: Symbols = {
  status: {
    pass: "[ok]",
    info: "[info]",
    skip: "[skip]",
    warn: "[warn]",
    fail: "[fail]",
    error: "[error]",
  },
  cell: {
    self: ".",
    connected: "ok",
    "one-way": "one-way",
    broken: "broken",
    none: "",
    unknown: "?",
  },
  arrow: "->",
  bar: "|",
};

export function symbolsOf(ascii: boolean): Symbols {
  return ascii ? ASCII : UNICODE;
}
