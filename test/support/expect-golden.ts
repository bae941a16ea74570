import { expect } from "vitest";
import { type Golden, savedGolden } from "./golden.ts";
import { goldenChanges } from "./golden-changes.ts";

/** Each says what is saved of it. */
export async function expectAsSaved(goldens: readonly Golden[]): Promise<void> {
  for (const { path, text } of goldens) {
    const [before, after] = [savedGolden(path), await text()];
    // In words first, which say more than lines of JSON.
    expect({ path, changes: goldenChanges({ path, before, after }) }).toEqual({
      path,
      changes: [],
    });
    expect(after).toBe(before);
  }
}
