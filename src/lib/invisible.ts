/**
 * What JSON and YAML leave as it is, and a terminal or an editor would act upon unseen: C1 controls,
 * bidi and zero-width characters. Escaped, the value stays the same.
 */
export const INVISIBLE = /[\u007F-\u009F\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** A character as a double-quoted YAML string has it: `\u202E`, `\U000E0001`. */
export function yamlEscape(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16).toUpperCase();
  return code > 0xffff ? `\\U${hex.padStart(8, "0")}` : `\\u${hex.padStart(4, "0")}`;
}
