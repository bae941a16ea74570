import { INVISIBLE, yamlEscape } from "../lib/invisible.ts";
import { sortedKeys } from "../lib/sorted-keys.ts";
import { DEFAULT_SCALAR_STYLE_RULES, dump, SCALAR_STYLE, type ScalarStyleRule } from "js-yaml";
import { isIpAddress } from "../lib/ip-address.ts";

/**
 * What a YAML 1.1 reader may take for a number, a time or a date beyond what js-yaml guards against:
 * kubectl reads `0X1F`, `0B1` and `0.1e1_0` as numbers.
 */
const NUMBER_LIKE = /^[-+]?\.?\d[\d_.,:+-]*([a-fxo][\da-f_.:+-]*)?$|^[-+]?\.?(nan|inf(inity)?)$/i;

/** At the start of a line it would begin or end a document. */
const MARKER = /^(---|\.\.\.)/;

const quoteMisread: ScalarStyleRule = (layout) => {
  const { value, tag } = layout.node;
  const misread =
    tag === "tag:yaml.org,2002:str" &&
    (MARKER.test(value) || (NUMBER_LIKE.test(value) && !isIpAddress(value)));
  // Only double quotes can hold escapes.
  if (misread || value.search(INVISIBLE) !== -1) layout.style = SCALAR_STYLE.DOUBLE_QUOTED;
};

/**
 * A document as kubectl would show it: keys sorted, lists not indented, and strings quoted where a
 * YAML 1.1 reader, which kubectl is, would take them for something else.
 */
export function toYaml(document: unknown): string {
  return dump(sortedKeys(document), {
    lineWidth: -1,
    noRefs: true,
    seqNoIndent: true,
    quoteStyle: "double",
    scalarStyleRules: [quoteMisread, ...Object.values(DEFAULT_SCALAR_STYLE_RULES)],
  }).replaceAll(INVISIBLE, yamlEscape);
}

/** Documents for several contexts, each under a comment that names its own. */
export function toYamlByContext(
  documents: readonly { context: string; document: unknown }[],
): string {
  return documents
    .map(({ context, document }) => `# context: ${comment(context)}\n${toYaml(document)}`)
    .join("---\n");
}

/** A name within a comment must not end it. */
function comment(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, " ");
}
