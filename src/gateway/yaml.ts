import { DEFAULT_SCALAR_STYLE_RULES, dump, SCALAR_STYLE, type ScalarStyleRule } from "js-yaml";
import { isIpAddress } from "../lib/ip-address.ts";

/** Bidi, zero-width and other characters that a terminal or an editor acts upon unseen. */
const INVISIBLE = /[\u007F-\u009F\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
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

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16).toUpperCase();
  return code > 0xffff ? `\\U${hex.padStart(8, "0")}` : `\\u${hex.padStart(4, "0")}`;
}

/** The same value with the keys of every map in order. */
export function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}

/**
 * A document as kubectl would show it: keys sorted, lists not indented, and strings quoted where a
 * YAML 1.1 reader, which kubectl is, would take them for something else.
 */
export function toYaml(document: unknown): string {
  return dump(sorted(document), {
    lineWidth: -1,
    noRefs: true,
    seqNoIndent: true,
    quoteStyle: "double",
    scalarStyleRules: [quoteMisread, ...Object.values(DEFAULT_SCALAR_STYLE_RULES)],
  }).replaceAll(INVISIBLE, escaped);
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
