/**
 * What each check gives to reporters beyond its findings, by the check's id. Every check adds itself
 * here with a module augmentation in its `check.ts`: the type of its `data`, or `undefined` when it
 * gives none. The fields of a type are added to, never changed, as `-o json` prints them.
 */
export interface CheckData {}

/** The id of a check: the name of its folder below `src/checks`, and its name in every output. */
export type CheckId = keyof CheckData;
