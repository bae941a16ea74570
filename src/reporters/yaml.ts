import { DEFAULT_SCALAR_STYLE_RULES, dump, SCALAR_STYLE, type ScalarStyleRule } from "js-yaml";
import { INVISIBLE, yamlEscape } from "../lib/invisible.ts";
import type { Reporter } from "./reporter.ts";

/** Only double quotes can hold escapes. */
const quoteInvisible: ScalarStyleRule = (layout) => {
  if (layout.node.value.search(INVISIBLE) !== -1) layout.style = SCALAR_STYLE.DOUBLE_QUOTED;
};

/** A value as YAML: the same tree as its JSON. */
export function yamlText(value: object): string {
  // Through JSON, so that both have the same keys: what is undefined is left out.
  return dump(JSON.parse(JSON.stringify(value)), {
    lineWidth: -1,
    noRefs: true,
    scalarStyleRules: [quoteInvisible, ...Object.values(DEFAULT_SCALAR_STYLE_RULES)],
  }).replace(INVISIBLE, yamlEscape);
}

/** The same tree as JSON, as YAML. */
export const yaml: Reporter = (report) => yamlText(report);
