import { DEFAULT_SCALAR_STYLE_RULES, dump, SCALAR_STYLE, type ScalarStyleRule } from "js-yaml";
import { INVISIBLE, yamlEscape } from "../lib/invisible.ts";
import type { Reporter } from "./reporter.ts";

/** Only double quotes can hold escapes. */
const quoteInvisible: ScalarStyleRule = (layout) => {
  if (layout.node.value.search(INVISIBLE) !== -1) layout.style = SCALAR_STYLE.DOUBLE_QUOTED;
};

/** The same tree as JSON, as YAML. */
export const yaml: Reporter = (report) =>
  // Through JSON, so that both have the same keys: what is undefined is left out.
  dump(JSON.parse(JSON.stringify(report)), {
    lineWidth: -1,
    noRefs: true,
    scalarStyleRules: [quoteInvisible, ...Object.values(DEFAULT_SCALAR_STYLE_RULES)],
  }).replace(INVISIBLE, yamlEscape);
