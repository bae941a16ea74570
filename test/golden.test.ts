import { describe, expect, it } from "vitest";
import { VIEWS } from "../src/checks/index.ts";
import { check } from "../src/engine/check.ts";
import { text } from "../src/reporters/text.ts";
import { recordedClusters, SCENARIO_NAMES } from "./support/scenario.ts";

/*
 * Saved recordings replayed against saved reports: whatever changes what people read shows here.
 * `npm run golden` writes them anew, to be looked at.
 */
const OPTIONS = { color: false, width: Number.POSITIVE_INFINITY, verbose: false, views: VIEWS };

describe.each(SCENARIO_NAMES)("%s", (name) => {
  it("reads as it did", async () => {
    const request = { precheck: false, concurrency: 16 };
    const report = await check(await recordedClusters(name), request);
    await expect(text(report, OPTIONS)).toMatchFileSnapshot(`golden/${name}.txt`);
  });
});
