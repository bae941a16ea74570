import { judgeEntry } from "./entry.ts";
import { judgeImported } from "./imported.ts";
import type { Judged } from "./judged.ts";
import { judgeName } from "./name.ts";
import type { Path } from "./path.ts";

/** What came of hops 4 to 6, and which of them says so. */
export interface JudgedImport {
  hop: 4 | 5 | 6;
  judged: Judged;
}

/** Hops 4 to 6 of a path whose link works: the first that traffic does not get past, or the last. */
export function judgeImport(path: Path): JudgedImport {
  const imported = judgeImported(path);
  if (imported.state !== "ok") return { hop: 4, judged: imported };
  const entry = judgeEntry(path);
  return entry.state === "ok" ? { hop: 6, judged: judgeName(path) } : { hop: 5, judged: entry };
}
