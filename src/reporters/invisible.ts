/**
 * What JSON and YAML leave as it is, and a terminal or an editor would act upon unseen: C1 controls,
 * bidi and zero-width characters. Escaped, the value stays the same.
 */
export const INVISIBLE = /[\u007F-\u009F\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
