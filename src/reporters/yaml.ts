import { dump } from "js-yaml";
import type { Reporter } from "./reporter.ts";

/** The same tree as JSON, as YAML. */
export const yaml: Reporter = (report) =>
  // Through JSON, so that both have the same keys: what is undefined is left out.
  dump(JSON.parse(JSON.stringify(report)), { lineWidth: -1, noRefs: true });
